// Package aside runs a study beside a user's study, to find out something about
// it before it is run: which learning rate, which batch size.
//
// Such a study is driven by the ordinary runner in a store of its own, so that it
// survives being killed, runs once at a time and can be looked at like any other,
// and the user's study never sees its trials. What has been measured for the same
// question and the same code is not measured again.
//
// What is asked, and what the trials say, is its callers' business.
//
// Start reading at [Run]; [Define] makes the study to run.
package aside

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/danlu-ml/danlu/internal/driver"
	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/provenance"
	"github.com/danlu-ml/danlu/internal/runner"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
)

// Place is where studies are run beside a user's, and who looks on.
type Place struct {
	// Store is where they are kept, not the user's own, and Path its file; Runs is
	// the folder of the trials' folders, absolute.
	Store   store.Store
	Path    string
	Runs    string
	What    string // names the process to others: "danlu batch"
	Version string
	// Again measures anew what has been measured already.
	Again   bool
	Signals <-chan runner.Signal
	Said    func(text string) // what a person should know
	Log     *slog.Logger      // nil: discards
}

// Job is a study to run.
type Job struct {
	// Definition is as [Define] makes it; Run completes its name.
	Definition *study.Definition
	Deciders   engine.Deciders
	// Settled says whether a study that has ended answers its question.
	Settled func(*study.View) bool
	// Begin is told that trials will run, with the view to go on from, if any.
	Begin   func(old *study.View)
	Observe func(v *study.View, events []study.Event)
}

// Result is what became of a job.
type Result struct {
	View        *study.View
	Name        string    // of the study in the store
	Earlier     time.Time // when it was measured, where nothing had to be run
	Interrupted bool      // a person left; the same call goes on
}

// Run drives a job's study to its end, or finds it in the store where it has been
// run, or goes on with it. Somebody else at it is a [*store.HeldError].
func Run(ctx context.Context, p Place, j Job) (Result, error) {
	old, err := p.earlier(ctx, j)
	if err != nil {
		return Result{}, err
	}
	res := Result{View: old, Name: j.Definition.Name}
	if old != nil && old.Concluded != nil {
		res.Earlier = old.Updated
		return res, nil
	}
	j.Begin(old)
	end, v, err := driver.Run(ctx, driver.Options{
		Definition: j.Definition, Store: p.Store, StorePath: p.Path, Runs: p.Runs, What: p.What, Version: p.Version,
		Deciders: j.Deciders, Signals: p.Signals, Said: p.Said, Observe: j.Observe, Log: cmp.Or(p.Log, slog.New(slog.DiscardHandler)),
	})
	if err != nil {
		return Result{}, err
	}
	res.View, res.Interrupted = v, end.Interrupted || end.Reason == engine.Stopped
	return res, nil
}

// earlier gives the definition its name in the store: that of the newest study of
// this question, if it can go on or its answer stands, which is then returned;
// else the next free one.
func (p Place) earlier(ctx context.Context, j Job) (*study.View, error) {
	infos, err := p.Store.Studies(ctx)
	if err != nil {
		return nil, err
	}
	begun := map[string]bool{}
	for _, i := range infos {
		begun[i.Study] = i.Seq > 0
	}
	def := j.Definition
	now, err := provenance.Quick(ctx, provenance.Options{Dir: def.Dir, File: def.File, Command: def.Command, Version: p.Version})
	if err != nil {
		return nil, err
	}
	var found *study.View
	name := def.Name
	for n := 2; begun[name]; n++ {
		v, err := locate.View(ctx, p.Store, name)
		if err != nil {
			return nil, err
		}
		same, err := sameQuestion(v.Def, def)
		if err != nil {
			return nil, err
		}
		if same && v.Provenance.SameCode(now) {
			found = v
		}
		name = fmt.Sprintf("%s-%d", def.Name, n)
	}
	if found == nil || found.Concluded != nil && (p.Again || !j.Settled(found)) {
		def.Name = name
		return nil, nil
	}
	def.Name = found.Def.Name
	return found, nil
}

// sameQuestion reports whether two definitions ask for the same trainings.
func sameQuestion(a, b *study.Definition) (bool, error) {
	text := func(d *study.Definition) (string, error) {
		b, err := json.Marshal([]any{d.Command, d.Space, d.Objectives, d.Fidelity, d.Observe, d.Env, d.Seed, d.Snapshot, d.Sampler, d.Deadline})
		return string(b), err
	}
	x, err := text(a)
	if err != nil {
		return false, err
	}
	y, err := text(b)
	return x == y, err
}
