// Package samplertest asks every sampler the same questions: what
// [sampler.Sampler] promises, sentence by sentence.
//
// A new algorithm passes by
//
//	samplertest.Run(t, "tpe", func(def *study.Definition) (sampler.Sampler, error) { … })
//
// and shows its speed by [Benchmark]. It does not ask whether proposals are good.
//
// Start reading at [Run].
package samplertest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/danlu-ml/danlu/internal/sampler"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// Make makes the sampler under test for a definition.
type Make func(def *study.Definition) (sampler.Sampler, error)

// Run tests a sampler, of the name it goes by. A sampler may refuse a space of
// two hundred parameters by an error; it must take every other one.
func Run(t *testing.T, name string, makeSampler Make) {
	t.Run("is called "+name, func(t *testing.T) {
		if got := fresh(t, makeSampler, define(spaces[0], 1)).Name(); got != name {
			t.Errorf("Name() is %q, want %q", got, name)
		}
	})
	for _, s := range spaces {
		t.Run(s.name, func(t *testing.T) {
			for _, h := range histories {
				t.Run(h.name, func(t *testing.T) { testProposals(t, makeSampler, s, h) })
			}
			if s.size == 0 {
				t.Run("seeds differ", func(t *testing.T) { testSeeds(t, makeSampler, s) })
				return
			}
			t.Run("is used up", func(t *testing.T) { testExhaustion(t, makeSampler, s) })
		})
	}
	t.Run("two hundred parameters", func(t *testing.T) {
		if _, err := makeSampler(define(wide(), 1)); err != nil {
			t.Skipf("refused: %v", err)
		}
		for _, h := range histories {
			check(t, makeSampler, h.build(define(wide(), 1), 10), 1)
		}
	})
	t.Run("any history", func(t *testing.T) { testAnyHistory(t, makeSampler) })
	t.Run("harsh", func(t *testing.T) { testHarsh(t, name, makeSampler) })
	t.Run("step by step", func(t *testing.T) { testSteps(t, name, makeSampler) })
	t.Run("stops when asked", func(t *testing.T) { testCancel(t, makeSampler) })
	t.Run("within constraints", func(t *testing.T) { testFeasible(t, makeSampler) })
}

// testProposals asks about one history, for one and for several proposals.
func testProposals(t *testing.T, makeSampler Make, s namedSpace, h history) {
	l := h.build(define(s, 1), 12)
	least, most := left(t, makeSampler, s, l.View())
	for n, got := range check(t, makeSampler, l, 0, 1, 7) {
		if got < min(n, least) || got > min(n, most) {
			t.Errorf("%d proposals, want %d: between %d and %d configurations are left", got, n, least, most)
		}
	}
}

// left bounds the number of configurations a sampler can still propose: it may
// have a plan of its own, of which nobody knows which trials are part.
func left(t fatal, makeSampler Make, s namedSpace, v *study.View) (least, most int) {
	if s.size > 0 {
		n := s.size - distinct(v)
		return n, n
	}
	p, ok := fresh(t, makeSampler, v.Def).(sampler.Planner)
	if !ok {
		return math.MaxInt, math.MaxInt
	}
	total, err := p.Total(v.Def)
	if err != nil {
		t.Fatalf("total: %v", err)
	}
	if total == 0 {
		return math.MaxInt, math.MaxInt
	}
	return max(total-distinct(v), 0), total
}

// fatal is what the checks need of a test, so that rapid can run them, too.
type fatal interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// check asks for some numbers of proposals in several ways that must not matter,
// and answers how many there were for each.
func check(t fatal, makeSampler Make, l *studytest.Log, ns ...int) map[int]int {
	t.Helper()
	v, again := l.View(), replay(t, l)
	s := fresh(t, makeSampler, v.Def)
	counts := map[int]int{}
	for _, n := range ns {
		got := suggest(t, s, v, n)
		if len(got) > n {
			t.Fatalf("%d proposals, want at most %d", len(got), n)
		}
		valid(t, v, got)
		if d := cmp.Diff(got, suggest(t, s, v, n), studytest.Equal); d != "" {
			t.Errorf("asked twice, the answer differs (-first +second):\n%s", d)
		}
		other := suggest(t, fresh(t, makeSampler, again.Def), again, n)
		if d := cmp.Diff(got, other, studytest.Equal); d != "" {
			t.Errorf("after the log is read again the answer differs (-first +second):\n%s", d)
		}
		counts[n] = len(got)
	}
	if d := cmp.Diff(replay(t, l), v, studytest.Equal); d != "" {
		t.Fatalf("the view changes when a sampler looks at it (-before +after):\n%s", d)
	}
	return counts
}

// valid checks that proposals are whole configurations of the space and new.
func valid(t fatal, v *study.View, got []sampler.Proposal) {
	t.Helper()
	s := v.Def.Space
	for i, p := range got {
		whole, err := s.Complete(p.Params)
		if err != nil {
			t.Fatalf("proposal %d is not in the space: %v", i, err)
		}
		if d := cmp.Diff(whole, p.Params, studytest.Equal); d != "" {
			t.Errorf("proposal %d is not a whole configuration (-want +got):\n%s", i, d)
		}
		if d := cmp.Diff(s.At(s.Unit(p.Params)), p.Params, studytest.Equal); d != "" {
			t.Errorf("proposal %d does not keep its place in the unit cube (-want +got):\n%s", i, d)
		}
		if p.Sampler == "" {
			t.Errorf("proposal %d does not say which sampler made it", i)
		}
		for _, tr := range v.Trials {
			if maps.Equal(tr.Params, p.Params) {
				t.Errorf("proposal %d is the configuration of trial %d (%s): %v", i, tr.ID, tr.State, p.Params)
			}
		}
		for j, q := range got[:i] {
			if maps.Equal(q.Params, p.Params) {
				t.Errorf("proposals %d and %d are the same: %v", j, i, p.Params)
			}
		}
	}
}

func testSeeds(t *testing.T, makeSampler Make, s namedSpace) {
	params := map[string]bool{}
	for seed := range uint64(8) {
		def := define(s, seed)
		got := suggest(t, fresh(t, makeSampler, def), studytest.New(def).View(), 2)
		params[fmt.Sprint(got)] = true
	}
	if len(params) < 4 {
		t.Errorf("8 seeds give %d different pairs of proposals, want at least 4", len(params))
	}
}

// testExhaustion plays a finite space to its end, in uneven bites.
func testExhaustion(t *testing.T, makeSampler Make, s namedSpace) {
	def := define(s, 3)
	l := studytest.New(def)
	if _, ok := def.Space.Default(); ok {
		l.PlanDefault().Start(0).End(0, study.Completed, 0.5)
	}
	for round := 0; len(l.View().Trials) <= s.size; round++ {
		sam := fresh(t, makeSampler, def)
		n := []int{1, 2, 5}[round%3]
		got := suggest(t, sam, l.View(), n)
		valid(t, l.View(), got)
		for _, p := range got {
			propose(l, p)
			id := study.TrialID(len(l.View().Trials) - 1)
			l.Start(id).Report(id, 1, float64(id%5)).End(id, study.Completed, float64(id%5))
		}
		if len(got) < n {
			break
		}
	}
	if got := len(l.View().Trials); got != s.size {
		t.Errorf("the sampler ends after %d configurations, want %d", got, s.size)
	}
	if got := suggest(t, fresh(t, makeSampler, def), l.View(), 3); len(got) != 0 {
		t.Errorf("%d proposals from a space that is used up, want none", len(got))
	}
}

// testAnyHistory asks about a hundred histories and, with DANLU_LONG set, about a
// thousand longer ones.
func testAnyHistory(t *testing.T, makeSampler Make) {
	rounds, trials := 1, 15
	if os.Getenv("DANLU_LONG") != "" {
		rounds, trials = 10, 60
	}
	for range rounds {
		rapid.Check(t, func(t *rapid.T) {
			s := rapid.SampledFrom(spaces).Draw(t, "space")
			def := define(s, rapid.Uint64().Draw(t, "seed"))
			h := rapid.SampledFrom(histories).Draw(t, "history")
			l := h.build(def, rapid.IntRange(0, trials).Draw(t, "trials"))
			check(t, makeSampler, l, rapid.IntRange(1, 4).Draw(t, "n"))
		})
	}
}

func testCancel(t *testing.T, makeSampler Make) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	def := define(spaces[0], 1)
	_, err := fresh(t, makeSampler, def).Suggest(ctx, studytest.New(def).View(), 3, source(0))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v when the context has ended, want context.Canceled", err)
	}
}

// testFeasible demands what a tenth to a half of any space meets.
func testFeasible(t *testing.T, makeSampler Make) {
	for _, s := range spaces {
		def := define(s, 5)
		asked := 0
		ok := func(vs space.Values) bool { // the same answer for the same values
			asked++
			return len(fmt.Sprint(vs))%3 != 0
		}
		sam := sampler.Feasible(fresh(t, makeSampler, def), ok)
		l := mixed(def, 10)
		got, err := sam.Suggest(t.Context(), l.View(), 4, source(2))
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		valid(t, l.View(), got)
		if least, _ := left(t, makeSampler, s, l.View()); len(got) < min(4, least/4) {
			t.Errorf("%s: %d proposals, want 4", s.name, len(got))
		}
		for _, p := range got {
			if !ok(p.Params) {
				t.Errorf("%s: %v is proposed against the constraint", s.name, p.Params)
			}
		}
		if asked > 50_000 {
			t.Errorf("%s: the constraint is asked %d times, want a bounded number", s.name, asked)
		}
	}
}

func fresh(t fatal, makeSampler Make, def *study.Definition) sampler.Sampler {
	t.Helper()
	s, err := makeSampler(def)
	if err != nil {
		t.Fatalf("make the sampler: %v", err)
	}
	return s
}

// source is the randomness an engine would give: by seed and trial number.
func source(trial uint64) *rand.Rand { return rand.New(rand.NewPCG(1, trial)) }

func suggest(t fatal, s sampler.Sampler, v *study.View, n int) []sampler.Proposal {
	t.Helper()
	rng := rand.New(rand.NewPCG(v.Def.Seed, uint64(len(v.Trials))))
	got, err := s.Suggest(context.Background(), v, n, rng)
	if err != nil {
		t.Fatalf("suggest %d: %v", n, err)
	}
	return got
}

func replay(t fatal, l *studytest.Log) *study.View {
	t.Helper()
	v, err := studytest.Replay(l.Events)
	if err != nil {
		t.Fatalf("read the log again: %v", err)
	}
	return v
}

func distinct(v *study.View) int {
	seen := map[string]bool{}
	for _, t := range v.Trials {
		seen[fmt.Sprint(t.Params)] = true
	}
	return len(seen)
}

func propose(l *studytest.Log, p sampler.Proposal) {
	l.Propose(study.Planned{Params: p.Params, Sampler: p.Sampler, Why: p.Why, Tag: p.Tag})
}
