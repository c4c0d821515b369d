package function

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/danlu-ml/danlu/internal/benchmark/problem"
	"github.com/danlu-ml/danlu/internal/space"
)

// Conditional are problems in which a parameter's value decides which others exist.
func Conditional() ([]problem.Problem, error) {
	var all []problem.Problem
	for _, c := range []struct {
		name, family string
		params       []space.Param
		at           func(*rand.Rand) (func(space.Values) float64, float64)
	}{
		{"tree-4", "tree", treeParams(4, 2), treeAt(4, 2)},
		{"tree-8", "tree", treeParams(8, 3), treeAt(8, 3)},
		{"nested", "tree", nestedParams(), nestedAt},
		{"optimiser", "training", optimiserParams(), optimiserAt},
		{"layers", "training", layersParams(), layersAt},
		{"classifier", "training", classifierParams(), classifierAt},
	} {
		sp, err := space.New(c.params)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		all = append(all, New(problem.Problem{Suite: "conditional", Family: c.family, Name: c.name, Space: sp}, 0, c.at))
	}
	return all, nil
}

func words(ws ...string) space.Choice {
	var c space.Choice
	for _, w := range ws {
		c.Values = append(c.Values, space.StringValue(w))
	}
	return c
}

// when is the condition that a choice is one of some words.
func when(param string, ws ...string) []space.Condition {
	return []space.Condition{{Param: param, In: words(ws...).Values}}
}

// letters are the first n of a, b, ….
func letters(n int) []string {
	var ws []string
	for i := range n {
		ws = append(ws, string(rune('a'+i)))
	}
	return ws
}

// treeParams: a branch, parameters of every branch's own, and one they share.
func treeParams(branches, each int) []space.Param {
	ps := []space.Param{{Name: "branch", Domain: words(letters(branches)...)}, {Name: "shared", Domain: space.Float{Low: 0, High: 1}}}
	for _, b := range letters(branches) {
		for k := range each {
			ps = append(ps, space.Param{Name: fmt.Sprintf("%s%d", b, k+1), Domain: space.Float{Low: 0, High: 1}, When: when("branch", b)})
		}
	}
	return ps
}

// treeAt: every branch is a bowl with ripples about a place of its own; one of them, by
// the seed, reaches 0, the others end up to a third higher.
func treeAt(branches, each int) func(*rand.Rand) (func(space.Values) float64, float64) {
	return func(rng *rand.Rand) (func(space.Values) float64, float64) {
		best := letters(branches)[rng.IntN(branches)]
		centre, floor := map[string]float64{"shared": inner(rng)}, map[string]float64{}
		for _, b := range letters(branches) {
			floor[b] = .02 + .3*rng.Float64()
			for k := range each {
				centre[fmt.Sprintf("%s%d", b, k+1)] = inner(rng)
			}
		}
		floor[best] = 0
		return func(vs space.Values) float64 {
			sum := floor[vs["branch"].Any().(string)] + rippled(vs["shared"].Float()-centre["shared"])
			for k := range each {
				name := fmt.Sprintf("%v%d", vs["branch"].Any(), k+1)
				sum += rippled(vs[name].Float() - centre[name])
			}
			return sum
		}, 0
	}
}

// inner is a place in the middle four fifths.
func inner(rng *rand.Rand) float64 { return .1 + .8*rng.Float64() }

// rippled is 0 at 0 and above elsewhere, with a few local minima.
func rippled(x float64) float64 { return 2*x*x + .05*square(math.Sin(3*math.Pi*x)) }

// nestedParams: three choices deep.
func nestedParams() []space.Param {
	unit := space.Float{Low: 0, High: 1}
	return []space.Param{
		{Name: "first", Domain: words("a", "b")},
		{Name: "a", Domain: words("p", "q", "r"), When: when("first", "a")},
		{Name: "b", Domain: words("s", "t"), When: when("first", "b")},
		{Name: "x", Domain: unit},
		{Name: "p1", Domain: unit, When: when("a", "p")},
		{Name: "p2", Domain: unit, When: when("a", "p")},
		{Name: "q1", Domain: unit, When: when("a", "q")},
		{Name: "s", Domain: words("u", "v"), When: when("b", "s")},
		{Name: "u1", Domain: unit, When: when("s", "u")},
		{Name: "u2", Domain: unit, When: when("s", "u")},
		{Name: "v1", Domain: unit, When: when("s", "v")},
		{Name: "t1", Domain: unit, When: when("b", "t")},
		{Name: "t2", Domain: unit, When: when("b", "t")},
	}
}

var leaves = map[string][]string{"p": {"p1", "p2"}, "q": {"q1"}, "r": nil, "u": {"u1", "u2"}, "v": {"v1"}, "t": {"t1", "t2"}}

func nestedAt(rng *rand.Rand) (func(space.Values) float64, float64) {
	order := []string{"p", "q", "r", "t", "u", "v"}
	floor, centre := map[string]float64{}, map[string]float64{"x": inner(rng)}
	for _, leaf := range order {
		floor[leaf] = .02 + .3*rng.Float64()
		for _, name := range leaves[leaf] {
			centre[name] = inner(rng)
		}
	}
	floor[order[rng.IntN(len(order))]] = 0
	return func(vs space.Values) float64 {
		leaf := vs["a"]
		if _, deep := vs["s"]; deep {
			leaf = vs["s"]
		} else if b, other := vs["b"]; other {
			leaf = b
		}
		name := leaf.Any().(string)
		sum := floor[name] + rippled(vs["x"].Float()-centre["x"])
		for _, p := range leaves[name] {
			sum += rippled(vs[p].Float() - centre[p])
		}
		return sum
	}, 0
}
