package schedulertest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/danlu-ml/danlu/internal/scheduler"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// Simulation is a study that runs in memory, its trials side by side. Reports
// arrive in an order that the seed decides.
type Simulation struct {
	Seed     uint64
	Trials   int   // the budget
	Slots    int   // running side by side
	Max      int64 // steps of a whole training
	Unknown  bool  // keep Max from the scheduler
	Every    int64 // steps between reports, 0: 1
	Flaky    bool  // now and then an attempt is lost, and another one starts anew
	Maximize bool
	Best     bool // a trial's value is its best report's
	// Curve is what a trial reports, as losses; nil: [Learning].
	Curve func(trial study.TrialID, step int64) []float64
	// Watch sees every verdict before it is stored; nil: nobody does.
	Watch func(v *study.View, t *study.Trial, step int64, verdict scheduler.Verdict)
}

// Learning is the curves of 1 objective by which trials differ: the trial's final
// loss, to be had from the seed, plus what is yet to be learnt, plus noise.
func Learning(seed uint64) func(study.TrialID, int64) []float64 {
	return func(id study.TrialID, step int64) []float64 {
		own := rand.New(rand.NewPCG(seed, uint64(id)))
		final, slow := own.Float64(), 0.5+own.Float64()
		noise := rand.New(rand.NewPCG(seed+uint64(id), uint64(step))).NormFloat64()
		return []float64{final + math.Pow(float64(step), -slow) + 0.02*noise}
	}
}

// Definition is the simulated study's.
func (s Simulation) Definition() *study.Definition {
	x, err := space.New([]space.Param{{Name: "x", Domain: space.Float{Low: 0, High: 1}, Default: space.FloatValue(0.5)}})
	if err != nil {
		panic(err)
	}
	def := &study.Definition{
		Space: x, Seed: s.Seed, Budget: study.Budget{Trials: s.Trials},
		Fidelity: study.Fidelity{Step: "epoch", Max: s.Max},
	}
	if s.Unknown {
		def.Fidelity = study.Fidelity{}
	}
	for _, metric := range []string{"loss", "seconds", "megabytes"}[:len(s.curve()(0, 1))] {
		def.Objectives = append(def.Objectives, study.Objective{Metric: metric, Maximize: s.Maximize, Best: s.Best})
	}
	return def
}

func (s Simulation) curve() func(study.TrialID, int64) []float64 {
	if s.Curve == nil {
		return Learning(s.Seed)
	}
	return s.Curve
}

// Run plays the study to its end under a scheduler, doing as an engine does: the
// default trial first and never judged, verdicts stored before the next is asked
// for, non-finite trials ended without asking, a checkpoint at every report. It is
// given up, finished being false, when it takes more reports than it can need.
func (s Simulation) Run(sched scheduler.Scheduler) (l *studytest.Log, finished bool) {
	l = studytest.New(s.Definition())
	return l, s.Play(sched, l)
}

// Play is [Simulation.Run] on a log of the caller's, which its curves may read.
func (s Simulation) Play(sched scheduler.Scheduler, l *studytest.Log) (finished bool) {
	s.Every = max(s.Every, 1)
	r := &run{Simulation: s, sched: sched, log: l, rng: rand.New(rand.NewPCG(s.Seed, 7))}
	most := 20 * s.Trials * int(s.Max/s.Every+2)
	if s.Flaky {
		most *= 50 // one attempt in 27 lives for 64 steps
	}
	for range most {
		r.fill()
		if len(r.running) == 0 {
			return true
		}
		i := r.rng.IntN(len(r.running))
		if !r.step(r.running[i]) {
			r.running = append(r.running[:i], r.running[i+1:]...)
		}
	}
	return false
}

type run struct {
	Simulation
	sched   scheduler.Scheduler
	log     *studytest.Log
	rng     *rand.Rand
	running []study.TrialID
}

// fill gives the free slots work.
func (r *run) fill() {
	v := r.log.View()
	for len(r.running) < r.Slots {
		a, ok := r.sched.Next(v)
		if !ok {
			return
		}
		id := study.TrialID(len(v.Trials))
		from := int64(0)
		switch {
		case a.Kind == scheduler.Retire:
			r.log.End(a.Trial, study.Stopped)
			continue
		case a.Kind == scheduler.Resume:
			id = a.Trial
			from = v.Trials[id].Step()
		case int(id) >= r.Trials:
			return
		case a.Kind == scheduler.Clone:
			from = v.Trials[a.Trial].Step()
			r.log.Propose(study.Planned{Params: a.Params, Sampler: "clone", Bracket: a.Bracket, To: a.To, Parent: &study.Parent{Trial: a.Trial, Step: from}})
		case id == 0:
			r.log.PlanDefault()
			a.To = 0
		default:
			r.log.Propose(study.Planned{Params: space.Values{"x": space.FloatValue(r.rng.Float64())}, Sampler: "random", Bracket: a.Bracket, To: a.To})
		}
		r.log.Append(study.Started{Trial: id, Attempt: len(v.Trials[id].Attempts) + 1, From: from, To: a.To})
		r.running = append(r.running, id)
	}
}

// step is the next report of a trial; it answers whether the trial goes on.
func (r *run) step(id study.TrialID) bool {
	t := r.log.View().Trials[id]
	if r.Flaky && r.rng.IntN(20) == 0 {
		r.log.End(id, study.Waiting).Start(id)
		return true
	}
	step := min(t.Step()+r.Every, r.Max)
	losses := r.curve()(id, step)
	values := make([]float64, len(losses))
	for i, loss := range losses {
		values[i] = r.log.View().Def.Objectives[i].Value(loss)
	}
	r.log.Append(study.Checkpointed{Trial: id, Attempt: t.Attempt().Number, Step: step, Path: fmt.Sprintf("/trial-%d/%d", id, step)})
	r.log.Report(id, step, values...)
	switch verdict := r.judge(t, step); {
	case math.IsNaN(losses[0]) || math.IsInf(losses[0], 0):
		r.log.End(id, study.Diverged, values...)
		return false
	case verdict.Decision == study.Stop:
		r.log.End(id, study.Stopped, values...)
		return false
	case step >= r.Max:
		r.log.End(id, study.Completed, values...)
		return false
	case verdict.Decision == study.Pause || (t.Attempt().To > 0 && step >= t.Attempt().To):
		r.log.End(id, study.Paused)
		return false
	}
	return true
}

func (r *run) judge(t *study.Trial, step int64) scheduler.Verdict {
	loss, ok := t.Curve().At(step, false)
	if t.Default || !ok || math.IsInf(loss, 0) {
		return scheduler.Verdict{Decision: study.Continue}
	}
	verdict := r.sched.Judge(r.log.View(), t, step)
	if r.Watch != nil {
		r.Watch(r.log.View(), t, step, verdict)
	}
	if verdict.Rung || verdict.Decision != study.Continue {
		r.log.Append(study.Judged{
			Trial: t.ID, Attempt: t.Attempt().Number, Step: step,
			Decision: verdict.Decision, By: r.sched.Name(), Why: verdict.Why, Rung: verdict.Rung,
		})
	}
	return verdict
}
