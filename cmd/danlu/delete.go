package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/danlu-ml/danlu/internal/display"
	"github.com/danlu-ml/danlu/internal/erase"
	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/session"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	"github.com/danlu-ml/danlu/internal/text"
)

func newDelete(a *app) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "delete STUDY [TRIAL]",
		Short: "delete a study, or the files of one of its trials",
		Long: `Delete removes a study from the store, with the folder of its trials. It says
what will go and asks; in scripts say --yes.

With a trial (STUDY TRIAL or STUDY:TRIAL) the trial's folder goes: its output
and checkpoints. What it found stays in the study, since samplers have learnt
from it and the log is never rewritten.

A study that is being run is not deleted. A folder that another store's study
uses stays, and no link is followed. Killed half-way, the same command goes on.`,
		Example: "  danlu delete demo\n  danlu delete demo:7\n  danlu delete demo --yes",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			args = colon(args)
			var plan erase.Plan
			err := a.look(cmd.Context(), args, locate.Want{Write: true}, func(f found) (err error) {
				if f.Trial != nil && len(args) == 1 {
					return usage("which study's trial %s? Name both: danlu delete %s:%[1]s", args[0], f.Info.Study)
				}
				if locate.Running(f.Info) {
					return fmt.Errorf("delete study %s: %s (pid %d on %s) runs it; end that first", f.Info.Study, f.Info.Holder.What, f.Info.Holder.PID, f.Info.Holder.Host)
				}
				path, err := locate.Existing(a.store)
				if err != nil {
					return err
				}
				plan, err = erase.Of(f.view, f.Info.Study, path, f.Trial)
				return err
			})
			if err != nil {
				return err
			}
			return a.delete(cmd.Context(), plan, yes)
		},
	}
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return cmd
}

func (a *app) delete(ctx context.Context, p erase.Plan, yes bool) error {
	if p.Trial != nil && p.Dir == "" {
		a.note("trial %d of study %s has no files%s", *p.Trial, p.Study, because(p.Kept))
		return nil
	}
	what := "study " + p.Study
	if p.Trial != nil {
		what = fmt.Sprintf("the files of trial %d of study %s", *p.Trial, p.Study)
	}
	if p.Dir != "" {
		what += fmt.Sprintf(", %s of %s in %s", display.Count(p.Files, "file"), megabytes(p.Bytes), text.Clean(p.Dir))
	}
	if p.Kept != "" {
		a.note("%s: it stays", text.Clean(p.Kept))
	}
	if !yes {
		if _, tty := terminal(a.in); !tty {
			return usage("this would delete %s\nnobody can be asked here: say --yes to delete it", what)
		}
		fmt.Fprintf(a.err, "Delete %s? [y/N] ", what)
		answer, err := bufio.NewReader(a.in).ReadString('\n')
		if answer = strings.ToLower(strings.TrimSpace(answer)); answer != "y" && answer != "yes" {
			if err != nil {
				fmt.Fprintln(a.err)
			}
			a.note("nothing was deleted")
			return nil
		}
	}
	return a.withStore(false, func(st *sqlite.Store) error {
		if err := erase.Do(ctx, st, session.Me("danlu delete"), p); err != nil {
			if errors.Is(err, os.ErrPermission) {
				return fmt.Errorf("%w\nmake the files writable and delete again", err)
			}
			return err
		}
		a.note("deleted %s", what)
		if p.Trial == nil {
			return st.Compact(ctx)
		}
		return nil
	})
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return ": " + text.Clean(why)
}

func megabytes(n int64) string {
	switch {
	case n < 1<<20:
		return text.Number(float64(n)/(1<<10)) + " KiB"
	case n < 1<<30:
		return text.Number(float64(n)/(1<<20)) + " MiB"
	}
	return text.Number(float64(n)/(1<<30)) + " GiB"
}
