package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
)

// targets completes studies, and behind a study its trials: STUDY TRIAL, or
// STUDY:TRIAL, of which compare takes any number. It says nothing where
// there is no store, or one that can't be read: nobody asked for an error.
func (a *app) targets(cmd *cobra.Command, args []string, begun string) (words []string, _ cobra.ShellCompDirective) {
	many := cmd.Name() == "compare"
	if len(args) > 1 && !many {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	_ = a.withStore(true, func(st *sqlite.Store) error {
		study, _, colon := strings.Cut(begun, ":")
		head := study + ":"
		if !colon && len(args) == 1 && !many {
			study, head = args[0], ""
		}
		if colon || head == "" {
			v, err := locate.View(cmd.Context(), st, study)
			if err != nil {
				return err
			}
			for _, t := range v.Trials {
				if word := head + fmt.Sprint(t.ID); strings.HasPrefix(word, begun) {
					words = append(words, word+"\t"+string(t.State))
				}
			}
			return nil
		}
		infos, err := st.Studies(cmd.Context())
		for _, i := range infos {
			if i.Seq > 0 && strings.HasPrefix(i.Study, begun) {
				words = append(words, i.Study)
			}
		}
		return err
	})
	return words, cobra.ShellCompDirectiveNoFileComp
}
