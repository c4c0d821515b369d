package samplertest

import (
	"math"
	"math/rand/v2"

	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// history is a past that samplers have to cope with, of about n trials.
type history struct {
	name  string
	build func(def *study.Definition, n int) *studytest.Log
}

var histories = []history{
	{"no history", func(def *study.Definition, _ int) *studytest.Log { return studytest.New(def) }},
	{"the default alone, running", func(def *study.Definition, _ int) *studytest.Log {
		return studytest.New(def).PlanDefault().Start(0)
	}},
	{"every kind of trial", mixed},
	{"all equal", ended(study.Completed, 0.5, 1)},
	{"all failed", ended(study.Failed)},
	{"all infeasible", ended(study.Infeasible)},
	{"all stopped", ended(study.Stopped, 0.1, 2)},
	{"only NaN", ended(study.Diverged, math.NaN(), math.NaN())},
	{"only infinities", ended(study.Completed, math.Inf(-1), math.Inf(1))},
	{"huge values", ended(study.Completed, math.MaxFloat64, -math.MaxFloat64)},
	{"giants", each(func(i int, rng *rand.Rand) float64 { return 1e300 * rng.NormFloat64() })},
	{"tiny differences", each(func(i int, _ *rand.Rand) float64 { return 0.5 + float64(i)*0x1p-53 })},
	{"all but one equal", each(func(i int, _ *rand.Rand) float64 { return float64(min(i, 1)) })},
	{"scales apart", each(func(_ int, rng *rand.Rand) float64 { return math.Exp(100 * rng.NormFloat64()) })},
	{"at random", anything},
	{"all waiting", func(def *study.Definition, n int) *studytest.Log {
		l := studytest.New(def)
		for i := range n {
			plan(l, i)
		}
		return l
	}},
}

// plan adds a trial somewhere in the space.
func plan(l *studytest.Log, i int) {
	def := l.View().Def
	rng := rand.New(rand.NewPCG(def.Seed, uint64(i)+1000))
	u := make([]float64, def.Space.Len())
	for k := range u {
		u[k] = rng.Float64()
	}
	l.Plan(def.Space.At(u))
}

// ended is a history of trials that all ended in the same way.
func ended(s study.State, values ...float64) func(*study.Definition, int) *studytest.Log {
	return func(def *study.Definition, n int) *studytest.Log {
		l := studytest.New(def)
		for i := range n {
			plan(l, i)
			id := study.TrialID(i)
			l.Start(id)
			if len(values) > 0 {
				l.Report(id, 1, values...)
			}
			l.End(id, s, values...)
		}
		return l
	}
}

// each is a history of completed trials with the losses drawn for them.
func each(loss func(i int, rng *rand.Rand) float64) func(*study.Definition, int) *studytest.Log {
	return func(def *study.Definition, n int) *studytest.Log {
		l := studytest.New(def)
		rng := rand.New(rand.NewPCG(def.Seed, uint64(n)))
		for i := range n {
			plan(l, i)
			id, v := study.TrialID(i), loss(i, rng)
			l.Start(id).Report(id, 1, v, -v).End(id, study.Completed, v, -v)
		}
		return l
	}
}

// anything has trials of which state, reports and result are drawn.
func anything(def *study.Definition, n int) *studytest.Log {
	l := studytest.New(def)
	rng := rand.New(rand.NewPCG(def.Seed, uint64(n)))
	values := func() (float64, float64) {
		v := math.Exp(20*rng.NormFloat64()) * rng.NormFloat64()
		switch rng.IntN(12) {
		case 0:
			v = math.NaN()
		case 1:
			v = math.Inf(1 - 2*rng.IntN(2))
		case 2:
			v = 0
		}
		return v, rng.NormFloat64()
	}
	for i := range n {
		plan(l, i)
		id := study.TrialID(i)
		if rng.IntN(8) == 0 {
			continue
		}
		l.Start(id)
		for step := range int64(rng.IntN(4)) {
			v, w := values()
			l.Report(id, step+1, v, w)
		}
		v, w := values()
		switch s := study.States[rng.IntN(len(study.States))]; s {
		case study.Waiting, study.Running:
		case study.Completed, study.Stopped:
			l.End(id, s, v, w)
		default:
			l.End(id, s)
		}
	}
	return l
}

// mixed has trials in every state there is, with and without reports.
func mixed(def *study.Definition, n int) *studytest.Log {
	l := studytest.New(def)
	for i := range n {
		plan(l, i)
		id := study.TrialID(i)
		x := float64(i) / 7
		switch i % 10 {
		case 0: // waiting
		case 1:
			l.Start(id)
		case 2:
			l.Start(id).Report(id, 1, x, 1).Report(id, 3, math.NaN(), 1)
		case 3:
			l.Start(id).Report(id, 2, x, 1).End(id, study.Paused)
		case 4:
			l.Start(id).Report(id, 9, x, 2).End(id, study.Completed, x, 2)
		case 5:
			l.Start(id).Report(id, 3, x, 2).Judge(id, 3, study.Stop, true).End(id, study.Stopped, x, 2)
		case 6:
			l.Start(id).End(id, study.Completed) // without a value
		case 7:
			l.Start(id).Report(id, 1, math.Inf(1), 0).End(id, study.Diverged, math.Inf(1), 0)
		case 8:
			l.Start(id).End(id, study.Infeasible)
		case 9:
			l.Start(id).End(id, study.Waiting).Start(id).End(id, study.Failed)
			l.Append(study.Reopened{Trial: id, By: "user"})
		}
	}
	return l
}
