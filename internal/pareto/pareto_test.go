package pareto_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/danlu-ml/danlu/internal/pareto"
)

// drawCloud draws points of k objectives on a coarse grid, so that ties happen.
func drawCloud(t *rapid.T, k, most int) [][]float64 {
	points := make([][]float64, rapid.IntRange(0, most).Draw(t, "n"))
	for i := range points {
		points[i] = make([]float64, k)
		for j := range k {
			points[i][j] = float64(rapid.IntRange(0, 8).Draw(t, "x")) / 8
		}
	}
	return points
}

func ones(k int) []float64 {
	ref := make([]float64, k)
	for i := range ref {
		ref[i] = 1
	}
	return ref
}

// A rank is one more than the highest among those that dominate a point.
func TestRanksFollowTheirDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points := drawCloud(t, rapid.IntRange(1, 5).Draw(t, "k"), 40)
		ranks := pareto.Ranks(points)
		for i, p := range points {
			want := 0
			for j, q := range points {
				if pareto.Dominates(q, p) {
					want = max(want, ranks[j]+1)
				}
			}
			if ranks[i] != want {
				t.Fatalf("point %d of %v has rank %d, want %d", i, points, ranks[i], want)
			}
		}
		var first []int
		seen := map[string]bool{}
		for i, p := range points {
			if ranks[i] == 0 && !seen[fmt.Sprint(p)] {
				seen[fmt.Sprint(p)] = true
				first = append(first, i)
			}
		}
		if d := cmp.Diff(first, pareto.Front(points)); d != "" {
			t.Fatalf("the front of %v (-want +got):\n%s", points, d)
		}
	})
}

// By inclusion and exclusion over all subsets.
func TestHypervolumeIsThatOfAUnionOfBoxes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 5).Draw(t, "k")
		points := drawCloud(t, k, 9)
		want := 0.0
		for set := 1; set < 1<<len(points); set++ {
			part := -1.0
			for j := range k {
				low := 0.0
				for i, p := range points {
					if set>>i&1 == 1 {
						low = max(low, p[j])
					}
				}
				part *= 1 - low
			}
			for i := range points {
				if set>>i&1 == 1 {
					part = -part
				}
			}
			want += part
		}
		if got := pareto.Hypervolume(points, ones(k)); math.Abs(got-want) > 1e-12 {
			t.Fatalf("hypervolume of %v is %g, want %g", points, got, want)
		}
	})
}

func TestAContributionIsWhatWouldBeLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 4).Draw(t, "k")
		points := drawCloud(t, k, 12)
		for i, got := range pareto.Contributions(points, ones(k)) {
			without := append(append([][]float64{}, points[:i]...), points[i+1:]...)
			want := pareto.Hypervolume(points, ones(k)) - pareto.Hypervolume(without, ones(k))
			if math.Abs(got-want) > 1e-12 {
				t.Fatalf("point %d of %v contributes %g, want %g", i, points, got, want)
			}
		}
	})
}

// A place below the reference is in one box if no point dominates it, else in none.
func TestBoxesPartWhatIsOpen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, pareto.MostBoxed).Draw(t, "k")
		points := drawCloud(t, k, 20)
		boxes := pareto.Boxes(points, ones(k))
		if most := map[int]int{1: 1, 2: len(points) + 1, 3: 2*len(points) + 1}[k]; len(boxes) > most {
			t.Errorf("%d boxes for %d points of %d objectives, want at most %d", len(boxes), len(points), k, most)
		}
		place := make([]float64, k)
		for j := range place {
			place[j] = float64(rapid.IntRange(-1, 7).Draw(t, "place"))/8 + 1./16
		}
		want := 1
		for _, p := range points {
			if pareto.Dominates(p, place) {
				want = 0
			}
		}
		got := 0
		for _, b := range boxes {
			in := true
			for j, x := range place {
				in = in && b.Low[j] < x && x <= b.High[j]
			}
			if in {
				got++
			}
		}
		if got != want {
			t.Fatalf("%v is in %d boxes of %v, want %d", place, got, points, want)
		}
	})
}

func TestEHVIGradientAgreesWithFiniteDifferences(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	for _, k := range []int{1, 2, 3} {
		var points [][]float64
		for range 15 {
			p := make([]float64, k)
			for j := range p {
				p[j] = rng.Float64()
			}
			points = append(points, p)
		}
		e := pareto.NewEHVI(points, ones(k))
		for trial := range 60 {
			mean, sd := make([]float64, k), make([]float64, k)
			for j := range k {
				mean[j] = 3*rng.Float64() - 1
				sd[j] = math.Pow(10, -2*rng.Float64())
			}
			dMean, dSD := make([]float64, k), make([]float64, k)
			e.Log(mean, sd, dMean, dSD)
			for j := range k {
				for name, at := range map[string]struct{ x, slope []float64 }{"mean": {mean, dMean}, "sd": {sd, dSD}} {
					h := 1e-4 * sd[j]
					was := at.x[j]
					at.x[j] = was + h
					up := e.Log(mean, sd, nil, nil)
					at.x[j] = was - h
					down := e.Log(mean, sd, nil, nil)
					at.x[j] = was
					// The difference's error: h² times a third derivative, and rounding.
					want := (up - down) / (2 * h)
					if math.Abs(at.slope[j]-want) > 1e-5*(math.Abs(want)+math.Abs(up)+1) {
						t.Errorf("k=%d, case %d, mean %v, sd %v: slope by %s %d is %g, differences say %g", k, trial, mean, sd, name, j, at.slope[j], want)
					}
				}
			}
		}
	}
}

// A front of one point that is beyond reach: the logarithm still tells better
// candidates from worse ones where the improvement itself is 0 in float64.
func TestLogEHVIHasASlopeWhereTheValueUnderflows(t *testing.T) {
	e := pareto.NewEHVI([][]float64{{0, 0}}, []float64{1, 1})
	sd := []float64{0.001, 0.001}
	far, near := e.Log([]float64{2, 2}, sd, nil, nil), e.Log([]float64{1.9, 1.9}, sd, nil, nil)
	if math.Exp(near) != 0 || !(near > far) || math.IsInf(far, -1) {
		t.Errorf("log EHVI %g at 2 and %g at 1.9, want two numbers that rise, both of them too small for float64", far, near)
	}
}

func TestReferenceLiesBeyondTheFront(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		name   string
		points [][]float64
		want   []float64
	}{
		{"nothing", nil, nil},
		{"nothing finite", [][]float64{{inf, 1}}, nil},
		{"a front and what it dominates", [][]float64{{0, 1}, {1, 0}, {9, 9}, {inf, 0}}, []float64{1.1, 1.1}},
		{"one point", [][]float64{{-2, 0}}, []float64{-1.8, 1}},
	} {
		if d := cmp.Diff(c.want, pareto.Reference(c.points)); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

func BenchmarkRanks(b *testing.B) {
	for _, k := range []int{2, 3, 4} {
		b.Run(fmt.Sprintf("5000 points, %d objectives", k), func(b *testing.B) {
			points := cloud(5000, k)
			for b.Loop() {
				pareto.Ranks(points)
			}
		})
	}
}

func BenchmarkHypervolume(b *testing.B) {
	for _, k := range []int{2, 3, 5} {
		b.Run(fmt.Sprintf("front of 100, %d objectives", k), func(b *testing.B) {
			points := sphere(100, k)
			for b.Loop() {
				pareto.Hypervolume(points, ones(k))
			}
		})
	}
}

func BenchmarkLogEHVI(b *testing.B) {
	for _, k := range []int{2, 3} {
		b.Run(fmt.Sprintf("front of 50, %d objectives", k), func(b *testing.B) {
			e := pareto.NewEHVI(sphere(50, k), ones(k))
			mean, sd, grad := []float64{.4, .4, .4}[:k], []float64{.1, .1, .1}[:k], make([]float64, k)
			for b.Loop() {
				e.Log(mean, sd, grad, nil)
			}
		})
	}
}

func cloud(n, k int) [][]float64 {
	rng := rand.New(rand.NewPCG(1, 2))
	points := make([][]float64, n)
	for i := range points {
		points[i] = make([]float64, k)
		for j := range k {
			points[i][j] = rng.Float64()
		}
	}
	return points
}

func sphere(n, k int) [][]float64 {
	points := cloud(n, k)
	for _, p := range points {
		length := 0.0
		for _, x := range p {
			length += x * x
		}
		for j := range p {
			p[j] = 1 - p[j]/math.Sqrt(length)
		}
	}
	return points
}

// The greedy choice, by asking everybody each time.
func TestSubsetTakesWhatAddsMost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 4).Draw(t, "k")
		points := drawCloud(t, k, 12)
		for j := range k { // of the scale that Subset works on
			low, high := make([]float64, k), make([]float64, k)
			high[j] = 1
			points = append(points, low, high)
		}
		ref := ones(k)
		for j := range ref {
			ref[j] = 1.1
		}
		var chosen [][]float64
		for _, i := range pareto.Subset(points, 6) {
			gain := pareto.Exclusive(points[i], chosen, ref)
			for j, p := range points {
				if other := pareto.Exclusive(p, chosen, ref); other > gain+1e-12 {
					t.Fatalf("after %v, point %d of %v is chosen, which adds %g; point %d adds %g", chosen, i, points, gain, j, other)
				}
			}
			chosen = append(chosen, points[i])
		}
		if len(chosen) != min(6, len(points)) {
			t.Errorf("%d of %d points are chosen, want 6", len(chosen), len(points))
		}
	})
}

func TestSubsetOfHugeAndEqualPoints(t *testing.T) {
	for name, points := range map[string][][]float64{
		"huge":  {{math.MaxFloat64, -math.MaxFloat64}, {-math.MaxFloat64, math.MaxFloat64}, {0, 0}},
		"equal": {{1, 2}, {1, 2}, {1, 2}},
	} {
		if got := pareto.Subset(points, 2); len(got) != 2 || got[0] == got[1] {
			t.Errorf("%s: the subset of two is %v", name, got)
		}
	}
	if got := pareto.Subset(nil, 3); len(got) != 0 {
		t.Errorf("the subset of nothing is %v", got)
	}
}
