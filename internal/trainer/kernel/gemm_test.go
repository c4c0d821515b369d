package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// shapes are odd on purpose: nothing, one, primes, one more and one less than a
// tile, more than one block of k.
var shapes = []struct{ m, n, k int }{
	{0, 3, 2},
	{3, 0, 2},
	{2, 3, 0},
	{1, 1, 1},
	{1, 31, 7},
	{2, 33, 1},
	{3, 5, 4},
	{5, 16, 11},
	{6, 6, 6},
	{14, 34, 5},
	{7, 17, 13},
	{11, 47, 8},
	{12, 32, 9},
	{13, 33, 64},
	{16, 64, 16},
	{23, 97, 29},
	{64, 10, 128},
	{128, 100, 31},
	{4, 8, 385},
	{9, 40, 700},
}

func TestMulAgreesWithTheDefinitionAtEveryLevel(t *testing.T) {
	for _, level := range Levels() {
		for _, s := range shapes {
			for layout := range 8 {
				for _, accumulate := range []bool{false, true} {
					name := fmt.Sprintf("%v/%dx%dx%d/layout%d/add=%v", level, s.m, s.n, s.k, layout, accumulate)
					t.Run(name, func(t *testing.T) {
						defer Force(level)()
						checkMul(t, s.m, s.n, s.k, layout, accumulate)
					})
				}
			}
		}
	}
}

func TestMulOfMoreRowsThanTheCacheHolds(t *testing.T) {
	for _, level := range Levels() {
		t.Run(level.String(), func(t *testing.T) {
			defer Force(level)()
			checkMul(t, largeBlock/200+5, 34, 200, 0, true)
		})
	}
}

// checkMul compares one product with sums in float64. layout's bits choose the
// transpose of A, that of B, and rows longer than the matrix.
func checkMul(t *testing.T, m, n, k, layout int, accumulate bool) {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(m*1000+n), uint64(k)))
	gap := 3 * (layout >> 2 & 1)
	a := randomView(rng, m, k, gap, layout&1 != 0)
	b := randomView(rng, k, n, gap, layout&2 != 0)
	ldc := n + gap
	c := make([]Real, m*ldc+1)
	for i := range c {
		c[i] = Real(i%7) - 3
	}
	before := append([]Real(nil), c...)

	var g Gemm
	g.Mul(View{c, ldc, 1}, a, b, m, n, k, accumulate)
	if k > 0 && k <= kc {
		var p Panels
		p.Pack(b, k, n)
		again := append([]Real(nil), before...)
		p.Mul(View{again, ldc, 1}, a, m, accumulate)
		if !slices.Equal(again, c) {
			t.Errorf("packed once, the product differs")
		}
	}

	for i := range m {
		for j := range ldc {
			want := float64(before[i*ldc+j])
			size := math.Abs(want)
			if j < n {
				if !accumulate {
					want, size = 0, 0
				}
				for p := range k {
					x := float64(a.Data[i*a.Row+p*a.Col]) * float64(b.Data[p*b.Row+j*b.Col])
					want += x
					size += math.Abs(x)
				}
			}
			// Each of k+1 roundings loses at most half a unit of the sum of sizes.
			if got := float64(c[i*ldc+j]); math.Abs(got-want) > size*float64(k+1)*0x1p-24 {
				t.Fatalf("C[%d][%d] = %v, want %v", i, j, got, want)
			}
		}
	}
	if c[len(c)-1] != before[len(c)-1] {
		t.Fatalf("wrote past the end of C")
	}
}

func TestAffineAgreesWithTheDefinitionAtEveryLevel(t *testing.T) {
	for _, level := range Levels() {
		for _, s := range append(shapes, []struct{ m, n, k int }{{0, 60, 3}, {1, 2, 1}, {7, 50, 13}, {8, 24, 8}, {33, 73, 401}, {64, 129, 700}}...) {
			t.Run(fmt.Sprintf("%v/%dx%dx%d", level, s.m, s.n, s.k), func(t *testing.T) {
				defer Force(level)()
				checkAffine(t, s.m, s.n, s.k)
			})
		}
	}
}

// checkAffine compares one product with a bias with sums in float64, in a C with
// room beside it.
func checkAffine(t *testing.T, m, n, k int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(m*1000+n), uint64(k)))
	a, b, bias := randomView(rng, m, k, 2, false), randomView(rng, n, k, 1, false), normal(rng, n)
	ldc := n + 3
	c := make([]Real, m*ldc+1)
	var g Gemm
	g.Affine(View{c, ldc, 1}, a, b, bias, m, n, k)
	for i := range m {
		for j := range ldc {
			want, size := 0.0, 0.0
			if j < n {
				want = float64(bias[j])
				for p := range k {
					want += float64(a.Data[i*a.Row+p]) * float64(b.Data[j*b.Row+p])
					size += math.Abs(float64(a.Data[i*a.Row+p]) * float64(b.Data[j*b.Row+p]))
				}
				size += math.Abs(float64(bias[j]))
			}
			if got := float64(c[i*ldc+j]); math.Abs(got-want) > size*float64(k+1)*0x1p-24 {
				t.Fatalf("C[%d][%d] = %v, want %v", i, j, got, want)
			}
		}
	}
}

func randomView(rng *rand.Rand, rows, cols, gap int, transposed bool) View {
	if transposed {
		return randomView(rng, cols, rows, gap, false).T()
	}
	v := View{make([]Real, rows*(cols+gap)+1), cols + gap, 1}
	for i := range v.Data {
		v.Data[i] = Real(rng.NormFloat64())
	}
	return v
}

func BenchmarkMul(b *testing.B) {
	for _, level := range Levels() {
		for _, s := range []struct{ m, n, k int }{{128, 512, 784}, {128, 512, 512}, {128, 128, 784}, {64, 64, 800}, {784, 128, 128}, {512, 256, 4096}} {
			for _, layout := range []string{"NN", "NT", "TN"} {
				b.Run(fmt.Sprintf("%v/%dx%dx%d/%s", level, s.m, s.n, s.k, layout), func(b *testing.B) {
					defer Force(level)()
					rng := rand.New(rand.NewPCG(1, 1))
					x := randomView(rng, s.m, s.k, 0, layout[0] == 'T')
					y := randomView(rng, s.k, s.n, 0, layout[1] == 'T')
					c := Rows(make([]Real, s.m*s.n), s.n)
					var g Gemm
					for b.Loop() {
						g.Mul(c, x, y, s.m, s.n, s.k, false)
					}
					b.ReportMetric(2*float64(s.m*s.n*s.k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
				})
			}
		}
	}
}

func FuzzMul(f *testing.F) {
	f.Add(uint8(13), uint8(33), uint16(300), uint8(5), true)
	f.Fuzz(func(t *testing.T, m, n uint8, k uint16, layout uint8, accumulate bool) {
		for _, level := range Levels() {
			restore := Force(level)
			checkMul(t, int(m), int(n), int(k%1000), int(layout&7), accumulate)
			checkAffine(t, int(m), int(n), int(k%1000))
			restore()
		}
	})
}
