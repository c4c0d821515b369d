package sampler_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/sampler"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

func mixed(t testing.TB) *study.Definition {
	return define(t,
		space.Param{Name: "lr", Domain: space.Float{Low: 1e-5, High: 1e-1, Log: true}, Default: space.FloatValue(1e-3)},
		words("optimizer", "sgd", "adamw"), when(float("momentum", 0.5, 0.99), "optimizer", "sgd"))
}

func params(ps []sampler.Proposal) []space.Values {
	var out []space.Values
	for _, p := range ps {
		out = append(out, p.Params)
	}
	return out
}

// However the sequence is asked for, in whatever company, its points are the same.
func TestTheSequenceGoesOnWhereItWas(t *testing.T) {
	def := mixed(t)
	s := build(t, study.Algorithm{Name: "sobol"}, def)
	want := params(suggest(t, s, studytest.New(def).View(), 20))

	l := studytest.New(def).PlanDefault()
	var got []space.Values
	for i := 0; len(got) < len(want); i++ {
		n := 1 + i%4
		for _, p := range suggest(t, s, l.View(), n) {
			got = append(got, p.Params)
			l.Propose(study.Planned{Params: p.Params, Sampler: p.Sampler, Why: p.Why, Tag: p.Tag})
		}
		l.Plan(def.Space.At([]float64{float64(i) / 100, 0.1, 0.1})) // a user's
	}
	if d := cmp.Diff(want, got[:len(want)], studytest.Equal); d != "" {
		t.Errorf("points differ when asked one by one (-at once +one by one):\n%s", d)
	}
}

// The position does not have to be found again from the start.
func TestALongSequenceGoesOn(t *testing.T) {
	def := define(t, integer("a", 1, 100), integer("b", 1, 100))
	s := build(t, study.Algorithm{Name: "sobol"}, def)
	l := studytest.New(def)
	tag := ""
	for range 300 {
		p := suggest(t, s, l.View(), 1)[0]
		l.Propose(study.Planned{Params: p.Params, Sampler: p.Sampler, Why: p.Why, Tag: p.Tag})
		tag = p.Tag
	}
	if i, err := strconv.Atoi(tag); err != nil || i < 299 || i > 320 {
		t.Errorf("the 300th proposal is point %s, want one little beyond 299: few points fall on one configuration", tag)
	}
}

func TestAProposalSaysWhichPointItIs(t *testing.T) {
	def := mixed(t)
	got := suggest(t, build(t, study.Algorithm{Name: "sobol"}, def), studytest.New(def).View(), 2)
	got[0].Params, got[1].Params = nil, nil
	want := []sampler.Proposal{
		{Sampler: "sobol", Why: "point 0 of a Sobol sequence", Tag: "0"},
		{Sampler: "sobol", Why: "point 1 of a Sobol sequence", Tag: "1"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// Sixteen trials have one learning rate in each sixteenth of the scale.
func TestSobolTrialsAreSpreadEvenly(t *testing.T) {
	def := mixed(t)
	var places []int
	for _, p := range suggest(t, build(t, study.Algorithm{Name: "sobol"}, def), studytest.New(def).View(), 16) {
		places = append(places, int(def.Space.Unit(p.Params)[0]*16))
	}
	slices.Sort(places)
	if d := cmp.Diff([]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, places); d != "" {
		t.Errorf("sixteenths of lr's scale (-want +got):\n%s", d)
	}
}

func TestAutoChoosesBySpaceAndBudget(t *testing.T) {
	finite := []space.Param{integer("n", 1, 50), words("net", "cnn", "mlp")}
	for name, c := range map[string]struct {
		params []space.Param
		trials int
		want   string
		total  int
		why    string
	}{
		"continuous":                {params: []space.Param{float("x", 0, 1)}, trials: 60, want: "gp", why: "evenly spread: the model begins after 6 trials"},
		"finite, within the budget": {params: finite, trials: 100, want: "gp", total: 100, why: "evenly spread: the model begins after 6 trials"},
		"finite, above the budget":  {params: finite, trials: 99, want: "gp", why: "evenly spread: the model begins after 6 trials"},
		"finite, no budget":         {params: finite, want: "gp", why: "evenly spread: the model begins after 6 trials"},
		"few, no budget":            {params: finite[1:], want: "gp", total: 2, why: "evenly spread: the model begins after 6 trials"},
	} {
		t.Run(name, func(t *testing.T) {
			def := define(t, c.params...)
			def.Budget.Trials = c.trials
			s := build(t, study.Algorithm{Name: "auto"}, def)
			got := suggest(t, s, studytest.New(def).View(), 1)
			if got[0].Sampler != c.want || got[0].Why != c.why {
				t.Errorf("proposed by %s because %q, want by %s because %q", got[0].Sampler, got[0].Why, c.want, c.why)
			}
			if total, err := s.(sampler.Planner).Total(def); total != c.total || err != nil {
				t.Errorf("total %d (error %v), want %d", total, err, c.total)
			}
		})
	}
}
