package main

import (
	"fmt"
	"os"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/danlu-ml/danlu/internal/display"
	"github.com/danlu-ml/danlu/internal/doctor"
	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
	"github.com/danlu-ml/danlu/internal/trainer"
)

func newDoctor(a *app) *cobra.Command {
	var asJSON, repair bool
	cmd := &cobra.Command{
		Use:   "doctor [FILE]",
		Short: "look at the machine and at the store, and say what is wrong",
		Long: `Doctor says what trials of FILE (danlu.yaml, if it is here) will find on this
machine: cores, memory, GPUs, the command's own Python and PyTorch, whether
trials at once start more threads than there are cores, the disk, git. And it
reads the whole store: whether it is sound, and where it is not, what of every
study can still be read. It changes nothing. The exit code is 1 where something
is wrong.

With --repair it writes what can be read of a damaged store into a new one
beside it, and says what was lost. The damaged file stays as it is.`,
		Example: "  danlu doctor\n  danlu doctor --json\n  danlu doctor --repair --store danlu.db",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file := "danlu.yaml"
			if len(args) > 0 {
				file = args[0]
			} else if _, err := os.Stat(file); err != nil {
				file = ""
			}
			var def *study.Definition
			var wrong error
			if file != "" {
				def, wrong = a.definition(cmd.Context(), file, false, nil)
			}
			named := a.store
			if named == "" && len(args) > 0 {
				named = locate.Beside("", file)
			}
			if repair {
				return a.repair(cmd.Context(), named, def)
			}
			found := []doctor.Finding{{
				Check: "danlu", Level: doctor.OK, Says: fmt.Sprintf("%s, %s/%s, kernels %s", version(), runtime.GOOS, runtime.GOARCH, trainer.Kernels()),
			}}
			if wrong != nil {
				found = append(found, doctor.Finding{Check: "file", Level: doctor.Wrong, Says: wrong.Error()})
				def = nil
			} else if def != nil {
				if err := ready(cmd.Context(), def); err != nil {
					found = append(found, doctor.Finding{Check: "file", Level: doctor.Wrong, Says: err.Error()})
				}
			}
			machine, err := doctor.Machine(cmd.Context(), doctor.Options{Definition: def})
			if err != nil {
				return err
			}
			found = append(found, machine...)
			found = append(found, a.examine(cmd.Context(), named)...)
			return a.findings(found, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "an object a line")
	cmd.Flags().BoolVar(&repair, "repair", false, "save what can be read of a damaged store in a new one")
	return cmd
}

// findings writes what was found. The error says that something is wrong.
func (a *app) findings(found []doctor.Finding, asJSON bool) error {
	wrong, warnings := 0, 0
	for _, f := range found {
		switch f.Level {
		case doctor.Wrong:
			wrong++
		case doctor.Warning:
			warnings++
		}
		if asJSON {
			if err := a.json(f); err != nil {
				return err
			}
			continue
		}
		if err := a.finding(f); err != nil {
			return err
		}
	}
	switch {
	case wrong > 0:
		return fmt.Errorf("something is wrong: %s marked ✗", display.Count(wrong, "line"))
	case asJSON:
		return nil
	case warnings > 0:
		_, err := fmt.Fprintf(a.out, "nothing is wrong; %s marked ! could be better\n", display.Count(warnings, "line"))
		return err
	}
	_, err := fmt.Fprintln(a.out, "all is well")
	return err
}

// finding writes one of them, its lines one below the other.
func (a *app) finding(f doctor.Finding) error {
	const indent = 11
	mark, style := " ", text.Plain
	switch f.Level {
	case doctor.Warning:
		mark, style = "!", text.Warn
	case doctor.Wrong:
		mark, style = "✗", text.Bad
	}
	says := text.Clean(f.Says)
	if f.Advice != "" {
		says += " – " + text.Clean(f.Advice)
	}
	var lines []text.Line
	for i, l := range text.Wrap(says, a.width()-indent) {
		head := text.Span{Text: fmt.Sprintf("%*s", indent, "")}
		if i == 0 {
			head = text.Span{Text: fmt.Sprintf("%s %-*s", mark, indent-2, f.Check), Style: style}
		}
		lines = append(lines, append(text.Line{head}, l...))
	}
	return text.WriteLines(a.out, lines, 0, colour(a.out)) // a path is of no use without its end
}
