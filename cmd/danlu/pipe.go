package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/danlu-ml/danlu/internal/driver"
	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/pipe"
	"github.com/danlu-ml/danlu/internal/session"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/store/memory"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/spf13/cobra"
)

func newPipe(a *app) *cobra.Command {
	var inMemory bool
	cmd := &cobra.Command{
		Use:   "pipe FILE",
		Short: "ask-and-tell over JSON lines, for any program",
		Long: `Pipe proposes configurations and takes results, one JSON object a line on
standard input and output, for a program that runs the trials itself:

  {"ask":1}                                 a trial to run
  {"report":0,"step":1,"values":{…}}        how it goes; the answer says whether
                                            to go on
  {"tell":0,"state":"completed","values":{…}}   how it ended
  {"best":true}                             the best so far`,
		Example: `  echo '{"ask":1}' | danlu pipe danlu.yaml --memory`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			def, err := a.definition(cmd.Context(), args[0], false, nil)
			if err != nil {
				return err
			}
			if p := def.Fidelity.Param; p != "" {
				return usage("fidelity.param: %s is for trials that danlu starts: over a pipe, search %[1]s like any parameter, or give fidelity: {step: …, max: …}", p)
			}
			if def.Fidelity.Resume == nil { // the contract has clients keep what was paused
				yes := true
				def.Fidelity.Resume = &yes
			}
			var st store.Store = memory.New()
			if !inMemory {
				if st, err = sqlite.Open(a.storeFor(args[0]), sqlite.Options{}); err != nil {
					return err
				}
			}
			find := func(ctx context.Context, name string) (study.Informed, error) {
				return a.warmBeside(ctx, args[0], def, name)
			}
			return errors.Join(a.pipe(cmd.Context(), st, def, find), st.Close())
		},
	}
	cmd.Flags().BoolVar(&inMemory, "memory", false, "keep nothing")
	return cmd
}

func (a *app) pipe(ctx context.Context, st store.Store, def *study.Definition, find func(ctx context.Context, name string) (study.Informed, error)) (err error) {
	s, err := session.Open(ctx, st, def.Name, session.Me("danlu pipe"), engine.Options{Persist: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close(ctx)) }()
	earlier, err := driver.Earlier(ctx, s.Engine.View(), def, find, func(text string) { fmt.Fprintln(a.err, text) })
	if err != nil {
		return err
	}
	changes, err := s.Begin(ctx, def, study.Provenance{Danlu: version()})
	if err != nil {
		return err
	}
	for _, told := range earlier {
		s.Engine.Inform(told)
	}
	for _, c := range changes {
		fmt.Fprintln(a.err, c)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	kept := make(chan error, 1)
	go func() { kept <- s.Keep(ctx) }()
	err = pipe.Serve(ctx, s, a.in, a.out)
	stop()
	return errors.Join(err, <-kept)
}
