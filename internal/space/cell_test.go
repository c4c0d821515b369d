package space_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/danlu-ml/danlu/internal/space"
)

func TestCellsDivideTheScale(t *testing.T) {
	words := space.Choice{Values: []space.Value{space.StringValue("a"), space.StringValue("b"), space.StringValue("c")}}
	for name, d := range map[string]space.Domain{
		"integers": space.Int{Low: -3, High: 4}, "in steps": space.Int{Low: 2, High: 17, Step: 3},
		"log integers": space.Int{Low: 1, High: 70, Log: true}, "log in steps": space.Int{Low: 1, High: 99, Log: true, Step: 49},
		"floats in steps": space.Float{Low: 0.1, High: 0.85, Step: 0.25}, "log floats": space.Float{Low: 0.1, High: 4, Log: true, Step: 0.1},
		"a choice": words, "one value": space.Float{Low: 2, High: 2}, "one integer": space.Int{Low: 3, High: 3, Log: true},
	} {
		t.Run(name, func(t *testing.T) {
			at, cells := 0.0, 0
			for ; at < 1 && cells < 1000; cells++ {
				low, high := space.Cell(d, min(at+1e-9, 1))
				if low > at+1e-12 || low < at-1e-12 || high <= at {
					t.Fatalf("the cell after %g is from %g to %g", at, low, high)
				}
				at = high
			}
			if want := max(d.Count(), 1); cells != want {
				t.Errorf("%d cells, want %d", cells, want)
			}
			rapid.Check(t, func(t *rapid.T) {
				u := rapid.Float64Range(0, 1).Draw(t, "u")
				low, high := space.Cell(d, u)
				inner := low + rapid.Float64Range(0.001, 0.999).Draw(t, "inside")*(high-low)
				if u < low || u > high || d.At(inner) != d.At((low+high)/2) {
					t.Errorf("the cell of %g is from %g to %g: %s, but %s at %g", u, low, high, d.At((low+high)/2), d.At(inner), inner)
				}
			})
		})
	}
	if low, high := space.Cell(space.Float{Low: 0, High: 1}, 0.3); low != 0.3 || high != 0.3 {
		t.Errorf("the cell of a continuous value is from %g to %g", low, high)
	}
}
