package scheduler_test

import (
	"testing"

	"github.com/danlu-ml/danlu/internal/scheduler"
	"github.com/danlu-ml/danlu/internal/scheduler/schedulertest"
	"github.com/danlu-ml/danlu/internal/study"
)

func policy(name string) schedulertest.Make {
	return func(def *study.Definition) (scheduler.Scheduler, error) {
		return scheduler.New(study.Algorithm{Name: name}, def)
	}
}

func TestConformance(t *testing.T) {
	for _, name := range []string{"none", "median", "asha"} {
		t.Run(name, func(t *testing.T) { schedulertest.Run(t, name, policy(name)) })
	}
}

func BenchmarkJudge(b *testing.B) {
	for _, name := range []string{"asha", "median"} {
		b.Run(name, func(b *testing.B) { schedulertest.Benchmark(b, policy(name)) })
	}
}
