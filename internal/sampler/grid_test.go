package sampler_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/sampler"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// cells are all configurations of a grid, in order of their text.
func cells(t *testing.T, a study.Algorithm, def *study.Definition) []string {
	t.Helper()
	a.Name = "grid"
	s := build(t, a, def)
	total, err := s.(sampler.Planner).Total(def)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range suggest(t, s, studytest.New(def).View(), total+10) {
		var words []string
		for _, name := range def.Space.Names() {
			if v, ok := p.Params[name]; ok {
				words = append(words, v.String())
			}
		}
		got = append(got, strings.Join(words, " "))
	}
	if len(got) != total {
		t.Errorf("%d configurations, want the %d that were announced", len(got), total)
	}
	slices.Sort(got)
	return got
}

func TestAGridHasEveryCombinationOnce(t *testing.T) {
	for name, c := range map[string]struct {
		params []space.Param
		a      study.Algorithm
		want   []string
	}{
		"discrete": {
			params: []space.Param{words("net", "cnn", "mlp"), integer("depth", 1, 3)},
			want:   []string{"cnn 1", "cnn 2", "cnn 3", "mlp 1", "mlp 2", "mlp 3"},
		},
		"five points of a float, both ends included": {
			params: []space.Param{float("x", -1, 1)},
			want:   []string{"-0.5", "-1", "0", "0.5", "1"},
		},
		"points of all, and of one": {
			params: []space.Param{{Name: "lr", Domain: space.Float{Low: 1e-3, High: 1e-1, Log: true}}, float("x", 0, 1)},
			a:      study.Algorithm{Options: options("points", "2", "lr", "3")},
			want:   []string{"0.001 0", "0.001 1", "0.01 0", "0.01 1", "0.1 0", "0.1 1"},
		},
		"one point is the middle": {
			params: []space.Param{float("x", 0, 10)},
			a:      study.Algorithm{Options: options("x", "1")},
			want:   []string{"5"},
		},
		"some of many integers": {
			params: []space.Param{integer("n", 1, 9)},
			a:      study.Algorithm{Options: options("n", "3")},
			want:   []string{"1", "5", "9"},
		},
		"more points than integers": {
			params: []space.Param{integer("n", 1, 3)},
			a:      study.Algorithm{Options: options("n", "7")},
			want:   []string{"1", "2", "3"},
		},
		"roundings that coincide": {
			params: []space.Param{{Name: "n", Domain: space.Int{Low: 1, High: 6, Log: true}}},
			a:      study.Algorithm{Options: options("n", "5")}, // at 0.5, 0.95, 1.8, 3.4 and 6.5
			want:   []string{"1", "2", "3", "6"},
		},
		"conditional parameters only where they exist": {
			params: []space.Param{
				when(float("momentum", 0, 1), "optimizer", "sgd"), words("optimizer", "sgd", "adam"), when(words("nesterov", "off", "on"), "optimizer", "sgd"),
			},
			a:    study.Algorithm{Options: options("points", "2")},
			want: []string{"0 sgd off", "0 sgd on", "1 sgd off", "1 sgd on", "adam"},
		},
		"a range of one value": {
			params: []space.Param{float("x", 3, 3), integer("n", 1, 2)},
			want:   []string{"3 1", "3 2"},
		},
		"scaled parameters with their parent": {
			params: []space.Param{
				{Name: "lr", Domain: space.Float{Low: 1, High: 2}, Scale: &space.Scale{To: "n", Exponent: 1, At: 1}}, integer("n", 1, 2),
			},
			a:    study.Algorithm{Options: options("points", "2")},
			want: []string{"1 1", "2 1", "2 2", "4 2"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, cells(t, c.a, define(t, c.params...))); d != "" {
				t.Errorf("configurations (-want +got):\n%s", d)
			}
		})
	}
}

// A budget may end a grid early: what was tried by then has every value of every
// parameter about equally often. The bound is four standard deviations of a
// sample without replacement.
func TestAPartOfAGridIsAFairSample(t *testing.T) {
	def := define(t, integer("a", 1, 10), integer("b", 1, 10), integer("c", 1, 10))
	s := build(t, study.Algorithm{Name: "grid"}, def)
	count := map[string]int{}
	const n = 300
	for _, p := range suggest(t, s, studytest.New(def).View(), n) {
		for name, v := range p.Params {
			count[name+"="+v.String()]++
		}
	}
	tolerance := 4 * math.Sqrt(n*0.1*0.9*(1000-n)/(1000-1))
	for _, name := range def.Space.Names() {
		for x := 1; x <= 10; x++ {
			if got := count[fmt.Sprintf("%s=%d", name, x)]; math.Abs(float64(got)-n/10) > tolerance {
				t.Errorf("%s is %d in %d of %d trials, want %d ± %.0f", name, x, got, n, n/10, tolerance)
			}
		}
	}
}

func TestAGridSkipsWhatIsThere(t *testing.T) {
	def := define(t, integer("n", 1, 4), words("net", "cnn", "mlp"))
	s := build(t, study.Algorithm{Name: "grid"}, def)
	l := studytest.New(def).Plan(space.Values{"n": space.IntValue(2), "net": space.StringValue("mlp")})
	for len(l.View().Trials) < 20 {
		got := suggest(t, s, l.View(), 3)
		if len(got) == 0 {
			break
		}
		p := got[0] // the others are not taken up
		l.Propose(study.Planned{Params: p.Params, Sampler: p.Sampler, Tag: p.Tag})
	}
	seen := map[string]bool{}
	for _, tr := range l.View().Trials {
		seen[fmt.Sprint(tr.Params)] = true
	}
	if len(l.View().Trials) != 8 || len(seen) != 8 {
		t.Errorf("%d trials of %d configurations, want each of 8 once", len(l.View().Trials), len(seen))
	}
}
