package schedulertest

import (
	"fmt"
	"testing"

	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// Benchmark measures one verdict among 1,000 and 5,000 trials, of which two
// thirds ended early: at step 9 of 27, which is a rung of halving by three, and at
// step 10, which is none.
func Benchmark(b *testing.B, makeScheduler Make) {
	for _, trials := range []int{1000, 5000} {
		def := Simulation{Max: 27}.Definition()
		l := studytest.New(def)
		learning := Learning(1)
		for i := range trials {
			id := study.TrialID(i)
			l.Plan(def.Space.At([]float64{float64(i) / float64(trials)})).Start(id)
			last := int64(27)
			if i%3 > 0 {
				last = 3
			}
			if i%4 == 0 {
				last = 10
			}
			for step := int64(1); step <= last; step++ {
				l.Report(id, step, learning(id, step)[0])
			}
		}
		s, err := makeScheduler(def)
		if err != nil {
			b.Fatal(err)
		}
		for _, step := range []int64{9, 10} {
			b.Run(fmt.Sprintf("%d trials, step %d", trials, step), func(b *testing.B) {
				b.ReportAllocs()
				i := 0
				for b.Loop() {
					s.Judge(l.View(), l.View().Trials[i], step)
					i = (i + 4) % trials
				}
			})
		}
	}
}
