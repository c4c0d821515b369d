package main

import (
	"github.com/spf13/cobra"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/locate"
)

func newNote(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "note [STUDY] [TRIAL] TEXT",
		Short: "keep a remark with a trial or a study",
		Example: `  danlu note 7 "looks overfitted"
  danlu note demo "rerun with more epochs before the deadline"`,
		Args: cobra.RangeArgs(1, 3),
		RunE: func(cmd *cobra.Command, args []string) error {
			text := args[len(args)-1]
			if text == "" {
				return usage("the note is empty")
			}
			return a.act(cmd.Context(), "note", args[:len(args)-1], locate.Want{}, engine.RequestNote, func(f found) (any, error) {
				return engine.NoteRequest{Trial: f.Trial, Text: text}, nil
			})
		},
	}
}
