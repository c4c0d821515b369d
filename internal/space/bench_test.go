package space

import (
	"math/rand/v2"
	"testing"
)

// benchSpace has ten parameters, mixed, one conditional and one scaled.
func benchSpace(b *testing.B) (*Space, [][]float64) {
	s, err := New([]Param{
		{Name: "lr", Domain: Float{Low: 1e-5, High: 1e-1, Log: true}, Scale: &Scale{To: "batch_size", Exponent: 0.5, At: 128}},
		{Name: "weight_decay", Domain: Float{Low: 1e-6, High: 1e-2, Log: true}},
		{Name: "dropout", Domain: Float{Low: 0, High: 0.5}},
		{Name: "label_smoothing", Domain: Float{Low: 0, High: 0.2, Step: 0.05}},
		{Name: "batch_size", Domain: Choice{Values: []Value{IntValue(32), IntValue(64), IntValue(128)}, Ordered: true}},
		{Name: "width", Domain: Int{Low: 32, High: 1024, Log: true}},
		{Name: "depth", Domain: Int{Low: 1, High: 8}},
		{Name: "optimizer", Domain: Choice{Values: []Value{StringValue("sgd"), StringValue("adamw")}}},
		{Name: "momentum", Domain: Float{Low: 0.8, High: 0.99}, When: []Condition{{Param: "optimizer", In: []Value{StringValue("sgd")}}}},
		{Name: "norm", Domain: Bool()},
	})
	if err != nil {
		b.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	points := make([][]float64, 1024)
	for i := range points {
		points[i] = make([]float64, s.Len())
		for j := range points[i] {
			points[i][j] = rng.Float64()
		}
	}
	return s, points
}

func BenchmarkAt10Parameters(b *testing.B) {
	s, points := benchSpace(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.At(points[i%len(points)])
	}
}

func BenchmarkUnit10Parameters(b *testing.B) {
	s, points := benchSpace(b)
	values := make([]Values, len(points))
	for i, u := range points {
		values[i] = s.At(u)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.Unit(values[i%len(values)])
	}
}
