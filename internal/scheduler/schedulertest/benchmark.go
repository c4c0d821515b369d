package schedulertest

import (
	"fmt"
	"testing"

	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// Benchmark measures a verdict at a step that is a rung of most policies and at one
// that isn't, where 1,000 trials run and 10,000 have finished, some stopped early.
func Benchmark(b *testing.B, makeScheduler Make) {
	const finished, running = 10_000, 1000
	def := Simulation{Max: 27}.Definition()
	l := studytest.New(def)
	learning := Learning(1)
	for i := range finished + running {
		id := study.TrialID(i)
		l.Plan(def.Space.At([]float64{float64(i) / (finished + running)})).Start(id)
		last := int64(27)
		switch {
		case i >= finished:
			last = 10
		case i%3 > 0:
			last = 3
		}
		for step := int64(1); step <= last; step++ {
			l.Report(id, step, learning(id, step)[0])
		}
		switch {
		case i >= finished:
		case last == 27:
			l.End(id, study.Completed, learning(id, last)[0])
		default:
			l.Judge(id, last, study.Stop, true).End(id, study.Stopped)
		}
	}
	s, err := makeScheduler(def)
	if err != nil {
		b.Fatal(err)
	}
	s.Judge(l.View(), l.View().Trials[finished], 9) // a rung's index grows with every verdict: it isn't made anew
	for _, step := range []int64{9, 10} {
		b.Run(fmt.Sprintf("step %d", step), func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				s.Judge(l.View(), l.View().Trials[finished+i], step)
				i = (i + 1) % running
			}
		})
	}
}
