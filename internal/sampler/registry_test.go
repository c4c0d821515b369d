package sampler_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/sampler"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// options are an algorithm's, from pairs of a name and its JSON.
func options(pairs ...string) map[string]json.RawMessage {
	m := map[string]json.RawMessage{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = json.RawMessage(pairs[i+1])
	}
	return m
}

// define is a study of these parameters.
func define(t testing.TB, params ...space.Param) *study.Definition {
	t.Helper()
	s, err := space.New(params)
	if err != nil {
		t.Fatal(err)
	}
	return &study.Definition{Objectives: []study.Objective{{Metric: "loss"}}, Space: s, Seed: 1}
}

func float(name string, low, high float64) space.Param {
	return space.Param{Name: name, Domain: space.Float{Low: low, High: high}}
}

func integer(name string, low, high int64) space.Param {
	return space.Param{Name: name, Domain: space.Int{Low: low, High: high}}
}

func words(name string, of ...string) space.Param {
	var d space.Choice
	for _, w := range of {
		d.Values = append(d.Values, space.StringValue(w))
	}
	return space.Param{Name: name, Domain: d}
}

func when(p space.Param, parent, word string) space.Param {
	p.When = []space.Condition{{Param: parent, In: []space.Value{space.StringValue(word)}}}
	return p
}

func build(t testing.TB, a study.Algorithm, def *study.Definition) sampler.Sampler {
	t.Helper()
	s, err := sampler.New(a, def)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func suggest(t testing.TB, s sampler.Sampler, v *study.View, n int) []sampler.Proposal {
	t.Helper()
	got, err := s.Suggest(t.Context(), v, n, rand.New(rand.NewPCG(v.Def.Seed, uint64(len(v.Trials)))))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestNamesAreListedInOrder(t *testing.T) {
	if d := cmp.Diff(slices.Sorted(slices.Values(sampler.Names())), sampler.Names()); d != "" {
		t.Errorf("names (-want +got):\n%s", d)
	}
	if s := build(t, study.Algorithm{}, define(t, float("x", 0, 1))); s.Name() != "auto" {
		t.Errorf("no name gives %s, want auto", s.Name())
	}
}

func TestWhatCannotBeIsRefused(t *testing.T) {
	many := make([]space.Param, 1112)
	for i := range many {
		many[i] = float("x"+strings.Repeat("_", i), 0, 1)
	}
	small := []space.Param{float("lr", 0, 1), words("net", "cnn", "mlp")}
	names := strings.Join(sampler.Names(), ", ")
	for name, c := range map[string]struct {
		a      study.Algorithm
		params []space.Param
		want   string
	}{
		"a slip in the name": {
			study.Algorithm{Name: "soboll"},
			small,
			`there is no sampler "soboll"; did you mean sobol? (there are ` + names + `)`,
		},
		"another word": {
			study.Algorithm{Name: "simulated-annealing"},
			small,
			`there is no sampler "simulated-annealing" (there are ` + names + `)`,
		},
		"too much of the good": {
			study.Algorithm{Name: "tpe", Options: options("gamma", "1.5")},
			small,
			`sampler tpe: gamma: 1.5 is not a share: want a number between 0 and 1, as in {tpe: {gamma: 0.1}}`,
		},
		"none of the good": {
			study.Algorithm{Name: "tpe", Options: options("gamma", "0")},
			small,
			`sampler tpe: gamma: 0 is not a share: want a number between 0 and 1, as in {tpe: {gamma: 0.1}}`,
		},
		"no start": {
			study.Algorithm{Name: "gp", Options: options("startup", "0")},
			small,
			`sampler gp: startup: 0 is not a number of trials: want 1 or more, as in {gp: {startup: 8}}`,
		},
		"more candidates than fit into memory": {
			study.Algorithm{Name: "gp", Options: options("candidates", "1000000000")},
			small,
			`sampler gp: candidates: 1000000000 is not a number of places: want 1 to 100000, as in {gp: {candidates: 1000}}`,
		},
		"no step": {
			study.Algorithm{Name: "cmaes", Options: options("sigma", "0")},
			small,
			`sampler cmaes: sigma: 0 is not a share of the scales: want a number above 0 and at most 1, as in {cmaes: {sigma: 0.2}}`,
		},
		"half a parent": {
			study.Algorithm{Name: "nsga2", Options: options("population", "2.5")},
			small,
			`sampler nsga2: population: want a whole number, got 2.5`,
		},
		"more than certain": {
			study.Algorithm{Name: "nsga2", Options: options("mutation", "2")},
			small,
			`sampler nsga2: mutation: 2 is not a probability: want a number from 0 to 1, as in {nsga2: {mutation: 0.1}}`,
		},
		"children like their parents": {
			study.Algorithm{Name: "nsga2", Options: options("mutation", "0", "crossover", "0")},
			small,
			`sampler nsga2: crossover and mutation are both 0, which makes no child that is new: leave one of them out`,
		},
		"an option where there is none": {
			study.Algorithm{Name: "random", Options: options("seed", "1")},
			small,
			`sampler random: seed is not an option: random has none`,
		},
		"a sequence of too many dimensions": {
			study.Algorithm{Name: "sobol"},
			many,
			`sampler sobol: the sequence has 1111 dimensions and the study 1112 parameters: use random`,
		},
		"points of nothing": {
			study.Algorithm{Name: "grid", Options: options("lrr", "3")},
			small,
			`sampler grid: lrr is neither an option nor a parameter; did you mean lr?`,
		},
		"points of a choice": {
			study.Algorithm{Name: "grid", Options: options("net", "3")},
			small,
			`sampler grid: net is choice of cnn, mlp: all of its values are tried, leave its number out`,
		},
		"no points": {
			study.Algorithm{Name: "grid", Options: options("points", "0")},
			small,
			`sampler grid: points: 0 is not a number of points: want a whole number from 1 on, as in {grid: {points: 5}}`,
		},
		"points that are no number": {
			study.Algorithm{Name: "grid", Options: options("lr", `"many"`)},
			small,
			`sampler grid: lr: "many" is not a number of points: want a whole number from 1 on, as in {grid: {points: 5}}`,
		},
		"a grid too large": {
			study.Algorithm{Name: "grid", Options: options("points", "200")},
			[]space.Param{float("a", 0, 1), float("b", 0, 1), float("c", 0, 1)},
			`sampler grid: the grid has 8000000 cells, 1000000 is the most: give numerical parameters fewer points, as in {grid: {points: 3, a: 2}}, or use sobol, which needs no end`,
		},
		"a grid of every integer": {
			study.Algorithm{Name: "grid"},
			[]space.Param{integer("n", 1, 5_000_000)},
			`sampler grid: the grid has 5000000 cells, 1000000 is the most: give numerical parameters fewer points, as in {grid: {points: 3, n: 2}}, or use sobol, which needs no end`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := sampler.New(c.a, define(t, c.params...))
			if err == nil || err.Error() != c.want {
				t.Errorf("error\n%v, want\n%s", err, c.want)
			}
		})
	}
}
