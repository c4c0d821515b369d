package function

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/danlu-ml/danlu/internal/space"
)

// Published minimisers (Surjanovic and Bingham), of four or five digits.
func TestPublishedMinima(t *testing.T) {
	for _, c := range []struct {
		name       string
		got, want  float64
		within     float64
		reasonable string
	}{
		{"branin, first", branin(-math.Pi, 12.275), braninBest, 1e-9, "exact"},
		{"branin, second", branin(math.Pi, 2.275), braninBest, 1e-9, "exact"},
		{"branin, third", branin(9.42478, 2.475), braninBest, 1e-6, "six digits"},
		{"hartmann3", hartmann3([]float64{0.114614, 0.555649, 0.852547}), hartmann3Best, 1e-6, "six digits"},
		{"hartmann6", hartmann6([]float64{0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573}), hartmann6Best, 1e-6, "five digits, squared"},
	} {
		if math.Abs(c.got-c.want) > c.within || c.got < c.want-1e-12 {
			t.Errorf("%s: %.16g, want %.16g (%s)", c.name, c.got, c.want, c.reasonable)
		}
	}
}

func TestNothingIsBelowTheOptimum(t *testing.T) {
	ps, err := Problems()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range ps {
		for seed := range uint64(3) {
			opened, err := p.Open(seed)
			if err != nil {
				t.Fatal(err)
			}
			in := opened.(*instance)
			rng := rand.New(rand.NewPCG(seed, 1))
			for range 300 {
				if loss := in.f(Draw(p.Space, rng)); !(loss >= in.best-1e-12) {
					t.Fatalf("%s, seed %d: loss %v, below its optimum %v", p.Name, seed, loss, in.best)
				}
			}
			if !(in.reference > in.best) {
				t.Errorf("%s, seed %d: median %v, optimum %v", p.Name, seed, in.reference, in.best)
			}
		}
	}
}

// A climber that may look at the truth gets to the optimum: it lies in the space.
func TestTheOptimumIsReachable(t *testing.T) {
	for _, v := range variants {
		p, err := v.problem()
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(5, hash(p.Name)))
		f := v.landscape(p.Space, rng)
		again := rand.New(rand.NewPCG(5, hash(p.Name)))
		vs := optimumOf(v, p.Space, again)
		if loss := f(vs); loss > 1e-6 {
			t.Errorf("%s: %v at its optimum %v", p.Name, loss, vs)
		}
	}
}

// optimumOf draws as landscape does.
func optimumOf(v variant, sp *space.Space, rng *rand.Rand) space.Values {
	vs := space.Values{}
	for i := range v.dims {
		q := sp.Param(i)
		u := .1 + .8*rng.Float64()
		rng.IntN(2)
		vs[q.Name] = space.FloatValue(v.base.low + u*(v.base.high-v.base.low))
		if i < len(v.levels) {
			levelsOf(q.Domain, rng)
			vs[q.Name] = q.Domain.At(rng.Float64())
		}
	}
	return vs
}

func TestSeedsDiffer(t *testing.T) {
	p, err := variants[0].problem()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[float64]bool{}
	for seed := range uint64(5) {
		in, err := p.Open(seed)
		if err != nil {
			t.Fatal(err)
		}
		in.Start(p.Space.At([]float64{.5, .5}))
		seen[in.Train(0, 1).Losses[0]] = true
	}
	if len(seen) != 5 {
		t.Errorf("%d different losses in the middle of 5 instances", len(seen))
	}
}
