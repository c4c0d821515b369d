package scheduler_test

import (
	"testing"

	"github.com/danlu-ml/danlu/internal/scheduler"
	"github.com/danlu-ml/danlu/internal/scheduler/schedulertest"
	"github.com/danlu-ml/danlu/internal/study"
)

func policy(name string, pairs ...string) schedulertest.Make {
	return func(def *study.Definition) (scheduler.Scheduler, error) {
		return scheduler.New(study.Algorithm{Name: name, Options: options(pairs...)}, def)
	}
}

func TestConformance(t *testing.T) {
	for _, p := range []schedulertest.Policy{
		{Name: "none"},
		{Name: "median"},
		{Name: "percentile"},
		{Name: "patience"},
		{Name: "asha"},
		{Name: "halving", NeedsEnd: true, Chooses: true},
		{Name: "hyperband", NeedsEnd: true, Chooses: true},
		{Name: "bohb", NeedsEnd: true, Chooses: true},
		{Name: "pbt", NeedsEnd: true, Chooses: true},
		{Name: "curve", NeedsEnd: true, Slow: true},
		{Name: "freeze-thaw", NeedsEnd: true, Chooses: true, Slow: true},
	} {
		p.Make = policy(p.Name)
		t.Run(p.Name, func(t *testing.T) { schedulertest.Run(t, p) })
	}
	t.Run("threshold", func(t *testing.T) {
		schedulertest.Run(t, schedulertest.Policy{Name: "threshold", Make: policy("threshold", "upper", "1e9")})
	})
	t.Run("asha that promotes", func(t *testing.T) {
		schedulertest.Run(t, schedulertest.Policy{Name: "asha", Make: policy("asha", "promote", "true"), Chooses: true})
	})
}

func BenchmarkJudge(b *testing.B) {
	for _, name := range scheduler.Names() {
		var options []string
		if name == "threshold" {
			options = []string{"upper", "1e9"}
		}
		b.Run(name, func(b *testing.B) { schedulertest.Benchmark(b, policy(name, options...)) })
	}
}
