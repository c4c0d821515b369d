// Package driver assembles a run of a study: its definition, the store, the
// executor, the runner and whoever watches. `danlu tune` and `danlu demo` are
// this with different parts.
package driver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/executor/inproc"
	"github.com/danlu-ml/danlu/internal/executor/local"
	"github.com/danlu-ml/danlu/internal/inbox"
	"github.com/danlu-ml/danlu/internal/provenance"
	"github.com/danlu-ml/danlu/internal/runner"
	"github.com/danlu-ml/danlu/internal/session"
	"github.com/danlu-ml/danlu/internal/snapshot"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
)

// Train is a trial that runs inside the driver: it reports to sink.
type Train func(ctx context.Context, l executor.Launch, sink inbox.Sink) error

// Options say what to run and how. Definition, Store and Runs are needed.
type Options struct {
	Definition *study.Definition
	Store      store.Store
	// StorePath is the store's file: the folder of a study's trials belongs to one
	// store. Empty for a store without a file.
	StorePath string
	// Runs is the folder that holds the studies' folders (danlu-runs), absolute.
	Runs string
	// What names the process to others: "danlu tune".
	What    string
	Version string
	// Train runs trials in this process; nil runs the definition's command.
	Train Train
	// Deciders makes the sampler and scheduler; nil makes those of the definition.
	Deciders engine.Deciders
	Signals  <-chan runner.Signal
	// Earlier finds what a study of the definition's WarmFrom has to tell; it is
	// asked for those that this study does not know of yet.
	Earlier func(ctx context.Context, name string) (study.Informed, error)
	// Said is told what a person should know before the first trial: how the
	// definition or the code has changed, what a snapshot left out.
	Said    func(text string)
	Observe func(v *study.View, events []study.Event)
	Log     *slog.Logger
}

// Run drives the study until it ends, a signal comes, or an error. It returns the
// view as it is at the end; nil if the study could not be opened.
func Run(ctx context.Context, o Options) (res runner.Result, v *study.View, err error) {
	def := o.Definition
	runs := filepath.Join(o.Runs, def.Name)
	// The lease is asked for first: who loses it should not have done anything.
	s, err := session.Open(ctx, o.Store, def.Name, session.Me(o.What), engine.Options{Log: o.Log, Size: session.OnDisk, Taken: folders(runs), Deciders: o.Deciders})
	if err != nil {
		return res, nil, err
	}
	defer func() { err = errors.Join(err, s.Close(ctx)) }()
	earlier, err := Earlier(ctx, s.Engine.View(), def, o.Earlier, o.Said)
	if err != nil {
		return res, nil, err // before there is a folder that a refused study would leave
	}
	if err := os.MkdirAll(runs, 0o700); err != nil {
		return res, nil, fmt.Errorf("make the folder of the trials: %w", err)
	}
	if err := own(runs, o.StorePath); err != nil {
		return res, nil, err
	}
	about := provenance.Options{Dir: def.Dir, File: def.File, Command: def.Command, Version: o.Version, Args: os.Args}
	from := provenance.Collect(ctx, about)
	work := ""
	if def.Snapshot {
		c, err := snapshot.Take(ctx, def.Dir, filepath.Join(runs, "code"))
		if err != nil {
			return res, nil, err
		}
		if len(c.Linked) > 0 {
			o.Said(fmt.Sprintf("the snapshot links what it does not copy: %v", c.Linked))
		}
		work, from.Snapshot = c.Dir, c.Root
	}
	changes, err := s.Begin(ctx, def, from)
	if err != nil {
		return res, nil, err
	}
	for _, b := range earlier {
		s.Engine.Inform(b)
	}
	if err := s.Commit(ctx); err != nil {
		return res, nil, err
	}
	for _, c := range changes {
		o.Said(c)
	}
	cfg := runner.Config{
		Session: s, Store: o.Store, RunsDir: runs, WorkDir: work, Listen: o.Train == nil,
		Signals: o.Signals, Observe: o.Observe, Log: o.Log,
	}
	if !def.Snapshot && o.Train == nil {
		cfg.Code = func(ctx context.Context) (study.Provenance, error) { return provenance.Quick(ctx, about) }
	}
	r, closeExecutor, err := assemble(cfg, o)
	if err != nil {
		return res, nil, err
	}
	defer func() { err = errors.Join(err, closeExecutor()) }()
	if o.Train == nil {
		defer lean()()
	}
	res, err = r.Run(ctx)
	return res, s.Engine.View(), err
}

// assemble makes the executor, and the runner that uses it.
func assemble(cfg runner.Config, o Options) (*runner.Runner, func() error, error) {
	if o.Train != nil {
		var r *runner.Runner
		ex := inproc.New(func(ctx context.Context, l executor.Launch) error { return o.Train(ctx, l, r) },
			inproc.Options{Slots: o.Definition.Parallel, Log: o.Log})
		cfg.Executor = ex
		r = runner.New(cfg)
		return r, ex.Close, nil
	}
	ex, err := local.New(local.Options{Root: cfg.RunsDir, Slots: o.Definition.Parallel, Log: o.Log})
	if err != nil {
		return nil, nil, err
	}
	cfg.Executor = ex
	return runner.New(cfg), ex.Close, nil
}
