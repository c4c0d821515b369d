package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func TestShiftedProductsAgreeWithTheDefinitionAtEveryLevel(t *testing.T) {
	for _, level := range Levels() {
		for _, rows := range []int{1, 3, 4, 5, 8, 11, 12, 16, 17} {
			for _, k := range []int{1, 2, 3, 4, 9, 10} {
				for _, n := range []int{1, 15, 16, 33, 100, 2100} {
					t.Run(fmt.Sprintf("%v/%d rows, %d taps, %d", level, rows, k, n), func(t *testing.T) {
						defer Force(level)()
						checkShifted(t, rows, k, n)
					})
				}
			}
		}
	}
}

func checkShifted(t *testing.T, rows, k, n int) {
	rng := rand.New(rand.NewPCG(uint64(rows), uint64(n)))
	stride := n + 16
	taps := make([]int, k)
	for i := range taps {
		taps[i] = RealBytes * rng.IntN(50)
	}
	x, w, dy := normal(rng, n+50+Overread), normal(rng, rows*k), normal(rng, rows*stride)
	for i := range rows {
		clear(dy[i*stride+n : (i+1)*stride])
	}
	y, dw := make([]Real, rows*stride), make([]Real, rows*k)
	var s Shifts
	s.Mul(nil, y, stride, w, x, taps, rows, n)
	s.Grad(nil, dw, dy, stride, x, taps, rows, n)
	for i := range rows {
		for q := range stride {
			want := 0.0
			for j := 0; q < n && j < k; j++ {
				want += float64(w[i*k+j]) * float64(x[taps[j]/RealBytes+q])
			}
			if got := float64(y[i*stride+q]); math.Abs(got-want) > 1e-5 {
				t.Fatalf("y[%d][%d] = %v, want %v", i, q, got, want)
			}
		}
		for j := range k {
			want, size := 0.0, 0.0
			for q := range n {
				v := float64(dy[i*stride+q]) * float64(x[taps[j]/RealBytes+q])
				want += v
				size += math.Abs(v)
			}
			if got := float64(dw[i*k+j]); math.Abs(got-want) > size*float64(n+1)*0x1p-24 {
				t.Fatalf("dw[%d][%d] = %v, want %v", i, j, got, want)
			}
		}
	}
}

func normal(rng *rand.Rand, n int) []Real {
	x := make([]Real, n)
	for i := range x {
		x[i] = Real(rng.NormFloat64())
	}
	return x
}
