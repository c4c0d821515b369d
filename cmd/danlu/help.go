package main

import "github.com/spf13/cobra"

func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:     "help [VERB]",
		Short:   "this, or more about a verb",
		GroupID: "other",
		Args:    checked(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				cmd.Root().InitDefaultHelpFlag()
				cmd.Root().InitDefaultVersionFlag()
				return cmd.Root().Help()
			}
			verb, _, err := cmd.Root().Find(args)
			if err != nil || verb == cmd.Root() {
				return unknownVerb(cmd.Root(), args)
			}
			verb.InitDefaultHelpFlag()
			return verb.Help()
		},
	}
}
