package expr

import (
	"maps"
	"math"
	"slices"
	"strings"
)

// function is of one argument, or of any number of them by folding pairs.
type function struct {
	one  func(float64) float64
	pair func(a, b float64) float64
}

// functions keep NaN: nan in any argument gives nan.
var functions = map[string]function{
	"min":   {pair: math.Min},
	"max":   {pair: math.Max},
	"abs":   {one: math.Abs},
	"log":   {one: math.Log},
	"exp":   {one: math.Exp},
	"sqrt":  {one: math.Sqrt},
	"ceil":  {one: math.Ceil},
	"floor": {one: math.Floor},
	"round": {one: math.RoundToEven},
}

func functionNames() string {
	return strings.Join(slices.Sorted(maps.Keys(functions)), ", ")
}

func (f function) apply(args []float64) float64 {
	if f.one != nil {
		return f.one(args[0])
	}
	v := args[0]
	for _, x := range args[1:] {
		v = f.pair(v, x)
	}
	return v
}
