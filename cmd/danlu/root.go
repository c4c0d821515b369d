package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/danlu-ml/danlu/internal/space"
)

// verbs lists what danlu can do, in the order of help.
var verbs = []struct {
	group string
	make  func(*app) *cobra.Command
}{
	{"run", newDemo},
	{"run", newInit},
	{"run", newBatch},
	{"run", newLR},
	{"run", newTune},
	{"run", newPipe},
	{"run", newTrain},
	{"run", newSchedule},
	{"look", newLs},
	{"look", newShow},
	{"look", newBest},
	{"look", newCompare},
	{"look", newPlot},
	{"look", newLogs},
	{"look", newExport},
	{"act", newImport},
	{"act", newStop},
	{"act", newRetry},
	{"act", newEnqueue},
	{"act", newNote},
	{"act", newDelete},
	{"other", newFill},
	{"other", newReport},
	{"other", newDoctor},
	{"other", newMan},
	{"other", newVersion},
}

var groups = []cobra.Group{
	{ID: "run", Title: "Run:"},
	{ID: "look", Title: "Look at studies:"},
	{ID: "act", Title: "Act on studies, also while they run:"},
	{ID: "other", Title: "Other:"},
}

const about = `danlu tunes deep-learning training programs, and keeps the evidence.

  danlu demo               see it work: no file, no set-up
  danlu tune               tune the program that danlu.yaml describes`

// newRoot assembles the command line.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use: "danlu", Short: "tunes deep-learning training programs", Long: about,
		SilenceErrors: true, SilenceUsage: true, Version: version(),
		Args: unknownVerb,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cobra.EnableCommandSorting = false
	cobra.AddTemplateFunc("exitCodes", exitHelp)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.PersistentFlags().StringVar(&a.store, "store", "", "the `FILE` that studies are kept in (default: danlu.db here)")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return flagError(cmd, err) })
	root.SetUsageTemplate(usageTemplate)
	root.SuggestionsMinimumDistance = 2
	for i := range groups {
		root.AddGroup(&groups[i])
	}
	root.SetHelpCommand(newHelp())
	root.SetVersionTemplate("danlu {{.Version}}\n")
	for _, v := range verbs {
		cmd := v.make(a)
		cmd.GroupID = v.group
		cmd.Args = checked(cmd.Args)
		if v.group == "look" || v.group == "act" {
			cmd.ValidArgsFunction = a.targets
		}
		root.AddCommand(cmd)
	}
	a.completions(root)
	return root
}

// checked makes errors of arguments errors of usage.
func checked(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if check == nil {
			return nil
		}
		if err := check(cmd, args); err != nil {
			var exit *exitError
			if errors.As(err, &exit) {
				return err
			}
			return usage("%w\nusage: %s\nsee: %s --help", err, cmd.UseLine(), cmd.CommandPath())
		}
		return nil
	}
}

func unknownVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	text := fmt.Sprintf("there is no verb %q", args[0])
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		text += "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return usage("%s\nsee: danlu help", text)
}

// flagError names the nearest flag where one is unknown.
func flagError(cmd *cobra.Command, err error) error {
	if errors.Is(err, pflag.ErrHelp) {
		return err
	}
	text := err.Error()
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		text = "there is no flag " + dashes(unknown.GetSpecifiedName())
		if near := nearestFlag(cmd, unknown.GetSpecifiedName()); near != "" {
			text += "; did you mean --" + near + "?"
		}
	}
	return usage("%s\nsee: %s --help", text, cmd.CommandPath())
}

func dashes(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

const usageTemplate = `Usage:
  {{if .HasAvailableSubCommands}}danlu VERB [ARGUMENTS]{{else}}{{.UseLine}}{{end}}
{{- if .HasExample}}

Examples:
{{.Example}}{{end}}
{{- if .HasAvailableSubCommands}}{{$cmds := .Commands}}
{{- range $group := .Groups}}

{{.Title}}{{range $cmds}}{{if and (eq .GroupID $group.ID) .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{end}}
{{- if .HasAvailableLocalFlags}}

Flags:
{{.LocalFlags.FlagUsagesWrapped 80 | trimTrailingWhitespaces}}{{end}}
{{- if .HasAvailableInheritedFlags}}

Flags of every verb:
{{.InheritedFlags.FlagUsagesWrapped 80 | trimTrailingWhitespaces}}{{end}}
{{- if .HasAvailableSubCommands}}

{{exitCodes}}
` + "`danlu help VERB`" + ` says more about one.{{end}}
`

func nearestFlag(cmd *cobra.Command, name string) string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return space.Nearest(name, names)
}
