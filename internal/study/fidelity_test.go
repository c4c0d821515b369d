package study_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/study"
)

func TestAFidelityThatIsAParameter(t *testing.T) {
	type values struct {
		Min, Max int64
		At       map[int64]string
	}
	for name, c := range map[string]struct {
		f    study.Fidelity
		want values
	}{
		"a share":          {study.Over("data_fraction", 0.1, 1, 0), values{10, 100, map[int64]string{0: "1", 11: "0.11", 33: "0.33", 100: "1"}}},
		"half of it":       {study.Over("data_fraction", 0.05, 0.5, 0), values{10, 100, map[int64]string{0: "0.5", 50: "0.25"}}},
		"classes":          {study.Over("classes", 2, 10, 0), values{2, 10, map[int64]string{0: "10", 3: "3"}}},
		"a picture's side": {study.Over("side", 32, 224, 32), values{32, 224, map[int64]string{0: "224", 32: "32", 75: "96", 220: "224"}}},
	} {
		t.Run(name, func(t *testing.T) {
			got := values{c.f.Min, c.f.Max, map[int64]string{}}
			for step := range c.want.At {
				got.At[step] = c.f.At(step).String()
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}
