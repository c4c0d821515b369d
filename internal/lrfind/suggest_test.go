package lrfind

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sweep is a curve of n points over the rates, with noise on f of log10 of the rate.
func sweep(n int, low, high, noise float64, f func(x float64) float64) []Point {
	rng := rand.New(rand.NewPCG(1, 2))
	curve := make([]Point, n)
	for i := range curve {
		curve[i].LR = low * math.Pow(high/low, float64(i)/float64(n-1))
		curve[i].Loss = f(math.Log10(curve[i].LR)) + noise*rng.NormFloat64()
	}
	return curve
}

// typical falls about 10^at and takes off a decade later.
func typical(at float64) func(float64) float64 {
	return func(x float64) float64 { return 0.4 + 1.9/(1+math.Exp(5*(x-at))) + math.Exp(8*(x-at-1)) }
}

func TestASuggestionLiesInTheValley(t *testing.T) {
	for _, at := range []float64{-4, -3, -2, -1} {
		r := Suggest(sweep(100, 1e-7, 10, 0.05, typical(at)), Options{})
		if r.Verdict != Ok {
			t.Fatalf("at %v: %s", at, r.Reason)
		}
		if x := math.Log10(r.Suggestion) - at; x < -0.5 || x > 1 {
			t.Errorf("a fall about 10^%v: suggestion %g", at, r.Suggestion)
		}
		if !(r.Range.Low < r.Suggestion && r.Suggestion < r.Range.High) {
			t.Errorf("suggestion %g is not within %v", r.Suggestion, r.Range)
		}
		before, stable := r.Candidate("before_descent"), r.Candidate("max_stable")
		if !(before < r.Suggestion && r.Suggestion < stable) {
			t.Errorf("suggestion %g is not between the start of the fall, %g, and the last stable rate, %g", r.Suggestion, before, stable)
		}
	}
}

// A curve is of a training's first steps: what is known of the rest counts.
func TestASuggestionIsForTheTrainingThatFollows(t *testing.T) {
	curve := sweep(100, 1e-7, 10, 0.05, typical(-2))
	unknown := Suggest(curve, Options{}).Suggestion
	for _, c := range []struct {
		name string
		o    Options
		want float64
	}{
		{"constant", Options{Schedule: "constant"}, ofConstant},
		{"one cycle", Options{Schedule: "onecycle"}, ofPeak},
		{"momentum", Options{Optimizer: "sgd", Momentum: 0.9}, withMomentum},
	} {
		if r := Suggest(curve, c.o); math.Abs(r.Suggestion/unknown/c.want-1) > 1e-9 || !strings.Contains(r.Reason, number(c.want)) {
			t.Errorf("%s: %g times as much: %s", c.name, r.Suggestion/unknown, r.Reason)
		}
	}
	shallow := func(x float64) float64 { return 10 + typical(-2)(x) }
	if r := Suggest(sweep(100, 1e-7, 10, 0.05, shallow), Options{}); r.Verdict != Ok || r.Suggestion > unknown/2 {
		t.Errorf("of a curve that falls by a sixth %g, of one by most %g", r.Suggestion, unknown)
	}
}

func TestNothingIsSaidOfCurvesThatSayNothing(t *testing.T) {
	flat := func(float64) float64 { return 2.3 }
	nans := func(curve []Point, from int) []Point {
		for i := from; i < len(curve); i++ {
			curve[i].Loss = math.NaN()
		}
		return curve
	}
	for _, c := range []struct {
		name  string
		curve []Point
		want  string
	}{
		{"no points", nil, "0 points"},
		{"three points", sweep(3, 1e-5, 1, 0, typical(-2)), "3 points"},
		{"constant", sweep(100, 1e-7, 10, 0, flat), "stays at 2.3 whatever"},
		{"constant but for the batches", sweep(100, 1e-7, 10, 0.05, flat), "whatever the rate"},
		{"nothing but noise", sweep(100, 1e-7, 10, 1.5, flat), "batches differ"},
		{"rises", sweep(100, 1e-3, 10, 0.02, func(x float64) float64 { return 2.3 + math.Exp(2*x) }), "only rises"},
		{"takes off without a fall", sweep(40, 1e-6, 10, 0.3, func(x float64) float64 { return 2.3 + math.Exp(8*(x-0.6)) }), "takes off at"},
		{"not a number at once", nans(sweep(100, 1e-7, 10, 0, typical(-2)), 0), "from the first batch on"},
		{"not a number soon", nans(sweep(100, 1e-7, 10, 0, typical(-2)), 5), "from batch 6 on"},
		{"a narrow range", sweep(100, 1e-3, 2e-3, 0, typical(-2)), "several powers of ten"},
		{"still falling", sweep(100, 1e-7, 1e-2, 0.02, typical(-1.5)), "still falls at the highest"},
		{"trained, whatever the rate", sweep(100, 1e-7, 10, 0.02, func(x float64) float64 { return 2.3 * math.Exp(-(x+7)/3) }), "ignores the rate"},
		{"rates not ascending", []Point{{0.1, 1}, {0.1, 1}}, "don't ascend at point 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Suggest(c.curve, Options{})
			if r.Verdict != CannotSay || r.Suggestion != 0 || r.Range != (Range{}) {
				t.Fatalf("verdict %s, suggestion %g of %v: %s", r.Verdict, r.Suggestion, r.Range, r.Reason)
			}
			if !strings.Contains(r.Reason, c.want) {
				t.Errorf("reason %q lacks %q", r.Reason, c.want)
			}
		})
	}
}

func TestASuggestionStaysWithinTheUsersRange(t *testing.T) {
	r := Suggest(sweep(100, 1e-7, 10, 0.05, typical(-2)), Options{High: 1e-3})
	if r.Suggestion != 1e-3 || r.Range.High != 1e-3 || !strings.Contains(r.Reason, "outside of the range") {
		t.Errorf("suggestion %g of %v: %s", r.Suggestion, r.Range, r.Reason)
	}
}

func TestTheJSONIsThatOfTheContract(t *testing.T) {
	curve := []Point{{0.1, 2}, {0.2, math.Inf(1)}, {0.3, math.NaN()}}
	for _, c := range []struct {
		name string
		r    Result
		want string
	}{
		{
			"cannot say", Unknown(curve, "because"),
			`{"suggestion":null,"range":null,"candidates":{},"curve":[[0.1,2],[0.2,"inf"],[0.3,"nan"]],"verdict":"cannot_say","reason":"because"}`,
		},
		{
			"ok",
			Result{Suggestion: 0.1, Range: Range{0.03, 0.3}, Verdict: Ok, Candidates: []Candidate{{Name: "valley", LR: 0.2}}, Reason: "so"},
			`{"suggestion":0.1,"range":[0.03,0.3],"candidates":{"valley":0.2},"curve":[],"verdict":"ok","reason":"so"}`,
		},
	} {
		got, err := json.Marshal(c.r)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(c.want, string(got)); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

func TestReadCSV(t *testing.T) {
	got, err := ReadCSV(strings.NewReader("step,LR, Loss\n0,1e-3,2.5\n1, 0.01 ,nan\n2,0.1,1e999\n"), "c.csv")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 || got[0] != (Point{1e-3, 2.5}) || !math.IsNaN(got[1].Loss) || !math.IsInf(got[2].Loss, 1) {
		t.Errorf("read %v", got)
	}
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "c.csv:1: no curve of a range test: the file is empty: give columns lr and loss"},
		{"no loss", "lr,accuracy\n", "c.csv:1: no curve of a range test: the columns are lr, accuracy: name two of them lr and loss"},
		{"no number", "lr,loss\n0.1,1\n0.2,much\n", `c.csv:3: no curve of a range test: loss is "much": give a number`},
		{"no rate", "lr,loss\n0,1\n", `c.csv:2: no curve of a range test: lr is "0": give a number above 0`},
		{"descending", "lr,loss\n0.1,1\n0.05,1\n", "c.csv:3: no curve of a range test: lr 0.05 follows 0.1: the rates of a range test ascend"},
		{"columns missing", "lr,loss\n0.1,1\n0.2\n", "c.csv:3: no curve of a range test: wrong number of fields"},
		{"a quote", "lr,loss\n0.1,\"1\n", "c.csv:2: no curve of a range test: extraneous or missing \" in quoted-field"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ReadCSV(strings.NewReader(c.text), "c.csv")
			if !errors.Is(err, ErrCurve) || err.Error() != c.want {
				t.Errorf("error %v, want %s", err, c.want)
			}
		})
	}
}

func TestAverageEndsWithTheShortestSweep(t *testing.T) {
	got := Average([]Point{{1, 2}, {2, 4}, {3, 9}}, []Point{{1, 4}, {2, 6}})
	if d := cmp.Diff([]Point{{1, 3}, {2, 5}}, got); d != "" {
		t.Error(d)
	}
}

func TestARangeKeepsToItsBounds(t *testing.T) {
	half := math.Sqrt(10)
	for _, c := range []struct {
		name      string
		low, high float64
		want      Range
	}{
		{"no bounds", 0, 0, Range{0.01, 0.1}},
		{"a lower end", 0.05, 0, Range{0.05, 0.1}},
		{"both", 0.02, 0.05, Range{0.02, 0.05}},
		{"all of it too high", 1e-5, 0.001, Range{0.001 / half, 0.001}},
		{"all of it too low", 1, 10, Range{1, half}},
		{"all of it too low, for little", 1, 2, Range{1, 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Range{0.01, 0.1}.Within(c.low, c.high)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
