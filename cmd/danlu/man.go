package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/danlu-ml/danlu/internal/man"
)

func newMan(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "man",
		Short: "the manual page, for man(1)",
		Long: `Man writes the manual page of danlu, made from the same words as its help. Where
there is a make, "make man" puts it into dist/.`,
		Example: "  danlu man > danlu.1 && man -l danlu.1\n  danlu man | sudo tee /usr/local/share/man/man1/danlu.1 > /dev/null",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return manual(cmd.Root()).Write(a.out) },
	}
}

// manual is the page of all verbs.
func manual(root *cobra.Command) man.Page {
	p := man.Page{
		Name: "danlu", Version: version(), Short: root.Short,
		Synopsis: []string{"danlu VERB [ARGUMENTS]", "danlu help VERB"},
		Sections: []man.Section{{Title: "description", Text: root.Long}},
	}
	root.InitDefaultHelpFlag()
	flags := man.Section{Title: "flags of every verb"}
	root.PersistentFlags().VisitAll(func(f *pflag.Flag) { flags.Items = append(flags.Items, flagItem(f)) })
	flags.Items = append(flags.Items, man.Item{Term: "-h, --help", Text: "help for the verb"})
	for _, g := range groups {
		s := man.Section{Title: strings.TrimSuffix(g.Title, ":")}
		for _, cmd := range root.Commands() {
			if cmd.GroupID == g.ID && cmd.IsAvailableCommand() {
				s.Parts = append(s.Parts, verbSection(cmd))
			}
		}
		p.Sections = append(p.Sections, s)
	}
	codes := man.Section{Title: "exit status"}
	for code, means := range exitCodes {
		codes.Items = append(codes.Items, man.Item{Term: fmt.Sprint(code), Text: means})
	}
	p.Sections = append(p.Sections, flags, codes,
		man.Section{Title: "environment", Items: []man.Item{
			{Term: "NO_COLOR", Text: "if it is set, no colours"},
			{Term: "COLUMNS", Text: "how wide output is where it goes to no terminal; unset, nothing is cut there"},
		}},
		man.Section{Title: "files", Items: []man.Item{
			{Term: "danlu.yaml", Text: "what is tuned"},
			{Term: "danlu.db", Text: "the store of studies"},
			{Term: "danlu-runs/", Text: "a folder a study, and in it one a trial"},
		}})
	return p
}

func verbSection(cmd *cobra.Command) man.Section {
	s := man.Section{Title: cmd.UseLine(), Text: cmd.Long}
	if s.Text == "" {
		s.Text = cmd.Short
	}
	if cmd.Example != "" {
		s.Text += "\n\n" + cmd.Example
	}
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden && f.Name != "help" {
			s.Items = append(s.Items, flagItem(f))
		}
	})
	return s
}

func flagItem(f *pflag.Flag) man.Item {
	what, usage := pflag.UnquoteUsage(f)
	term := "--" + f.Name
	if f.Shorthand != "" {
		term = "-" + f.Shorthand + ", " + term
	}
	if what != "" {
		term += " " + what
	}
	return man.Item{Term: term, Text: usage}
}
