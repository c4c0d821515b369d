package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/danlu-ml/danlu/internal/command"
	"github.com/danlu-ml/danlu/internal/discover"
	"github.com/danlu-ml/danlu/internal/draft"
	"github.com/danlu-ml/danlu/internal/sampler"
	"github.com/danlu-ml/danlu/internal/scheduler"
	"github.com/danlu-ml/danlu/internal/spec"
	"github.com/danlu-ml/danlu/internal/sweep"
)

// initFlags are what danlu init is told besides the program.
type initFlags struct {
	from, out    string
	force, print bool
	run, noRun   bool
	limit        time.Duration
}

func newInit(a *app) *cobra.Command {
	var f initFlags
	cmd := &cobra.Command{
		Use:   "init -- COMMAND...",
		Short: "write the danlu.yaml of a training program",
		Long: `Init asks a training program for its options (by --help and by its source),
guesses which of them are worth tuning and in what range, finds out how it
reports, and writes a danlu.yaml that works at once. What it is not sure of, it
says, there and here. Nothing is overwritten.

To see what the program prints it can run it for a moment, as trial 0 will be
run: at a terminal it asks first; --run and --no-run answer beforehand, and
without a terminal nothing is run unless --run says so.

With --from it translates the sweep file of Weights & Biases.`,
		Example: `  danlu init -- python train.py --data ~/images
  danlu init --run -- torchrun --nproc-per-node 2 train.py
  danlu init --print -- python -m pkg.train
  danlu init --from sweep.yaml`,
		Args: func(cmd *cobra.Command, args []string) error {
			if (len(args) == 0) == (f.from == "") {
				return errors.New("init takes the command that trains, or --from FILE: danlu init -- python train.py")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if !f.force && !f.print {
				if _, err := os.Lstat(f.out); !errors.Is(err, fs.ErrNotExist) {
					return usage("write %s: it is there already, and nothing is overwritten; write another (-o FILE), look at it only (--print), or overwrite it (--force)", f.out)
				}
			}
			if f.from != "" {
				return a.initFrom(f)
			}
			return a.init(cmd, f, args)
		},
	}
	cmd.Flags().SetInterspersed(false) // danlu init python train.py --lr 1 works without --
	cmd.Flags().StringVar(&f.from, "from", "", "translate this W&B sweep `FILE`")
	cmd.Flags().StringVarP(&f.out, "output", "o", "danlu.yaml", "the `FILE` to write")
	cmd.Flags().BoolVar(&f.force, "force", false, "overwrite the file")
	cmd.Flags().BoolVar(&f.print, "print", false, "print the file, and write nothing")
	cmd.Flags().BoolVar(&f.run, "run", false, "run the program for a moment, without asking")
	cmd.Flags().BoolVar(&f.noRun, "no-run", false, "do not run it, and do not ask")
	cmd.Flags().DurationVar(&f.limit, "run-limit", 60*time.Second, "how long it may run at most")
	cmd.MarkFlagsMutuallyExclusive("run", "no-run")
	return cmd
}

// init drafts the file of a program.
func (a *app) init(cmd *cobra.Command, f initFlags, argv []string) error {
	dir, err := filepath.Abs(filepath.Dir(f.out))
	if err != nil {
		return fmt.Errorf("find the folder of %s: %w", f.out, err)
	}
	if full := discover.Startable(argv, dir); len(full) > len(argv) {
		a.note("%s is started as %s", argv[0], command.Quote(full[:2]))
		argv = full
	}
	found, err := discover.Program(cmd.Context(), discover.Options{
		Argv: argv, Dir: dir, Run: a.mayRun(f, argv), RunLimit: f.limit,
		Say: func(text string) { a.note("%s", text) },
	})
	if err != nil {
		return exitWith(codeNothing, err)
	}
	if f.out != "danlu.yaml" { // another file beside it is another study
		found.File.Name = strings.TrimSuffix(filepath.Base(f.out), filepath.Ext(f.out))
	}
	if err := a.writeDraft(f, found.File); err != nil {
		return err
	}
	if !f.print {
		fmt.Fprint(a.out, discover.Summary(found, a.width()))
		a.next(f)
	}
	return nil
}

// initFrom translates a sweep.
func (a *app) initFrom(f initFlags) error {
	text, err := os.ReadFile(f.from)
	if err != nil {
		return exitWith(codeUsage, fmt.Errorf("read the sweep: %w", err))
	}
	file, lost, err := sweep.Translate(f.from, text)
	if err != nil {
		return exitWith(codeUsage, err)
	}
	if err := a.writeDraft(f, file); err != nil {
		return err
	}
	for _, l := range lost {
		a.note("%s", l)
	}
	if !f.print {
		a.next(f)
	}
	return nil
}

// mayRun asks whether the program may be run, where that was not said.
func (a *app) mayRun(f initFlags, argv []string) bool {
	if f.run || f.noRun {
		return f.run
	}
	if _, ok := terminal(a.in); !ok {
		return false
	}
	fmt.Fprintf(a.err, "May it run for a moment (at most %s), to see what it prints?\n  %s\n[Y/n] ", f.limit, command.Quote(argv))
	answer, err := bufio.NewReader(a.in).ReadString('\n')
	answer = strings.ToLower(strings.TrimSpace(answer))
	return err == nil && (answer == "" || answer == "y" || answer == "yes")
}

// writeDraft writes the file, once danlu itself has read it.
func (a *app) writeDraft(f initFlags, file *draft.File) error {
	text := file.Bytes()
	_, warnings, err := spec.Parse(f.out, text, spec.Options{Samplers: sampler.Names(), Schedulers: scheduler.Names()})
	if err != nil {
		return fmt.Errorf("check what was drafted: %w\nthis is a mistake of danlu init; what it drafted:\n%s", err, text)
	}
	if f.print {
		_, err := a.out.Write(text)
		return err
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if f.force {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	out, err := os.OpenFile(f.out, flags, 0o644)
	if err != nil {
		return fmt.Errorf("write %s: %w", f.out, err)
	}
	_, err = out.Write(text)
	if err := errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("write %s: %w", f.out, err)
	}
	for _, w := range warnings {
		fmt.Fprintln(a.err, w)
	}
	return nil
}

// next says what was written and what comes now.
func (a *app) next(f initFlags) {
	tune := "danlu tune"
	if f.out != "danlu.yaml" {
		tune += " " + command.Quote([]string{f.out})
	}
	fmt.Fprintf(a.out, "\nwritten to %s; look at it, then:\n  %s\n", f.out, tune)
}
