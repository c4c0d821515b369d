package scheduler_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/danlu-ml/danlu/internal/scheduler"
	"github.com/danlu-ml/danlu/internal/scheduler/schedulertest"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// segments lists what was trained, in the order it began.
func segments(l *studytest.Log) []string {
	var all []string
	for _, e := range l.Events {
		if b, ok := e.Body.(study.Started); ok {
			all = append(all, fmt.Sprintf("%d: %d-%d", b.Trial, b.From, b.To))
		}
	}
	return all
}

// One worker, nine configurations, η = 3, R = 9: after every third at a rung the
// best of them goes on at once, instead of waiting for the rest (Li et al. 2020,
// section 3.2 and Algorithm 2). Trial 0 is the default, which runs to its end and
// counts at every rung.
func TestASHAPromotesAsSoonAsOneThirdIsKnown(t *testing.T) {
	losses := []float64{10, 5, 9, 1, 8, 7, 2, 6, 3}
	l, _ := schedulertest.Simulation{
		Trials: 9, Slots: 1, Max: 9,
		Curve: func(id study.TrialID, step int64) []float64 { return []float64{losses[id] + 1/float64(step)} },
	}.Run(must(t, study.Algorithm{Name: "asha", Options: options("promote", "true", "min", "1")}, 9))
	want := []string{
		"0: 0-0",
		"1: 0-1", "2: 0-1", "1: 1-3",
		"3: 0-1", "3: 1-3", // best of four: one goes on, and it is not the one that did
		"3: 3-0", // three came to the second rung
		"4: 0-1", "5: 0-1", "6: 0-1", "6: 1-3",
		"7: 0-1", "8: 0-1", "8: 1-3",
	}
	if d := cmp.Diff(want, segments(l)); d != "" {
		t.Errorf("segments (-want +got):\n%s", d)
	}
}

func must(t testing.TB, a study.Algorithm, last int64) scheduler.Scheduler {
	t.Helper()
	s, err := scheduler.New(a, schedulertest.Simulation{Max: last}.Definition())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestHalvingKeepsTheBestThirdAtEveryRung(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sim := schedulertest.Simulation{
			Seed: rapid.Uint64().Draw(t, "seed"), Trials: 1 + 27, Max: 27,
			Slots: rapid.IntRange(1, 9).Draw(t, "slots"),
		}
		s, err := scheduler.New(study.Algorithm{Name: "halving"}, sim.Definition())
		if err != nil {
			t.Fatal(err)
		}
		l, finished := sim.Run(s)
		if !finished {
			t.Fatal("it does not come to its end")
		}
		alive := l.View().Trials[1:]
		for _, rung := range []int64{1, 3, 9} {
			came := slices.DeleteFunc(slices.Clone(alive), func(tr *study.Trial) bool { return tr.Curve().Last() < rung })
			if len(came) != len(alive) {
				t.Fatalf("%d of %d came to step %d", len(came), len(alive), rung)
			}
			slices.SortFunc(came, func(a, b *study.Trial) int {
				x, _ := a.Curve().At(rung, false)
				y, _ := b.Curve().At(rung, false)
				if x < y {
					return -1
				}
				return 1
			})
			alive = came[:len(came)/3]
			for _, tr := range came[len(came)/3:] {
				if tr.Curve().Last() != rung || tr.State != study.Stopped {
					t.Errorf("trial %d was not among the best at step %d, and is %s at step %d", tr.ID, rung, tr.State, tr.Curve().Last())
				}
			}
		}
		if len(alive) != 1 || alive[0].State != study.Completed {
			t.Errorf("%d trials are left, want one that is complete", len(alive))
		}
	})
}

func TestHyperbandFillsSlotsWithTheNextBracketWhileOneWaits(t *testing.T) {
	s := must(t, study.Algorithm{Name: "halving"}, 3)
	def := schedulertest.Simulation{Max: 3, Trials: 20}.Definition()
	l := studytest.New(def)
	var brackets []string
	for id := range study.TrialID(4) {
		a, ok := s.Next(l.View())
		if !ok {
			t.Fatalf("nothing for slot %d", id)
		}
		brackets = append(brackets, a.Bracket)
		l.Propose(study.Planned{Params: def.Space.At([]float64{float64(id) / 9}), Bracket: a.Bracket, To: a.To})
		l.Append(study.Started{Trial: id, Attempt: 1, To: a.To})
	}
	if d := cmp.Diff([]string{"0", "0", "0", "1"}, brackets); d != "" {
		t.Errorf("brackets (-want +got):\n%s", d)
	}
}

// What comes next in line when one before it came to nothing.
func TestTheNextBestTakesThePlaceOfOneThatFailed(t *testing.T) {
	for _, a := range []study.Algorithm{
		{Name: "halving"},
		{Name: "hyperband"},
		{Name: "asha", Options: options("promote", "true")},
	} {
		t.Run(a.Name, func(t *testing.T) {
			sim := schedulertest.Simulation{Max: 9, Trials: 10}
			def := sim.Definition()
			s, err := scheduler.New(a, def)
			if err != nil {
				t.Fatal(err)
			}
			l := studytest.New(def)
			for id := range study.TrialID(9) {
				a, _ := s.Next(l.View())
				l.Propose(study.Planned{Params: def.Space.At([]float64{float64(id) / 9}), Bracket: a.Bracket, To: a.To})
				l.Append(study.Started{Trial: id, Attempt: 1, To: a.To})
			}
			for id := range study.TrialID(9) {
				l.Report(id, 1, float64(id)).End(id, study.Paused)
			}
			for want := range study.TrialID(4) { // the first fails, so the fourth goes on
				got, ok := s.Next(l.View())
				if !ok || got.Kind != scheduler.Resume || got.Trial != want {
					t.Fatalf("action %+v (%t), want trial %d to go on", got, ok, want)
				}
				l.Append(study.Started{Trial: want, Attempt: 2, From: 1, To: got.To})
				if want == 0 {
					l.End(0, study.Failed)
				}
			}
		})
	}
}

// population plays a population on the quadratic of Jaderberg et al. 2017, figure
// 2, in one dimension: how fast a member comes near depends on its parameter.
func population(t testing.TB, sim schedulertest.Simulation, pairs ...string) *studytest.Log {
	t.Helper()
	def := sim.Definition()
	s, err := scheduler.New(study.Algorithm{Name: "pbt", Options: options(pairs...)}, def)
	if err != nil {
		t.Fatal(err)
	}
	l, finished := sim.Run(s)
	if !finished {
		t.Fatal("it does not come to its end")
	}
	return l
}

func TestPBTsLineageIsAForestInSegments(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := population(t, schedulertest.Simulation{
			Seed: rapid.Uint64().Draw(rt, "seed"), Max: 30,
			Trials: rapid.IntRange(4, 60).Draw(rt, "trials"),
			Slots:  rapid.IntRange(1, 9).Draw(rt, "slots"),
		}, "population", strconv.Itoa(rapid.IntRange(2, 9).Draw(rt, "population")), "exploit", rapid.SampledFrom([]string{`"truncation"`, `"tournament"`}).Draw(rt, "exploit"))
		v := l.View()
		for _, tr := range v.Trials {
			if p := tr.Parent; p != nil && (p.Trial >= tr.ID || p.Step < 1) {
				rt.Errorf("trial %d is a copy of trial %d at step %d", tr.ID, p.Trial, p.Step)
			}
			line := v.Lineage(tr)
			at := int64(0)
			for _, s := range line {
				if s.From != at {
					rt.Errorf("trial %d: a segment begins at %d, and the one before it ended at %d: %v", tr.ID, s.From, at, line)
				}
				at = s.To
			}
			if at != tr.Step() {
				rt.Errorf("trial %d is at step %d, and its line ends at %d", tr.ID, tr.Step(), at)
			}
		}
	})
}

func TestPBTCopiesTheBestIntoThePlacesOfTheWorst(t *testing.T) {
	// A member's loss falls by its parameter's worth at each step; copies go on
	// from where their parent was.
	var l *studytest.Log
	loss := map[study.TrialID]map[int64]float64{}
	sim := schedulertest.Simulation{Seed: 4, Trials: 60, Slots: 4, Max: 50}
	sim.Curve = func(id study.TrialID, step int64) []float64 {
		if l == nil {
			return []float64{0} // asked for the number of objectives
		}
		tr := l.View().Trials[id]
		before, ok := loss[id][step-1]
		switch {
		case step <= 1:
			before = 100
		case !ok && tr.Parent != nil:
			before = loss[tr.Parent.Trial][step-1]
		}
		if loss[id] == nil {
			loss[id] = map[int64]float64{}
		}
		loss[id][step] = before - tr.Params["x"].Float()
		return []float64{loss[id][step]}
	}
	def := sim.Definition()
	s, err := scheduler.New(study.Algorithm{Name: "pbt", Options: options("population", "8", "interval", "5")}, def)
	if err != nil {
		t.Fatal(err)
	}
	l = studytest.New(def)
	if !sim.Play(s, l) {
		t.Fatal("it does not come to its end")
	}
	copies := 0
	for _, tr := range l.View().Trials {
		if tr.Parent != nil {
			copies++
		}
	}
	best := l.View().Best()
	if best == nil || copies == 0 || best.Parent == nil {
		t.Fatalf("the best is %v, after %d copies; want a copy", best, copies)
	}
	if first := l.View().Trials[0]; best.Loss() >= first.Loss() {
		t.Errorf("the best loss is %v, the default's %v", best.Loss(), first.Loss())
	}
}

// A study whose file does not say whether trials resume.
func TestAutoPausesOnceATrialHasLeftACheckpoint(t *testing.T) {
	sim := schedulertest.Simulation{Max: 20, Trials: 30}
	def := sim.Definition()
	s, err := scheduler.New(study.Algorithm{Name: "auto"}, def)
	if err != nil {
		t.Fatal(err)
	}
	l := studytest.New(def)
	for id := range study.TrialID(8) {
		l.Plan(def.Space.At([]float64{float64(id) / 8})).Start(id).Report(id, 1, float64(id))
	}
	worst := l.View().Trials[7]
	if got := s.Judge(l.View(), worst, 1); got.Decision == study.Pause {
		t.Errorf("before any checkpoint: %+v", got)
	}
	l.Append(study.Checkpointed{Trial: 2, Attempt: 1, Step: 1, Path: "/c"})
	if got := s.Judge(l.View(), worst, 1); got.Decision != study.Pause {
		t.Errorf("after the first checkpoint: %+v", got)
	}
}
