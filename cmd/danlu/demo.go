package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/danlu-ml/danlu/internal/demo"
	"github.com/spf13/cobra"
)

func newDemo(a *app) *cobra.Command {
	var dir string
	var jsonLines, plain bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "tune a small network on real images, with nothing installed",
		Long: `Demo tunes a convolutional network of the built-in trainer on a part of
Fashion-MNIST that is inside the program: 36 trials, several at a time, the poor
ones stopped early, the untuned default among them. It takes about a minute on
two cores. The study is kept, and can be looked at like any other.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if dir == "" {
				state, err := stateDir()
				if err != nil {
					return err
				}
				dir = filepath.Join(state, "demo")
			}
			dir, err := filepath.Abs(dir)
			if err != nil {
				return err
			}
			if err := os.MkdirAll(dir, 0o700); err != nil {
				return fmt.Errorf("make the demo's folder: %w; name another one with --dir", err)
			}
			def, err := demo.Definition(dir)
			if err != nil {
				return err
			}
			if err := demo.WriteFile(dir, def); err != nil {
				return err
			}
			store := a.store
			if store == "" {
				store = filepath.Join(dir, "danlu.db")
			}
			return a.drive(cmd.Context(), drive{
				what: "danlu demo", def: def, store: store, runs: filepath.Join(dir, "danlu-runs"),
				train: demo.Train, json: jsonLines, plain: plain, name: demo.Name,
			})
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "", "where to keep the study (default: the user's state folder)")
	cmd.Flags().BoolVar(&jsonLines, "json", false, "an object a line on standard output")
	cmd.Flags().BoolVar(&plain, "plain", false, "plain lines even in a terminal")
	return cmd
}

// stateDir is danlu's folder among the user's state: $XDG_STATE_HOME/danlu, or
// what stands for it.
func stateDir() (string, error) {
	if state := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(state) {
		return filepath.Join(state, "danlu"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find your home folder: %w; say where to keep the study with --dir", err)
	}
	return filepath.Join(home, ".local", "state", "danlu"), nil
}
