package scheduler_test

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/danlu-ml/danlu/internal/scheduler"
	"github.com/danlu-ml/danlu/internal/scheduler/schedulertest"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// story is a study told in short: trials that run side by side.
type story struct {
	*studytest.Log
	s scheduler.Scheduler
}

func tell(t testing.TB, a study.Algorithm, sim schedulertest.Simulation) *story {
	t.Helper()
	def := sim.Definition()
	s, err := scheduler.New(a, def)
	if err != nil {
		t.Fatal(err)
	}
	return &story{studytest.New(def), s}
}

// reports has a new trial report these losses at these steps.
func (s *story) reports(steps []int64, losses ...float64) study.TrialID {
	id := s.start()
	for i, step := range steps {
		s.Report(id, step, s.View().Def.Objectives[0].Value(losses[i]))
	}
	return id
}

func (s *story) start() study.TrialID {
	id := study.TrialID(len(s.View().Trials))
	s.Plan(s.View().Def.Space.At([]float64{float64(id) / 100})).Start(id)
	return id
}

// judge asks, and stores the verdict as an engine would.
func (s *story) judge(id study.TrialID, step int64) scheduler.Verdict {
	got := s.s.Judge(s.View(), s.View().Trials[id], step)
	if got.Rung || got.Decision != study.Continue {
		s.Judge(id, step, got.Decision, got.Rung)
	}
	return got
}

// rungsOf finds the steps at which a policy compares a trial that reports at
// every step up to last.
func rungsOf(t *testing.T, a study.Algorithm, sim schedulertest.Simulation, last int64) []int64 {
	s := tell(t, a, sim)
	id := s.start()
	var found []int64
	for step := int64(1); step <= last; step++ {
		s.Report(id, step, 1)
		if s.judge(id, step).Rung {
			found = append(found, step)
		}
	}
	return found
}

func TestASHAsRungs(t *testing.T) {
	for name, c := range map[string]struct {
		a    study.Algorithm
		max  int64
		want []int64
	}{
		"the example of Li et al. 2020, figure 1": {asha("min", "1", "eta", "3"), 9, []int64{1, 3}},
		"R = 81, eta = 3 (Hyperband's table 1)":   {asha("min", "1"), 81, []int64{1, 3, 9, 27}},
		"counted down from the end":               {asha(), 30, []int64{1, 3, 10}},
		"four at most":                            {asha(), 1000, []int64{12, 37, 111, 333}},
		"halving":                                 {asha("eta", "2"), 64, []int64{4, 8, 16, 32}},
		"from a given one, in whole steps":        {asha("min", "5", "eta", "2.5"), 200, []int64{5, 13, 31, 78}},
		"one near the end is left out":            {asha("min", "1"), 30, []int64{1, 3, 9}},
		"two steps":                               {asha(), 2, []int64{1}},
		"one step":                                {asha(), 1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := rungsOf(t, c.a, schedulertest.Simulation{Max: c.max}, c.max)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("rungs (-want +got):\n%s", d)
			}
		})
	}
	t.Run("no end", func(t *testing.T) {
		got := rungsOf(t, asha("min", "2"), schedulertest.Simulation{Unknown: true}, 500)
		if d := cmp.Diff([]int64{2, 6, 18, 54, 162, 486}, got); d != "" {
			t.Errorf("rungs (-want +got):\n%s", d)
		}
	})
}

func asha(pairs ...string) study.Algorithm {
	return study.Algorithm{Name: "asha", Options: options(pairs...)}
}

func TestASHAKeepsTheBestThird(t *testing.T) {
	s := tell(t, asha("min", "1"), schedulertest.Simulation{Max: 9, Maximize: true})
	for i, c := range []struct {
		loss float64
		want study.Decision
		why  string
	}{
		{-0.60, study.Continue, "0.6 at epoch 1: the first to come so far"},
		{-0.50, study.Stop, "0.5 at epoch 1: rank 2 of 2, the best 1 go on (0.6 or better)"},
		{-0.60, study.Continue, "0.6 at epoch 1: rank 1 of 3, the best 1 go on (0.6 or better)"},
		{-0.55, study.Stop, "0.55 at epoch 1: rank 3 of 4, the best 1 go on (0.6 or better)"},
		{-0.70, study.Continue, "0.7 at epoch 1: rank 1 of 5, the best 1 go on (0.7 or better)"},
		{-0.65, study.Continue, "0.65 at epoch 1: rank 2 of 6, the best 2 go on (0.65 or better)"},
		{-0.62, study.Stop, "0.62 at epoch 1: rank 3 of 7, the best 2 go on (0.65 or better)"},
	} {
		want := scheduler.Verdict{Decision: c.want, Rung: true, Why: c.why}
		if d := cmp.Diff(want, s.judge(s.reports([]int64{1}, c.loss), 1)); d != "" {
			t.Errorf("trial %d (-want +got):\n%s", i, d)
		}
	}
}

// Reports may skip a rung, come late, or in a heap; each rung judges once.
func TestARungIsMetOnce(t *testing.T) {
	good := func(t *testing.T) *story { // rungs 3 and 9, which a good trial holds
		s := tell(t, asha("min", "3"), schedulertest.Simulation{Max: 27})
		s.reports([]int64{3, 9}, 0, 0)
		return s
	}
	t.Run("skipped", func(t *testing.T) {
		s := good(t)
		id := s.reports([]int64{2, 5}, 0.1, 0.2)
		if got := s.judge(id, 2); got.Rung {
			t.Errorf("judged before the first rung: %+v", got)
		}
		got := s.judge(id, 5)
		if got.Decision != study.Stop || !strings.HasPrefix(got.Why, "0.2 at epoch 5: rank 2 of 2") {
			t.Errorf("at the first report beyond the rung: %+v, want it stopped for its 0.2", got)
		}
		s.Report(id, 7, 0.3)
		if got := s.judge(id, 7); got.Rung {
			t.Errorf("judged again at the same rung: %+v", got)
		}
	})
	t.Run("two skipped at once", func(t *testing.T) {
		s := good(t)
		id := s.reports([]int64{2, 11}, 0.1, 0.2)
		if got := s.judge(id, 11); !got.Rung || !strings.Contains(got.Why, "rank 2 of 2") {
			t.Errorf("%+v, want it compared at the higher rung", got)
		}
		s.Report(id, 12, 0.3)
		if got := s.judge(id, 12); got.Rung {
			t.Errorf("judged again: %+v", got)
		}
	})
	t.Run("late", func(t *testing.T) {
		s := good(t)
		id := s.reports([]int64{4}, -1)
		if got := s.judge(id, 4); !got.Rung {
			t.Errorf("%+v, want a rung", got)
		}
		s.Report(id, 3, 5)
		if got := s.judge(id, 3); got.Rung {
			t.Errorf("a report from before is judged at a rung that was met: %+v", got)
		}
	})
	t.Run("in a heap", func(t *testing.T) {
		s := good(t)
		id := s.reports([]int64{1, 2, 3, 4, 5}, 1, 1, 1, 1, 1)
		var rungs []int64
		for step := int64(1); step <= 5; step++ {
			if s.judge(id, step).Rung {
				rungs = append(rungs, step)
			}
		}
		if d := cmp.Diff([]int64{3}, rungs); d != "" {
			t.Errorf("judged at (-want +got):\n%s", d)
		}
	})
	t.Run("without the objective", func(t *testing.T) {
		s := good(t)
		id := s.reports([]int64{2}, 1)
		s.Append(study.Points{Trial: id, Attempt: 1, Rows: []study.Point{{Step: 3, Metric: "lr", Value: 1}}})
		if got := s.judge(id, 3); got.Rung {
			t.Errorf("judged at a step without a value: %+v", got)
		}
	})
	t.Run("in another attempt", func(t *testing.T) {
		s := good(t)
		id := s.reports([]int64{3}, -1)
		if got := s.judge(id, 3); !got.Rung {
			t.Errorf("%+v, want a rung", got)
		}
		s.End(id, study.Waiting).Start(id).Report(id, 3, -1)
		if got := s.judge(id, 3); !got.Rung {
			t.Errorf("an attempt from the start is not judged: %+v", got)
		}
		s.End(id, study.Waiting).Resume(id, 3).Report(id, 4, -1)
		if got := s.judge(id, 4); got.Rung {
			t.Errorf("an attempt that resumed after the rung is judged at it: %+v", got)
		}
	})
	t.Run("at the end", func(t *testing.T) {
		s := good(t)
		id := s.reports([]int64{2, 27}, 1, 1)
		if got := s.judge(id, 27); got.Decision != study.Continue || got.Rung {
			t.Errorf("a trial that has come to its end is judged: %+v", got)
		}
	})
}

func TestARungComparesByTheObjectivesRule(t *testing.T) {
	for _, c := range []struct {
		best bool
		want study.Decision
	}{{false, study.Stop}, {true, study.Continue}} {
		s := tell(t, asha("min", "3"), schedulertest.Simulation{Max: 27, Best: c.best})
		s.reports([]int64{1, 2, 3}, 0.5, 0.4, 0.3)
		id := s.reports([]int64{1, 2, 3}, 0.9, 0.2, 0.35)
		if got := s.judge(id, 3); got.Decision != c.want {
			t.Errorf("best %v: %+v, want %s", c.best, got, c.want)
		}
	}
}

func TestADivergedTrialNeverSurvives(t *testing.T) {
	s := tell(t, asha("min", "1"), schedulertest.Simulation{Max: 9})
	for _, loss := range []float64{math.Inf(1), math.NaN(), math.Inf(-1)} {
		got := s.judge(s.reports([]int64{1}, loss), 1)
		if d := cmp.Diff(scheduler.Verdict{Decision: study.Stop, Rung: true, Why: "loss is not finite at epoch 1"}, got); d != "" {
			t.Errorf("%v (-want +got):\n%s", loss, d)
		}
	}
	// It counts as worst: two of four may go on when eta is 2.
	s = tell(t, asha("min", "1", "eta", "2"), schedulertest.Simulation{Max: 9})
	for _, loss := range []float64{math.NaN(), 0.1, math.NaN()} {
		s.judge(s.reports([]int64{1}, loss), 1)
	}
	got := s.judge(s.reports([]int64{1}, 0.2), 1)
	if got.Decision != study.Continue || got.Why != "0.2 at epoch 1: rank 2 of 4, the best 2 go on (0.2 or better)" {
		t.Errorf("%+v, want it to go on as second of four", got)
	}
}

// At every rung, a trial goes on exactly if it is among the best max(1, n/eta) of
// the n that have come there: no more than its share survives, and no less.
func TestASHAKeepsItsShare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		eta := rapid.SampledFrom([]float64{1.5, 2, 3, 4}).Draw(t, "eta")
		sim := schedulertest.Simulation{
			Seed: rapid.Uint64().Draw(t, "seed"), Trials: 60, Slots: rapid.IntRange(1, 9).Draw(t, "slots"),
			Max: 27, Every: rapid.Int64Range(1, 4).Draw(t, "every"),
		}
		judged, kept := map[int64]int{}, map[int64]int{}
		sim.Watch = func(v *study.View, tr *study.Trial, step int64, got scheduler.Verdict) {
			if !got.Rung {
				return
			}
			n, better := 1, 0
			own, _ := tr.Curve().At(step, false)
			for _, u := range v.Trials {
				if loss, ok := u.Curve().At(step, false); ok && u != tr && u.Curve().Last() >= step {
					n++
					if loss < own {
						better++
					}
				}
			}
			if want := better < max(1, int(float64(n)/eta)); want != (got.Decision == study.Continue) {
				t.Errorf("trial %d, rank %d of %d at step %d: %s", tr.ID, better+1, n, step, got.Decision)
			}
			judged[step]++
			if got.Decision == study.Continue {
				kept[step]++
			}
		}
		s, err := scheduler.New(asha("eta", strconv.FormatFloat(eta, 'g', -1, 64)), sim.Definition())
		if err != nil {
			t.Fatalf("%v", err)
		}
		if _, finished := sim.Run(s); !finished {
			t.Fatalf("the study does not end")
		}
		if len(judged) == 0 {
			t.Fatalf("nothing was judged")
		}
		// At the first rung trials come in a random order (at later ones the better
		// come later, since the bar rises), so that the n-th survives with a chance
		// of at most 1/eta, or 1/n if that is more: mean + 6 standard deviations.
		first := slices.Min(slices.Collect(maps.Keys(judged)))
		mean, variance := 0.0, 0.0
		for n := range judged[first] {
			p := max(1/eta, 1/float64(n+1))
			mean += p
			variance += p * (1 - p)
		}
		if most := mean + 6*math.Sqrt(variance); float64(kept[first]) > most {
			t.Errorf("%d of %d trials survive step %d, want at most %.1f", kept[first], judged[first], first, most)
		}
	})
}

func TestASHAWithTwoObjectives(t *testing.T) {
	two := schedulertest.Simulation{Max: 9, Curve: func(study.TrialID, int64) []float64 { return []float64{0, 0} }}
	s := tell(t, asha("min", "1"), two)
	report := func(a, b float64) scheduler.Verdict {
		id := s.start()
		s.Report(id, 1, a, b)
		return s.judge(id, 1)
	}
	for i, c := range []struct {
		a, b float64
		want study.Decision
		why  string
	}{
		{1, 9, study.Continue, "in front 1 of non-domination at epoch 1, behind 0 of 1 trials"},
		{9, 1, study.Continue, "in front 1 of non-domination at epoch 1, behind 0 of 2 trials"},
		{5, 5, study.Continue, "in front 1 of non-domination at epoch 1, behind 0 of 3 trials"},
		{6, 6, study.Stop, "in front 2 of non-domination at epoch 1, behind 3 of 4 trials"},
		{5, 5, study.Continue, "in front 1 of non-domination at epoch 1, behind 0 of 5 trials"},
		{9, 9, study.Stop, "in front 3 of non-domination at epoch 1, behind 5 of 6 trials"},
	} {
		want := scheduler.Verdict{Decision: c.want, Rung: true, Why: c.why}
		if d := cmp.Diff(want, report(c.a, c.b)); d != "" {
			t.Errorf("trial %d (-want +got):\n%s", i, d)
		}
	}
	id := s.start() // its second objective is still to come
	s.Append(study.Points{Trial: id, Attempt: 1, Rows: []study.Point{{Step: 1, Metric: "loss", Value: 99}}})
	if got := s.judge(id, 1); got.Decision != study.Continue {
		t.Errorf("a trial without its second objective: %+v, want it to go on", got)
	}
}

// Of six trials two are promoted: those that none dominates, although another one is
// better than one of them in the first objective.
func TestPromotionByThreeObjectives(t *testing.T) {
	points := [][]float64{{9, 9, 9}, {1, 1, 1}, {2, 2, 2}, {3, 0, 3}, {4, 4, 4}, {5, 5, 5}}
	sim := schedulertest.Simulation{Max: 9, Trials: 99, Curve: func(id study.TrialID, _ int64) []float64 { return points[id] }}
	s := tell(t, asha("promote", "true", "min", "1"), sim)
	for _, p := range points {
		id := s.start()
		s.Report(id, 1, p...).End(id, study.Paused)
	}
	for _, want := range []study.TrialID{1, 3} {
		got, ok := s.s.Next(s.View())
		if !ok || got.Kind != scheduler.Resume || got.Trial != want {
			t.Fatalf("action %+v, want trial %d to go on", got, want)
		}
		s.Append(study.Started{Trial: want, Attempt: 2, From: 1, To: got.To})
	}
	if got, _ := s.s.Next(s.View()); got.Kind != scheduler.Start {
		t.Errorf("action %+v, want a new trial", got)
	}
}

// With three objectives: nobody who was left behind dominates who went farther.
func TestRungsOfThreeObjectives(t *testing.T) {
	for _, name := range []string{"halving", "hyperband"} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				points := make([][]float64, 28)
				for i := range points {
					points[i] = rapid.SliceOfN(rapid.Float64Range(0, 1), 3, 3).Draw(t, "losses")
				}
				sim := schedulertest.Simulation{
					Trials: 28, Slots: 9, Max: 27,
					Curve: func(id study.TrialID, _ int64) []float64 { return points[id] },
				}
				s, err := scheduler.New(study.Algorithm{Name: name}, sim.Definition())
				if err != nil {
					t.Fatal(err)
				}
				l, finished := sim.Run(s)
				if !finished {
					t.Fatal("it does not come to its end")
				}
				dominates := func(p, q []float64) bool {
					return p[0] <= q[0] && p[1] <= q[1] && p[2] <= q[2] && (p[0] < q[0] || p[1] < q[1] || p[2] < q[2])
				}
				for _, u := range l.View().Trials[1:] {
					for _, w := range l.View().Trials[1:] {
						same := u.Bracket == w.Bracket && u.Curve().Last() > w.Curve().Last()
						if same && dominates(points[w.ID], points[u.ID]) {
							t.Errorf("trial %d came to step %d and trial %d, which is better in everything, to step %d", u.ID, u.Curve().Last(), w.ID, w.Curve().Last())
						}
					}
				}
			})
		})
	}
}

// The front survives among more trials than are compared pairwise.
func TestManyTrialsWithTwoObjectives(t *testing.T) {
	two := schedulertest.Simulation{Max: 9, Curve: func(study.TrialID, int64) []float64 { return []float64{0, 0} }}
	s := tell(t, asha("min", "1"), two)
	for i := range 1200 {
		id := s.start()
		s.Report(id, 1, 1+float64(i%40), 1+float64(i%37))
	}
	for _, c := range []struct {
		a, b float64
		want study.Decision
	}{{0, 100, study.Continue}, {100, 0, study.Continue}, {39, 36, study.Stop}} {
		id := s.start()
		s.Report(id, 1, c.a, c.b)
		if got := s.judge(id, 1); got.Decision != c.want {
			t.Errorf("(%v, %v): %+v, want %s", c.a, c.b, got, c.want)
		}
	}
}
