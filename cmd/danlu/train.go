package main

import (
	"errors"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/danlu-ml/danlu/internal/trainer"
	"github.com/danlu-ml/danlu/internal/trainer/traincli"
	"github.com/danlu-ml/danlu/trialio"
)

func newTrain(a *app) *cobra.Command {
	o := traincli.Options{}
	var set []string
	var list bool
	given := map[string]*string{}
	cmd := &cobra.Command{
		Use:   "train --task NAME [--set NAME=VALUE...]",
		Short: "train a small network with the built-in trainer",
		Long: `Train trains one network of the built-in trainer: --list shows the tasks, models
and settings. A setting may be given as --set lr=0.01 or as --lr=0.01. In a
trial, the trial's parameters are its settings, every epoch is reported, and it
goes on from its checkpoint.

By hand, each epoch leaves train.ckpt, so that an interrupted training goes on
with --resume; its task and settings are in the file. --checkpoint "" leaves
none.`,
		Example: `  danlu train --list
  danlu train --task fashion-mnist --model mlp --set lr=0.05 --epochs 5
  danlu train --data pictures/ --set image_size=32
  danlu train --task digits --json | jq .val_accuracy`,
		Args: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("resume") && o.Resume == defaultCheckpoint && len(args) == 1 {
				o.Resume = args[0] // --resume FILE
				return nil
			}
			return cobra.NoArgs(cmd, args)
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Out, o.Trial = a.out, trialio.Current()
			if _, tty := terminal(a.err); tty && !o.JSON {
				o.Bar = a.err
				o.Width, _ = size(a.err)
			}
			if !cmd.Flags().Changed("checkpoint") && !o.Trial.InTrial() && o.Resume == "" && writable(".") {
				o.Checkpoint = defaultCheckpoint
			}
			if list {
				return traincli.List(a.out, o.JSON, a.width(), colour(a.out))
			}
			o.Set = map[string]string{}
			for name, value := range given {
				if cmd.Flags().Changed(name) {
					o.Set[name] = *value
				}
			}
			for _, s := range set {
				name, value, ok := strings.Cut(s, "=")
				if !ok {
					return usage("--set %q is not NAME=VALUE, as in --set lr=0.01", s)
				}
				o.Set[name] = value
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			err := traincli.Run(ctx, o)
			if errors.Is(err, trainer.ErrConfig) {
				return exitWith(codeUsage, err)
			}
			return err
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Task, "task", "", "`NAME` of the task")
	f.StringVar(&o.Data, "data", "", "`PATH` of data instead: a CSV file, lines of text, a folder of pictures by class, IDX files")
	f.StringVar(&o.Label, "label", "", "`COLUMN` of a CSV file that holds the class")
	f.StringVar(&o.Group, "group", "", "`COLUMN` of a CSV file: rows with equal values stay in one part of the split")
	f.StringVar(&o.Model, "model", "", "`NAME` of the model (default: the task's)")
	f.StringArrayVar(&set, "set", nil, "a setting, as `NAME=VALUE`; may be repeated")
	f.IntVar(&o.Epochs, "epochs", 0, "`N` passes over the data (default: the trial's, else 10)")
	f.Uint64Var(&o.Seed, "seed", 0, "`N` that decides all randomness (default: the trial's, else 0)")
	f.IntVar(&o.Threads, "threads", 0, "`N` threads at most; the numbers are the same with any (default: the trial's share of the cores, else all)")
	f.StringVar(&o.Checkpoint, "checkpoint", "", "`FILE` to leave the state of training in, after each epoch")
	f.StringVar(&o.Resume, "resume", "", "`FILE` to go on from (without a name: train.ckpt)")
	f.Lookup("resume").NoOptDefVal = defaultCheckpoint
	f.BoolVar(&o.JSON, "json", false, "an object an epoch")
	f.BoolVar(&list, "list", false, "list tasks, models and settings")
	for _, name := range traincli.SettingNames() {
		if f.Lookup(name) == nil {
			given[name] = f.String(name, "", "")
			f.Lookup(name).Hidden = true
		}
	}
	return cmd
}

// defaultCheckpoint is what a training by hand leaves in the current folder.
const defaultCheckpoint = "train.ckpt"

// writable reports whether files can be made in a folder.
func writable(dir string) bool {
	f, err := os.CreateTemp(dir, ".danlu-*")
	if err != nil {
		return false
	}
	f.Close()
	return os.Remove(f.Name()) == nil
}
