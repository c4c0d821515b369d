// Package batchstudy finds the batch size of a study before the study is run: by
// short trainings with sizes that double until memory ends or the range does, and
// by how the best learning rate follows the size.
//
// What the trainings say is read by package batchsize, the rates are found by
// package lrstudy; here is what connects them to programs, and what is measured
// while they run: the times of their reports and the memory of their processes.
//
// Start reading at [Find].
package batchstudy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/danlu-ml/danlu/internal/aside"
	"github.com/danlu-ml/danlu/internal/batchsize"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
)

// Ask is what a person wants to know; the zero value asks for the usual.
type Ask struct {
	Param     string // the batch size's name; empty: the one there is
	Low, High int64  // sizes to look at; 0: the parameter's own range
	// Watch is how long a size is trained from its first report on before it may
	// end; 0: 10 s. One that has not reported three times by then goes on, to thirty
	// times that at most.
	Watch time.Duration
}

func (a Ask) watch() time.Duration { return cmp.Or(a.Watch, 10*time.Second) }

// patience is how many times longer than asked a silent program is watched.
const patience = 30

// Outcome is what was found.
type Outcome struct {
	batchsize.Result
	Param       string
	Current     int64     // the size of the default configuration
	Step        string    // what the study calls a step
	Optimizer   string    // of the default configuration; empty unknown
	Study       string    // in the store
	Earlier     time.Time // when it was measured, where nothing had to be run now
	Interrupted bool      // a person left; the same call goes on
	Law         *Law      // how the learning rate follows; nil: not asked for
}

// question is an Ask about one study.
type question struct {
	def   *study.Definition // the user's
	param *space.Param
	ask   Ask
	plan  batchsize.Plan
}

const (
	role = "batch_size"
	flag = "--param"
	// deciderName is what the log calls what decides here.
	deciderName = "batch"
)

func newQuestion(def *study.Definition, ask Ask) (*question, error) {
	p, err := aside.Param(def, role, flag, ask.Param)
	if err != nil {
		return nil, err
	}
	q := &question{def: def, param: p, ask: ask}
	q.plan = batchsize.Plan{Low: ask.Low, High: ask.High, Unit: batchsize.UnitOf(def.Fidelity.Step), Full: def.Fidelity.Max}
	if ask.Low == 0 {
		q.plan.Low, q.plan.High = bounds(p.Domain)
	}
	if q.plan.Low < 1 {
		return nil, aside.FileError(def, p.Name, "params.%s is to be the batch size, and it is %s: it has no whole number from 1", p.Name, p.Domain)
	}
	return q, nil
}

// bounds are the sizes that a domain spans; of a single one, three doublings either
// way.
func bounds(d space.Domain) (low, high int64) {
	switch d := d.(type) {
	case space.Int:
		low, high = max(d.Low, 1), d.High
	case space.Float:
		low, high = int64(max(d.Low, 1)), int64(d.High)
	case space.Choice:
		for _, v := range d.Values {
			if x := v.Float(); x >= 1 {
				if low == 0 || int64(x) < low {
					low = int64(x)
				}
				high = max(high, int64(x))
			}
		}
	}
	if low == high && low > 0 {
		low, high = max(low/8, 1), high*8
	}
	return low, max(high, low)
}

// current is the size of the default configuration, 0 if it is no number.
func (q *question) current() int64 {
	vs, _ := q.def.Space.Default()
	return vs[q.param.Name].Int()
}

// optimizer is that of the default configuration, else the one that the command
// line names; empty if nothing tells.
func (q *question) optimizer() string {
	vs, _ := q.def.Space.Default()
	for i := range q.def.Space.Len() {
		p := q.def.Space.Param(i)
		if v, ok := vs[p.Name]; ok && v.Kind() == space.StringKind && (p.Role == "optimizer" || p.Name == "optimizer") {
			return strings.ToLower(v.String())
		}
	}
	for _, arg := range q.def.Command {
		if _, name, ok := strings.Cut(arg, "optimizer="); ok && !strings.Contains(name, "{") {
			return strings.ToLower(name)
		}
	}
	return ""
}

// Find finds the batch size of a study. A study without one batch size is a
// [spec.Error], with file and line.
func Find(ctx context.Context, def *study.Definition, ask Ask, p aside.Place, w *Watch) (Outcome, error) {
	q, err := newQuestion(def, ask)
	if err != nil {
		return Outcome{}, err
	}
	out := Outcome{Param: q.param.Name, Current: q.current(), Step: cmp.Or(def.Fidelity.Step, "step"), Optimizer: q.optimizer()}
	beside, err := aside.Define(def, def.Name+"-batch", deciderName, q.param, space.Int{Low: q.plan.Low, High: max(q.plan.High, q.plan.Low+1)}, q.plan)
	if err != nil {
		return out, err
	}
	beside.Parallel = 1 // sizes that share a machine would not tell which is fast
	if limit := patience * ask.watch(); beside.Deadline == 0 || beside.Deadline > limit {
		beside.Deadline = limit
	}
	res, err := aside.Run(ctx, p, aside.Job{
		Definition: beside, Deciders: q.deciders(beside.Space), Settled: func(v *study.View) bool { return q.settled(v) },
		Begin: func(old *study.View) { w.begin(q, old) }, Observe: w.observe,
	})
	var held *store.HeldError
	if errors.As(err, &held) {
		return out, fmt.Errorf("the batch size of study %s is being looked for already: %w", def.Name, err)
	}
	w.Lines.End()
	if err != nil {
		return out, err
	}
	out.Study, out.Earlier, out.Interrupted = res.Name, res.Earlier, res.Interrupted
	if !out.Interrupted {
		out.Result = q.plan.Conclude(q.runs(res.View))
	}
	return out, nil
}

// settled reports whether a study that has ended answers the question.
func (q *question) settled(v *study.View) bool {
	runs := q.runs(v)
	_, done := q.plan.Next(runs)
	return done && q.plan.Conclude(runs).Ok
}
