package main

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/executor/local"
	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/salvage"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	"github.com/danlu-ml/danlu/internal/text"
	"github.com/danlu-ml/danlu/internal/trainer"
)

func newDoctor(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "look at the machine and at the store, and say what is wrong",
		Long: `Doctor says what trials will find on this machine, and reads the whole store:
whether it is sound, and where it is not, what of every study can still be read.
It changes nothing. The exit code is 1 where something is wrong.`,
		Example: "  danlu doctor\n  danlu doctor --store copy.db",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.machine(cmd); err != nil {
				return err
			}
			path, err := locate.Existing(a.store)
			if err != nil {
				fmt.Fprintf(a.out, "store    none here: %v\n", err)
				return nil
			}
			st, err := sqlite.Open(path, sqlite.Options{ReadOnly: true})
			if err != nil {
				return err
			}
			found, err := salvage.Examine(cmd.Context(), st)
			if err = errors.Join(err, st.Close()); err != nil {
				return err
			}
			fmt.Fprintf(a.out, "store    %s, %s\n", path, st.Mode())
			for _, s := range found.Studies {
				fmt.Fprintf(a.out, "study    %s\n", text.Clean(s.String()))
			}
			for _, w := range found.Wrong {
				fmt.Fprintf(a.out, "wrong    %s\n", text.Clean(w))
			}
			if !found.Sound() {
				return errors.New("the store is damaged: what can be read is above, and `danlu export STUDY --points` writes it; keep the file as it is")
			}
			fmt.Fprintln(a.out, "all is well")
			return nil
		},
	}
}

// machine says what there is for trials.
func (a *app) machine(cmd *cobra.Command) error {
	ex, err := local.New(local.Options{})
	if err != nil {
		return err
	}
	defer ex.Close()
	c, err := ex.Capacity(cmd.Context(), executor.Resources{CPUs: 1})
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "danlu    %s, %s/%s, kernels %s\n", version(), runtime.GOOS, runtime.GOARCH, trainer.Kernels())
	fmt.Fprintf(a.out, "cores    %s\ndevices  %d\n", text.Number(c.CPUs), c.GPUs)
	return nil
}
