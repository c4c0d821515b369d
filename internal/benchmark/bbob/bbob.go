package bbob

import (
	"fmt"
	"math"
)

// Functions is how many there are, numbered from 1.
const Functions = 24

// Group is the set of functions that the benchmark puts one into.
func Group(function int) string {
	switch {
	case function <= 5:
		return "separable"
	case function <= 9:
		return "moderate"
	case function <= 14:
		return "conditioned"
	case function <= 19:
		return "structured"
	}
	return "weak"
}

// Instance is a function with its optimum.
type Instance struct {
	Function int
	Optimum  []float64 // its place
	Best     float64   // its value there
	d        int
	seed     int64
	r, q     [][]float64
	f        func(x []float64) float64
}

// New makes an instance, numbered from 1, of a function from 1 to 24 in 2 or more
// dimensions.
func New(function, dimension, instance int) *Instance {
	if function < 1 || function > Functions || dimension < 2 || instance < 1 {
		panic(fmt.Sprintf("bbob: function %d, dimension %d, instance %d: want 1 to 24, from 2 and from 1", function, dimension, instance))
	}
	seed := seedOf(function, instance)
	in := &Instance{
		Function: function, d: dimension, seed: seed, Best: optimalValue(function, instance),
		Optimum: optimumAt(dimension, seed),
		r:       rotation(dimension, seed+1000000),
		q:       rotation(dimension, seed),
	}
	in.f = makers[function-1](in)
	return in
}

// At is the value at x, of length d.
func (in *Instance) At(x []float64) float64 { return in.f(x) + in.Best }

// makers prepare functions; some put the optimum elsewhere.
var makers = [Functions]func(*Instance) func(x []float64) float64{
	sphere, ellipsoidSeparable, rastriginSeparable, buecheRastrigin, linearSlope,
	attractiveSector, stepEllipsoid, rosenbrockOriginal, rosenbrockRotated,
	ellipsoidRotated, discus, bentCigar, sharpRidge, differentPowers,
	rastriginRotated, weierstrass, schaffers(10), schaffers(1000), griewankRosenbrock,
	schwefel, gallagher(101, math.Sqrt(1000), 1000, 5, 5), gallagher(21, 1e6, 1000, 4.9, 4.9), katsuura, lunacek,
}
