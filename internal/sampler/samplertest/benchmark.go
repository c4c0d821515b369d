package samplertest

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// mixedTen has ten parameters of all kinds, two of them conditional.
var mixedTen = namedSpace{name: "ten mixed parameters", params: []space.Param{
	{Name: "lr", Domain: space.Float{Low: 1e-5, High: 1e-1, Log: true}},
	{Name: "decay", Domain: space.Float{Low: 1e-6, High: 1e-1, Log: true}},
	{Name: "dropout", Domain: space.Float{Low: 0, High: 0.9}},
	{Name: "smoothing", Domain: space.Float{Low: 0, High: 0.3}},
	{Name: "width", Domain: space.Int{Low: 32, High: 1024, Log: true}},
	{Name: "depth", Domain: space.Int{Low: 1, High: 8}},
	{Name: "batch_size", Domain: batches},
	{Name: "optimizer", Domain: choice("sgd", "adamw", "lion")},
	{Name: "momentum", Domain: space.Float{Low: 0.5, High: 0.99}, When: is("optimizer", "sgd")},
	{Name: "beta", Domain: space.Float{Low: 0.9, High: 0.999}, When: is("optimizer", "adamw")},
}}

// Benchmark measures one suggestion after 100, 1,000 and 5,000 completed trials
// of ten mixed parameters.
func Benchmark(b *testing.B, makeSampler Make) {
	for _, trials := range []int{100, 1000, 5000} {
		b.Run(strconv.Itoa(trials)+" trials", func(b *testing.B) {
			def := define(mixedTen, 1)
			def.Objectives = def.Objectives[:1]
			l := studytest.New(def)
			rng := rand.New(rand.NewPCG(1, 1))
			for i := range trials {
				plan(l, i)
				id := study.TrialID(i)
				loss := rng.Float64()
				l.Start(id).Report(id, 1, loss).End(id, study.Completed, loss)
			}
			s, err := makeSampler(def)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Suggest(b.Context(), l.View(), 1, source(uint64(trials))); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
