// Package workers asks how soon a search finds something good on many workers at once,
// of which some are slow and some fail: a study on a recorded training, its engine the
// one that users get, its clock and its workers imagined.
//
// It leaves search quality a step of budget to package play, and how processes really
// behave to the tests of the runner.
//
// Start reading at [Run].
package workers

import (
	"cmp"
	"container/heap"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/danlu-ml/danlu/internal/benchmark/problem"
	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/study"
)

// Search is a sampler and a scheduler.
type Search struct{ Sampler, Scheduler study.Algorithm }

// Moment is the regret that is reached at a time.
type Moment struct{ Time, Regret float64 }

// Goal ends a study.
type Goal struct {
	Regret float64 // that is reached
	Time   float64 // that has passed, in full trainings
	Trials int     // the budget
}

// Run plays a study until its goal, and returns when the regret became less. A copy's
// losses are those that its own parameters have at the step it was copied at: recorded
// trainings don't know whose weights it has. The problem has steps.
func Run(ctx context.Context, p problem.Problem, s Search, c Cluster, g Goal, seed uint64) ([]Moment, error) {
	in, err := p.Open(seed)
	if err != nil {
		return nil, fmt.Errorf("open %s with seed %d: %w", p.Name, seed, err)
	}
	rng := rand.New(rand.NewPCG(seed, 11))
	w := &world{
		cluster: c, steps: p.Steps, instance: in, rng: rng, crew: newCrew(c, rng),
		rows: map[study.TrialID]int{}, shown: map[study.TrialID][]float64{},
	}
	w.engine = engine.New(engine.Options{Now: w.date})
	def := &study.Definition{
		Name: "workers", Space: p.Space, Objectives: []study.Objective{{Metric: "loss"}}, Sampler: s.Sampler, Scheduler: s.Scheduler,
		Seed: seed, Parallel: c.Workers, Fidelity: study.Fidelity{Step: "epoch", Max: p.Steps}, Budget: study.Budget{Trials: g.Trials},
	}
	if err := w.engine.Create(def, study.Provenance{}); err != nil {
		return nil, err
	}
	if err := w.fill(ctx); err != nil {
		return nil, err
	}
	for len(w.coming) > 0 && w.coming[0].at <= g.Time && Until(w.moments, g.Regret) > g.Time {
		next := heap.Pop(&w.coming).(event)
		w.now = next.at
		if err := w.happen(next); err != nil {
			return nil, err
		}
		w.engine.Take()
		w.engine.Doomed()
		if len(w.crew.idle) > 0 {
			if err := w.fill(ctx); err != nil {
				return nil, err
			}
		}
	}
	return w.moments, nil
}

// world is a study on a cluster at a moment.
type world struct {
	cluster  Cluster
	steps    int64
	instance problem.Instance
	engine   *engine.Engine
	rng      *rand.Rand
	now      float64
	crew     *crew
	coming   queue
	order    int
	rows     map[study.TrialID]int       // the instance's trials
	shown    map[study.TrialID][]float64 // losses by step that were trained before
	moments  []Moment
}

// date is the clock of the engine: a full training takes an hour.
func (w *world) date() time.Time {
	return time.Unix(1_800_000_000, 0).Add(time.Duration(w.now * float64(time.Hour)))
}

// event is the end of an attempt's step, or, without a trial, the return of a worker.
type event struct {
	at      float64
	order   int // of equal times the first to be planned comes first
	worker  int
	trial   *study.Trial
	attempt int
	step    int64
	took    float64 // the step
}

func (w *world) plan(e event) {
	w.order++
	e.order = w.order
	heap.Push(&w.coming, e)
}

// fill gives idle workers attempts.
func (w *world) fill(ctx context.Context) error {
	launches, _, err := w.engine.Next(ctx, len(w.crew.idle), nil)
	if err != nil {
		return err
	}
	w.engine.Take()
	for _, l := range launches {
		if err := w.start(l); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) start(l engine.Launch) error {
	id := l.Trial.ID
	if _, known := w.rows[id]; !known {
		w.rows[id] = len(w.rows)
		if used := w.instance.Start(l.Trial.Params); used != nil {
			if err := w.engine.Used(id, used); err != nil {
				return err
			}
		}
	}
	worker := w.crew.hire()
	took := w.crew.step(worker, w.steps)
	w.plan(event{at: w.now + w.cluster.StartUp + took, worker: worker, trial: l.Trial, attempt: l.Attempt.Number, step: l.Attempt.From + 1, took: took})
	return nil
}

// happen takes in an event.
func (w *world) happen(e event) error {
	if e.trial == nil {
		w.crew.release(e.worker)
		return nil
	}
	if w.rng.Float64() < w.cluster.Failing*e.took {
		w.plan(event{at: w.now + 0.5, worker: e.worker})
		return w.engine.Lost(e.trial.ID, e.attempt, fmt.Sprintf("worker failed at %v", w.now))
	}
	loss := w.loss(e.trial.ID, e.step)
	if err := w.engine.Checkpoint(e.trial.ID, e.attempt, e.step, fmt.Sprintf("/%d-%d", e.trial.ID, e.step), 1); err != nil {
		return err
	}
	decision, err := w.engine.Report(e.trial.ID, e.attempt, []study.Point{{Step: e.step, Metric: "loss", Value: loss}})
	if err != nil {
		return err
	}
	if decision != study.Continue || e.step >= w.steps {
		w.crew.release(e.worker)
		return w.engine.Exit(e.trial.ID, e.attempt, study.Exit{})
	}
	e.took = w.crew.step(e.worker, w.steps)
	e.at, e.step = w.now+e.took, e.step+1
	w.plan(e)
	return nil
}

// loss trains a step; one that was trained before comes out alike.
func (w *world) loss(id study.TrialID, step int64) float64 {
	all := w.shown[id]
	for int64(len(all)) < step {
		all = append(all, math.NaN())
	}
	w.shown[id] = all
	if math.IsNaN(all[step-1]) {
		all[step-1] = w.instance.Train(w.rows[id], step).Losses[0]
		if r := w.instance.Score(); len(w.moments) == 0 || r < w.moments[len(w.moments)-1].Regret {
			w.moments = append(w.moments, Moment{w.now, r})
		}
	}
	return all[step-1]
}

// queue is a heap of events.
type queue []event

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(q[i].at, q[j].at), cmp.Compare(q[i].order, q[j].order)) < 0
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push implements [heap.Interface].
func (q *queue) Push(x any) { *q = append(*q, x.(event)) }

// Pop implements [heap.Interface].
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// Until is when the regret was at most some value, +Inf if it never was.
func Until(moments []Moment, regret float64) float64 {
	for _, m := range moments {
		if m.Regret <= regret {
			return m.Time
		}
	}
	return math.Inf(1)
}
