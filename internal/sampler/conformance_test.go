package sampler_test

import (
	"testing"

	"github.com/danlu-ml/danlu/internal/sampler"
	"github.com/danlu-ml/danlu/internal/sampler/samplertest"
	"github.com/danlu-ml/danlu/internal/study"
)

// algorithm is a sampler by name, in the form the suite asks for.
func algorithm(name string) samplertest.Make {
	return func(def *study.Definition) (sampler.Sampler, error) {
		return sampler.New(study.Algorithm{Name: name}, def)
	}
}

func TestConformance(t *testing.T) {
	for _, name := range sampler.Names() {
		t.Run(name, func(t *testing.T) { samplertest.Run(t, name, algorithm(name)) })
	}
}

func BenchmarkSuggest(b *testing.B) {
	for _, name := range []string{"random", "sobol", "tpe", "cmaes", "nsga2", "gp", "auto"} {
		b.Run(name, func(b *testing.B) { samplertest.Benchmark(b, algorithm(name)) })
	}
}
