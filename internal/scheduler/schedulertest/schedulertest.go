// Package schedulertest asks every scheduler the same questions: what
// [scheduler.Scheduler] promises, and that a policy keeps what is good.
//
// A new policy passes by
//
//	schedulertest.Run(t, schedulertest.Policy{Name: "hyperband", Make: …, NeedsEnd: true, Chooses: true})
//
// and shows its speed by [Benchmark]. [Simulation] is a study in memory to try a
// policy on.
//
// Start reading at [Run].
package schedulertest

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/danlu-ml/danlu/internal/scheduler"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// Make makes the scheduler under test for a definition.
type Make func(def *study.Definition) (scheduler.Scheduler, error)

// Policy is a scheduler to test.
type Policy struct {
	Name string // it goes by
	Make Make
	// NeedsEnd: it refuses studies whose trials have no known end.
	NeedsEnd bool
	// Chooses: it pauses trials and chooses among them, so it may stop one that is
	// as good as the others, and a budget of trials need not be spent.
	Chooses bool
	// Slow: its verdicts take milliseconds, so the studies it is tried on are few and
	// small.
	Slow bool
}

// Run tests a scheduler.
func Run(t *testing.T, p Policy) {
	makeScheduler := p.Make
	t.Run("is called "+p.Name, func(t *testing.T) {
		if got := build(t, makeScheduler, Simulation{Max: 9}.Definition()).Name(); got != p.Name {
			t.Errorf("Name() is %q, want %q", got, p.Name)
		}
	})
	t.Run("any study", func(t *testing.T) { testAnyStudy(t, p) })
	t.Run("free slots", func(t *testing.T) { testNext(t, makeScheduler) })
	t.Run("equal trials", func(t *testing.T) { testTies(t, p) })
	t.Run("one trial", func(t *testing.T) { testOneTrial(t, p) })
	t.Run("trials that diverge", func(t *testing.T) { testDiverging(t, p) })
	t.Run("the best in one of two objectives", func(t *testing.T) { testObjectives(t, p) })
	t.Run("turned round", func(t *testing.T) { testMirror(t, p) })
	t.Run("a report that comes twice", func(t *testing.T) { testDuplicate(t, makeScheduler) })
	t.Run("trials that say nothing", func(t *testing.T) { testSilence(t, p) })
}

// goesOn reports whether a trial that has nobody to fear may be told so.
func (p Policy) goesOn(got scheduler.Verdict) bool {
	return got.Decision == study.Continue || (p.Chooses && got.Decision == study.Pause)
}

// fatal is what the checks need of a test, so that rapid can run them, too.
type fatal interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

func build(t fatal, makeScheduler Make, def *study.Definition) scheduler.Scheduler {
	t.Helper()
	s, err := makeScheduler(def)
	if err != nil {
		t.Fatalf("make the scheduler: %v", err)
	}
	return s
}

// testAnyStudy plays studies of all shapes to their end.
func testAnyStudy(t *testing.T, p Policy) {
	played := 0
	rapid.Check(t, func(t *rapid.T) {
		if played++; p.Slow && played > 15 {
			return
		}
		play(t, p, Simulation{
			Seed:     rapid.Uint64().Draw(t, "seed"),
			Trials:   rapid.IntRange(1, 30).Draw(t, "trials"),
			Slots:    rapid.IntRange(1, 8).Draw(t, "slots"),
			Max:      rapid.Int64Range(1, 30).Draw(t, "max"),
			Unknown:  !p.NeedsEnd && rapid.Bool().Draw(t, "unknown end"),
			Every:    rapid.Int64Range(1, 4).Draw(t, "every"),
			Flaky:    rapid.Bool().Draw(t, "flaky"),
			Maximize: rapid.Bool().Draw(t, "maximize"),
			Best:     rapid.Bool().Draw(t, "best"),
		})
	})
}

// play runs a simulation and checks every verdict, and at the end that the study
// is whole.
func play(t fatal, p Policy, s Simulation) *studytest.Log {
	t.Helper()
	if p.Slow {
		s.Trials, s.Max = min(s.Trials, 9), min(s.Max, 9)
	}
	sched := build(t, p.Make, s.Definition())
	watch := s.Watch
	s.Watch = func(v *study.View, tr *study.Trial, step int64, got scheduler.Verdict) {
		checkVerdict(t, v, tr, step, got)
		if again := sched.Judge(v, tr, step); again != got {
			t.Errorf("trial %d at step %d: %+v, and asked again %+v", tr.ID, step, got, again)
		}
		if other := build(t, p.Make, v.Def).Judge(v, tr, step); other != got {
			t.Errorf("trial %d at step %d: %+v, and by a new scheduler %+v", tr.ID, step, got, other)
		}
		if watch != nil {
			watch(v, tr, step, got)
		}
	}
	l, finished := s.Run(sched)
	if !finished {
		t.Fatalf("the study does not come to its end")
	}
	again, err := studytest.Replay(l.Events)
	if err != nil {
		t.Fatalf("read the log again: %v", err)
	}
	if d := cmp.Diff(again, l.View(), studytest.Equal); d != "" {
		t.Errorf("the view differs from its log: somebody changed it (-log +view):\n%s", d)
	}
	v := l.View()
	if len(v.Trials) > s.Trials || (len(v.Trials) < s.Trials && !p.Chooses) {
		t.Errorf("%d trials, want the budget's %d", len(v.Trials), s.Trials)
	}
	if v.Count[study.Waiting]+v.Count[study.Running] > 0 {
		t.Errorf("%d trials wait and %d run when the study has ended", v.Count[study.Waiting], v.Count[study.Running])
	}
	return l
}

// checkVerdict demands that a verdict is well formed, that no trial is stopped at
// its end, and that the best so far goes on.
func checkVerdict(t fatal, v *study.View, tr *study.Trial, step int64, got scheduler.Verdict) {
	t.Helper()
	switch got.Decision {
	case study.Continue:
		if got.Rung && got.Why == "" {
			t.Errorf("trial %d goes on past the rung at step %d, and nothing says why", tr.ID, step)
		}
		return
	case study.Stop, study.Pause:
		if got.Why == "" {
			t.Errorf("trial %d is told to %s at step %d, and nothing says why", tr.ID, got.Decision, step)
		}
	default:
		t.Fatalf("trial %d: decision %q at step %d", tr.ID, got.Decision, step)
	}
	if last := v.Horizon(tr); last > 0 && step >= last {
		t.Errorf("trial %d is told to %s at step %d, its last", tr.ID, got.Decision, step)
	}
	if got.Decision == study.Stop && leads(v, tr, step) {
		t.Errorf("trial %d is stopped at step %d, where no other trial is better: %s", tr.ID, step, got.Why)
	}
}

// leads reports whether no other trial that came to this step was better there
// in the first objective. Alone at a step, a trial may be compared with others
// that reported at another one.
func leads(v *study.View, tr *study.Trial, step int64) bool {
	best := v.Def.Objectives[0].Best
	own, _ := tr.Curve().At(step, best)
	for _, u := range v.Trials {
		if u == tr || u.Curve().Last() < step {
			continue
		}
		if loss, ok := u.Curve().At(step, best); ok && loss < own {
			return false
		}
	}
	return true
}

func testNext(t *testing.T, makeScheduler Make) {
	def := Simulation{Max: 9}.Definition()
	l := studytest.New(def)
	s := build(t, makeScheduler, def)
	a, ok := s.Next(l.View())
	if !ok || a.Kind != scheduler.Start {
		t.Errorf("in a study without trials %+v, %t; want %q", a, ok, scheduler.Start)
	}
	again, _ := s.Next(l.View())
	if d := cmp.Diff(a, again); d != "" {
		t.Errorf("asked twice (-first +second):\n%s", d)
	}
}

// testTies runs trials that are all alike and improve: nobody is worse than
// anybody.
func testTies(t *testing.T, p Policy) {
	l := play(t, p, Simulation{
		Seed: 1, Trials: 20, Slots: 3, Max: 27,
		Curve: func(_ study.TrialID, step int64) []float64 { return []float64{1 / float64(step)} },
	})
	if n := l.View().Count[study.Stopped]; n != 0 && !p.Chooses {
		t.Errorf("%d of 20 equal trials are stopped, want none: ties favour the newcomer", n)
	}
}

func testOneTrial(t *testing.T, p Policy) {
	def := Simulation{Max: 27}.Definition()
	s := build(t, p.Make, def)
	l := studytest.New(def).Plan(def.Space.At([]float64{0.3})).Start(0)
	for step := int64(1); step <= 27; step++ {
		l.Report(0, step, 1/float64(step))
		if got := s.Judge(l.View(), l.View().Trials[0], step); !p.goesOn(got) {
			t.Errorf("the only trial is told to %s at step %d: %s", got.Decision, step, got.Why)
		}
	}
}

// testDiverging has a third of the trials turn to NaN or infinity half-way, where
// they were the best.
func testDiverging(t *testing.T, p Policy) {
	learning := Learning(5)
	l := play(t, p, Simulation{
		Seed: 5, Trials: 30, Slots: 4, Max: 27,
		Curve: func(id study.TrialID, step int64) []float64 {
			switch {
			case id%3 != 1:
				return learning(id, step)
			case step < 7:
				return []float64{-1}
			case id%2 == 0:
				return []float64{math.NaN()}
			}
			return []float64{math.Inf(-1)}
		},
	})
	best := l.View().Best()
	if best == nil || math.IsInf(best.Loss(), 0) || best.ID%3 == 1 {
		t.Errorf("the best trial is %+v, want a finite one", best)
	}
}

// testObjectives demands that a trial which is the best in everything goes on.
func testObjectives(t *testing.T, p Policy) {
	learning := Learning(9)
	play(t, p, Simulation{
		Seed: 9, Trials: 30, Slots: 4, Max: 27,
		Curve: func(id study.TrialID, step int64) []float64 {
			return []float64{learning(id, step)[0], float64((id * 7) % 11)}
		},
	})
}

// testMirror runs one study in two ways, its numbers to be made small and large:
// losses are losses.
func testMirror(t *testing.T, p Policy) {
	decisions := func(maximize bool) []string {
		var all []string
		play(t, p, Simulation{
			Seed: 3, Trials: 25, Slots: 3, Max: 27, Maximize: maximize,
			Watch: func(_ *study.View, tr *study.Trial, step int64, got scheduler.Verdict) {
				all = append(all, fmt.Sprintf("trial %d at %d: %s", tr.ID, step, got.Decision))
			},
		})
		return all
	}
	if d := cmp.Diff(decisions(false), decisions(true)); d != "" {
		t.Errorf("decisions differ (-minimised +maximised):\n%s", d)
	}
}

// testDuplicate reports everything twice, the second time with another value.
func testDuplicate(t *testing.T, makeScheduler Make) {
	def := Simulation{Max: 9}.Definition()
	s := build(t, makeScheduler, def)
	learning := Learning(1)
	l := studytest.New(def)
	for id := study.TrialID(0); id < 12; id++ {
		l.Plan(def.Space.At([]float64{float64(id) / 12})).Start(id)
		for step := int64(1); step <= 9; step++ {
			l.Report(id, step, learning(id, step)[0])
			tr := l.View().Trials[id]
			want := s.Judge(l.View(), tr, step)
			l.Report(id, step, 100)
			if got := s.Judge(l.View(), tr, step); got != want {
				t.Errorf("trial %d at step %d: %+v, and after a repeated report %+v", id, step, want, got)
			}
		}
	}
}

// testSilence judges among trials that have not reported, ended without a word,
// or wait.
func testSilence(t *testing.T, p Policy) {
	def := Simulation{Max: 9}.Definition()
	s := build(t, p.Make, def)
	l := studytest.New(def)
	for id := study.TrialID(0); id < 9; id++ {
		l.Plan(def.Space.At([]float64{float64(id) / 9}))
		if id%3 > 0 {
			l.Start(id)
		}
		if id%3 > 1 {
			l.End(id, study.Failed)
		}
	}
	l.Plan(def.Space.At([]float64{1})).Start(9)
	for step := int64(1); step <= 9; step++ {
		l.Report(9, step, 5)
		if got := s.Judge(l.View(), l.View().Trials[9], step); !p.goesOn(got) {
			t.Errorf("the only trial that reports is told to %s at step %d: %s", got.Decision, step, got.Why)
		}
	}
}
