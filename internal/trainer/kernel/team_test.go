package kernel

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
)

func TestATeamDoesEachPartOnceAndNoThreadTwoAtATime(t *testing.T) {
	for _, threads := range []int{0, 1, 2, 5} {
		team := NewTeam(threads)
		for parts := range 12 {
			done := make([]atomic.Int32, parts)
			busy := make([]atomic.Bool, team.Threads())
			team.Do(parts, func(part, thread int) {
				if busy[thread].Swap(true) {
					t.Errorf("%d threads: thread %d does two parts at a time", threads, thread)
				}
				done[part].Add(1)
				busy[thread].Store(false)
			})
			for i := range done {
				if n := done[i].Load(); n != 1 {
					t.Errorf("%d threads, %d parts: part %d was done %d times", threads, parts, i, n)
				}
			}
		}
	}
}

// large are products worth sharing out, of odd shapes.
var large = []struct{ m, n, k int }{{97, 131, 101}, {16, 65, 1100}, {401, 33, 90}, {1001, 31, 37}, {60, 400, 50}, {40, 90, 700}, {1500, 70, 190}}

func TestProductsAreTheSameWhateverTheNumberOfThreads(t *testing.T) {
	for _, level := range Levels() {
		for _, s := range large {
			t.Run(fmt.Sprintf("%v/%dx%dx%d", level, s.m, s.n, s.k), func(t *testing.T) {
				defer Force(level)()
				one := products(nil, s.m, s.n, s.k)
				for _, threads := range []int{2, 3} {
					for name, c := range products(NewTeam(threads), s.m, s.n, s.k) {
						if !slices.Equal(c, one[name]) {
							t.Errorf("%s with %d threads differs from that with one", name, threads)
						}
					}
				}
			})
		}
	}
}

// products are those of each kind of one shape.
func products(team *Team, m, n, k int) map[string][]Real {
	rng := rand.New(rand.NewPCG(uint64(m), uint64(n)))
	g := Gemm{Team: team}
	all := map[string][]Real{}
	for layout := range 4 {
		a, b := randomView(rng, m, k, 0, layout&1 != 0), randomView(rng, k, n, 0, layout&2 != 0)
		c := normal(rng, m*n)
		g.Mul(Rows(c, n), a, b, m, n, k, true)
		all[fmt.Sprint("Mul ", layout)] = c
		if layout == 2 {
			c, bias := make([]Real, m*n), normal(rng, n)
			g.Affine(Rows(c, n), a, b.T(), bias, m, n, k)
			all["Affine"] = c
		}
		if layout == 1 {
			c := make([]Real, m*n)
			g.Each(a.T(), b, m, n, k, func(p Piece) { copy(c[p.From*n:p.To*n], p.C) })
			all["Each"] = c
		}
	}
	var s Shifts
	taps := make([]int, k)
	for i := range taps {
		taps[i] = RealBytes * rng.IntN(50)
	}
	stride := n + 16
	x, w, dy := normal(rng, n+50+Overread), normal(rng, m*k), normal(rng, m*stride)
	for i := range m {
		clear(dy[i*stride+n : (i+1)*stride])
	}
	y, dw := make([]Real, m*stride), make([]Real, m*k)
	s.Mul(team, y, stride, w, x, taps, m, n)
	s.Grad(team, dw, dy, stride, x, taps, m, n)
	all["Shifts.Mul"], all["Shifts.Grad"] = y, dw
	return all
}

func TestEachGivesEveryRowOfTheProductOnce(t *testing.T) {
	for _, level := range Levels() {
		for _, s := range append(large, []struct{ m, n, k int }{{1, 1, 1}, {7, 3, 2}, {48, 32, 9}, {49, 33, 500}}...) {
			t.Run(fmt.Sprintf("%v/%dx%dx%d", level, s.m, s.n, s.k), func(t *testing.T) {
				defer Force(level)()
				rng := rand.New(rand.NewPCG(uint64(s.m), uint64(s.n)))
				a, b := randomView(rng, s.k, s.m, 0, false), randomView(rng, s.k, s.n, 0, false)
				want, got := make([]Real, s.m*s.n), make([]Real, s.m*s.n)
				var g Gemm
				g.Mul(Rows(want, s.n), a.T(), b, s.m, s.n, s.k, false)
				pieces := 0
				g.Each(a, b, s.m, s.n, s.k, func(p Piece) {
					if p.Index != pieces || len(p.C) != (p.To-p.From)*s.n {
						t.Errorf("piece %d of rows %d to %d has %d numbers", p.Index, p.From, p.To, len(p.C))
					}
					Add(got[p.From*s.n:p.To*s.n], p.C)
					pieces++
				})
				if !slices.Equal(got, want) || pieces != Pieces(s.m) {
					t.Errorf("%d pieces do not make up the product", pieces)
				}
			})
		}
	}
}
