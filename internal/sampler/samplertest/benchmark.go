package samplertest

import (
	"strconv"
	"testing"

	"github.com/danlu-ml/danlu/internal/sampler"
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
// of ten mixed parameters: in a study that goes on, where one more trial is planned
// and ends between two of them, and of a sampler that has seen nothing yet.
func Benchmark(b *testing.B, makeSampler Make) {
	for _, trials := range []int{100, 1000, 5000} {
		def := define(mixedTen, 1)
		def.Objectives = def.Objectives[:1]
		b.Run(strconv.Itoa(trials)+" trials", func(b *testing.B) {
			var s sampler.Sampler
			var l *studytest.Log
			b.ReportAllocs()
			for more := 0; b.Loop(); more++ {
				b.StopTimer()
				if more%100 == 0 {
					s, l = fresh(b, makeSampler, def), past(def, trials)
					suggest(b, s, l.View(), 1)
				}
				suggested(b, s, l)
				b.StartTimer()
				suggest(b, s, l.View(), 1)
			}
		})
		b.Run(strconv.Itoa(trials)+" trials at once", func(b *testing.B) {
			l := past(def, trials)
			b.ReportAllocs()
			for b.Loop() {
				suggest(b, fresh(b, makeSampler, def), l.View(), 1)
			}
		})
	}
}

// past is a study of completed trials whose configurations nobody proposed.
func past(def *study.Definition, trials int) *studytest.Log {
	l := studytest.New(def)
	for i := range trials {
		plan(l, i)
		complete(l, study.TrialID(i))
	}
	return l
}

// suggested lets a study go on by one trial.
func suggested(b *testing.B, s sampler.Sampler, l *studytest.Log) {
	id := study.TrialID(len(l.View().Trials))
	for _, p := range suggest(b, s, l.View(), 1) {
		propose(l, p)
		complete(l, id)
	}
}

func complete(l *studytest.Log, id study.TrialID) {
	loss := source(uint64(id)).Float64()
	l.Start(id).Report(id, 1, loss).End(id, study.Completed, loss)
}
