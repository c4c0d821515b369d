package scheduler

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestSmallestIsWhatSortingFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		xs := rapid.SliceOfN(rapid.Float64Range(-3, 3), 1, 50).Draw(t, "xs")
		for i := range xs {
			if rapid.Bool().Draw(t, "a tie") {
				xs[i] = float64(int(xs[i]))
			}
		}
		k := rapid.IntRange(1, len(xs)).Draw(t, "k")
		want := slices.Sorted(slices.Values(xs))[k-1]
		if got := smallest(xs, k); got != want {
			t.Errorf("smallest %d is %v, want %v", k, got, want)
		}
	})
}
