package sobol

import (
	"encoding/csv"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testdata/scipy.csv was made with SciPy 1.17.1 and NumPy 2.4.6 by
//
//	e = scipy.stats.qmc.Sobol(1111, scramble=False)
//	e.fast_forward(i); numpy.round(e.random(1)[0] * 2**30)
//
// and holds, for some indices, coordinates of some dimensions and the sum of all.
func TestPointsAreSciPys(t *testing.T) {
	f, err := os.Open("testdata/scipy.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(MaxDim)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		i, err := strconv.ParseUint(row[0], 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		p := s.At(uint32(i), nil)
		sum := 0.0
		for _, x := range p {
			sum += x
		}
		got := []string{row[0], scaled(sum)}
		for _, name := range rows[0][2:] {
			d, err := strconv.Atoi(strings.TrimPrefix(name, "dim_"))
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, scaled(p[d-1]))
		}
		if d := cmp.Diff(row, got); d != "" {
			t.Errorf("point %d differs (-SciPy +danlu):\n%s", i, d)
		}
	}
}

// scaled is x·2³⁰, which is how SciPy's integers count.
func scaled(x float64) string { return strconv.FormatFloat(x*(1<<30), 'f', -1, 64) }

// The first points of three dimensions as the usual introductions print them.
func TestFirstPoints(t *testing.T) {
	s, err := New(3)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]float64{
		{0, 0, 0},
		{0.5, 0.5, 0.5},
		{0.75, 0.25, 0.25},
		{0.25, 0.75, 0.75},
		{0.375, 0.375, 0.625},
		{0.875, 0.875, 0.125},
		{0.625, 0.125, 0.875},
		{0.125, 0.625, 0.375},
	}
	for i := range want {
		if d := cmp.Diff(want[i], s.At(uint32(i), nil)); d != "" {
			t.Errorf("point %d (-want +got):\n%s", i, d)
		}
	}
}

func TestDimensionsOutOfReach(t *testing.T) {
	for _, dim := range []int{-1, 0, MaxDim + 1} {
		if _, err := New(dim); err == nil || !strings.Contains(err.Error(), "1 to 1111") {
			t.Errorf("New(%d): error %v, want one that names the limits", dim, err)
		}
		if _, err := Scrambled(dim, 1); err == nil {
			t.Errorf("Scrambled(%d) is made, want an error", dim)
		}
	}
}

func sequences(t *testing.T, dim int) map[string]*Sequence {
	plain, err := New(dim)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*Sequence{"plain": plain}
	for _, seed := range []uint64{0, 1, math.MaxUint64} {
		if all["seed "+strconv.FormatUint(seed, 10)], err = Scrambled(dim, seed); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// Every block of 2^k points, from a multiple of 2^k on, has one point in each of
// 2^k equal intervals of every coordinate.
func TestEveryCoordinateIsEven(t *testing.T) {
	for name, s := range sequences(t, MaxDim) {
		for _, k := range []int{0, 1, 4, 8} {
			n := 1 << k
			for _, block := range []int{0, 5} {
				seen := make([]int, MaxDim*n)
				for i := range n {
					for d, x := range s.At(uint32(block*n+i), nil) {
						seen[d*n+int(x*float64(n))]++
					}
				}
				for c, count := range seen {
					if count != 1 {
						t.Fatalf("%s: block %d of %d points has %d in interval %d of coordinate %d, want 1", name, block, n, count, c%n, c/n+1)
					}
				}
			}
		}
	}
}

// The first two coordinates are a (0,2)-sequence: blocks of 2^k points have one
// in each of the 2^k rectangles of every shape. Joe and Kuo's property A holds
// for three coordinates: 2³ points, one an octant.
func TestTheFirstCoordinatesAreEvenTogether(t *testing.T) {
	for name, s := range sequences(t, 3) {
		const k = 8
		for across := range k + 1 {
			w, h := 1<<across, 1<<(k-across)
			seen := make([]int, w*h)
			for i := range w * h {
				p := s.At(uint32(i), nil)
				seen[int(p[0]*float64(w))*h+int(p[1]*float64(h))]++
			}
			for c, count := range seen {
				if count != 1 {
					t.Fatalf("%s: %d points in rectangle %d of %d×%d, want 1", name, count, c, w, h)
				}
			}
		}
		octants := map[[3]bool]int{}
		for i := range 8 {
			p := s.At(uint32(i), nil)
			octants[[3]bool{p[0] < 0.5, p[1] < 0.5, p[2] < 0.5}]++
		}
		if len(octants) != 8 {
			t.Errorf("%s: 8 points fall in %d octants, want 8", name, len(octants))
		}
	}
}

// A coordinate of a scrambled point is uniform over seeds: mean 1/2, variance
// 1/12. The tolerances are 4.5 standard errors of 4,000 independent draws, whose
// variance has the standard error sqrt((1/80 − 1/144)/n).
func TestScrambledPointsAreUniformOverSeeds(t *testing.T) {
	const seeds, dim = 4000, 6
	for _, i := range []uint32{0, 1, 7, 100_000} {
		var sum, squares [dim]float64
		for seed := range uint64(seeds) {
			s, err := Scrambled(dim, seed)
			if err != nil {
				t.Fatal(err)
			}
			for d, x := range s.At(i, nil) {
				if x <= 0 || x >= 1 {
					t.Fatalf("point %d of seed %d has the coordinate %v, want one inside (0, 1)", i, seed, x)
				}
				sum[d] += x
				squares[d] += (x - 0.5) * (x - 0.5)
			}
		}
		for d := range dim {
			if mean := sum[d] / seeds; math.Abs(mean-0.5) > 4.5*math.Sqrt(1./12/seeds) {
				t.Errorf("point %d, coordinate %d: mean %v over seeds, want 0.5", i, d, mean)
			}
			if v := squares[d] / seeds; math.Abs(v-1./12) > 4.5*math.Sqrt((1./80-1./144)/seeds) {
				t.Errorf("point %d, coordinate %d: variance %v over seeds, want 1/12", i, d, v)
			}
		}
	}
}

// A bit's coin belongs to the bits above it: points in different halves fall into
// quarters of these independently, within 4.5 standard errors. A mere shift of all
// digits, which is a worse scrambling, would carry 0 and 1/2 to points 1/2 apart.
func TestScramblingIsNested(t *testing.T) {
	const seeds = 4000
	alike := 0
	for seed := range uint64(seeds) {
		s, err := Scrambled(1, seed)
		if err != nil {
			t.Fatal(err)
		}
		zero, half, quarter := s.At(0, nil)[0], s.At(1, nil)[0], s.At(3, nil)[0]
		if int(zero*4)%2 == int(half*4)%2 {
			alike++
		}
		if int(zero*2) != int(quarter*2) || int(zero*4) == int(quarter*4) {
			t.Fatalf("seed %d: 0 and 1/4 go to %v and %v, want them in two quarters of one half", seed, zero, quarter)
		}
	}
	if p := float64(alike) / seeds; math.Abs(p-0.5) > 4.5*0.5/math.Sqrt(seeds) {
		t.Errorf("0 and 1/2 fall into the same quarter of their halves with frequency %v, want 0.5", p)
	}
}

// The coordinates of a point are scrambled independently: their correlation over
// seeds is within 4.5 standard errors of none.
func TestCoordinatesAreScrambledApart(t *testing.T) {
	const seeds = 4000
	var product float64
	for seed := range uint64(seeds) {
		s, err := Scrambled(2, seed)
		if err != nil {
			t.Fatal(err)
		}
		p := s.At(3, nil)
		product += (p[0] - 0.5) * (p[1] - 0.5) * 12
	}
	if r := product / seeds; math.Abs(r) > 4.5/math.Sqrt(seeds) {
		t.Errorf("two coordinates correlate by %v over seeds, want 0", r)
	}
}

// The integral of Π (1 + (x − 1/2)/j) over the cube is 1. With 1,024 points
// scrambled Sobol' has a far smaller root mean square error than random points,
// whose exact one is sqrt((Π (1 + 1/(12 j²)) − 1)/n).
func TestIntegratesBetterThanRandomPoints(t *testing.T) {
	const dim, n, seeds = 8, 1024, 20
	random := 1.0
	for j := 1; j <= dim; j++ {
		random *= 1 + 1/(12*float64(j*j))
	}
	random = math.Sqrt((random - 1) / n)

	var squares float64
	rng := rand.New(rand.NewPCG(1, 2))
	for range seeds {
		s, err := Scrambled(dim, rng.Uint64())
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for i := range uint32(n) {
			f := 1.0
			for j, x := range s.At(i, nil) {
				f *= 1 + (x-0.5)/float64(j+1)
			}
			sum += f
		}
		squares += (sum/n - 1) * (sum/n - 1)
	}
	if got := math.Sqrt(squares / seeds); got > random/20 {
		t.Errorf("root mean square error %.3g, want below a twentieth of random points' %.3g", got, random)
	}
}

func TestAtWritesToTheSliceGiven(t *testing.T) {
	s, err := Scrambled(5, 7)
	if err != nil {
		t.Fatal(err)
	}
	dst := make([]float64, 0, 8)
	got := s.At(9, dst)
	if &got[0] != &dst[:1][0] || len(got) != 5 {
		t.Errorf("At returned %d numbers in another slice, want 5 in the one given", len(got))
	}
	if d := cmp.Diff(got, s.At(9, nil)); d != "" {
		t.Errorf("a point depends on the slice it is written to:\n%s", d)
	}
	if n := testing.AllocsPerRun(100, func() { s.At(9, dst) }); n != 0 {
		t.Errorf("At allocates %v times with a slice given, want 0", n)
	}
}

func BenchmarkAt(b *testing.B) {
	for _, dim := range []int{10, 100} {
		b.Run(strconv.Itoa(dim)+" dimensions", func(b *testing.B) {
			s, err := Scrambled(dim, 1)
			if err != nil {
				b.Fatal(err)
			}
			dst := make([]float64, dim)
			i := uint32(0)
			for b.Loop() {
				s.At(i, dst)
				i++
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "points/s")
		})
	}
}

func BenchmarkScrambled(b *testing.B) {
	for b.Loop() {
		if _, err := Scrambled(MaxDim, 1); err != nil {
			b.Fatal(err)
		}
	}
}
