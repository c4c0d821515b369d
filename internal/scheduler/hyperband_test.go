package scheduler

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Table 1 of Li et al. 2018: R = 81, η = 3.
func TestBracketsAreThoseOfThePaper(t *testing.T) {
	want := []bracket{
		{n: []int{81, 27, 9, 3, 1}, r: []int64{1, 3, 9, 27, 81}},
		{n: []int{27, 9, 3, 1}, r: []int64{3, 9, 27, 81}},
		{n: []int{9, 3, 1}, r: []int64{9, 27, 81}},
		{n: []int{6, 2}, r: []int64{27, 81}},
		{n: []int{5}, r: []int64{81}},
	}
	if d := cmp.Diff(want, brackets(1, 81, 3), cmp.AllowUnexported(bracket{})); d != "" {
		t.Errorf("brackets (-want +got):\n%s", d)
	}
}

func TestTheLastRungIsTheEndOfTraining(t *testing.T) {
	for last := int64(1); last < 500; last++ {
		for _, eta := range []float64{2, 3, 4, 2.5} {
			for _, b := range brackets(1, last, eta) {
				if end := b.r[len(b.r)-1]; end != last {
					t.Fatalf("η %v, %d steps: a bracket ends at %d: %v", eta, last, end, b)
				}
				for i := 1; i < len(b.r); i++ {
					if b.r[i] <= b.r[i-1] || b.n[i] > b.n[i-1] || float64(b.n[i]) > float64(b.n[i-1])/eta+1e-9 && b.n[i] > 1 {
						t.Fatalf("η %v, %d steps: %v", eta, last, b)
					}
				}
			}
		}
	}
}
