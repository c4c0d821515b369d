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

func TestTheOptimumIsReachable(t *testing.T) {
	for _, v := range variants {
		p, err := v.problem()
		if err != nil {
			t.Fatal(err)
		}
		f, vs := v.landscape(p.Space, rand.New(rand.NewPCG(5, hash(p.Name))))
		if loss := f(vs); loss > 1e-6 {
			t.Errorf("%s: %v at its optimum %v", p.Name, loss, vs)
		}
	}
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

// The designs' published optima: allowed (up to their rounding) and of that cost.
func TestPublishedDesigns(t *testing.T) {
	at := map[string]space.Values{
		"spring": {"wire": space.FloatValue(.051690), "coil": space.FloatValue(.356750), "turns": space.FloatValue(11.2871)},
		"vessel": {"shell": space.FloatValue(.7781686), "head": space.FloatValue(.3846492), "radius": space.FloatValue(40.319619), "length": space.FloatValue(200)},
		"beam":   {"weld": space.FloatValue(.205730), "long": space.FloatValue(3.470489), "high": space.FloatValue(9.036624), "thick": space.FloatValue(.205730)},
	}
	for _, d := range designs {
		if got := d.cost(at[d.name]); math.Abs(got/d.best-1) > 2e-3 {
			t.Errorf("%s costs %v at its published optimum, want %v", d.name, got, d.best)
		}
	}
}

func TestNothingConditionalOrConstrainedIsBelowTheOptimum(t *testing.T) {
	conditional, err := Conditional()
	if err != nil {
		t.Fatal(err)
	}
	constrained, err := Constrained()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range append(conditional, constrained...) {
		in, err := p.Open(3)
		if err != nil {
			t.Fatalf("%s: %v", p.Name, err)
		}
		i, ok := in.(*instance)
		allows := func(space.Values) bool { return true }
		if f, fenced := in.(*fenced); fenced {
			i, ok, allows = &f.instance, true, f.allows
		}
		if !ok || !(i.reference > i.best) {
			t.Fatalf("%s: median %v, optimum %v", p.Name, i.reference, i.best)
		}
		rng := rand.New(rand.NewPCG(3, 1))
		for range 2000 {
			if vs := Draw(p.Space, rng); allows(vs) && i.f(vs) < i.best-1e-12 {
				t.Errorf("%s: %v at %v, below its optimum %v", p.Name, i.f(vs), vs, i.best)
			}
		}
	}
}
