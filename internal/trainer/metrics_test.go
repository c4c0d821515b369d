package trainer

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/trainer/nn"
)

func TestScoresOfAKnownConfusion(t *testing.T) {
	// Seven classes, of which the last never occurs; by hand: class 0 is right in
	// 2 of 3, class 1 in 0 of 1, class 2 in 1 of 1.
	s := newScores(7)
	sharp := func(class int) []nn.Real {
		p := make([]nn.Real, 7)
		for i := range p {
			p[i] = 0.01 * nn.Real(7-i)
		}
		p[class] = 0.5
		return p
	}
	for row, x := range []struct{ label, predicted int }{{0, 0}, {0, 0}, {0, 1}, {1, 2}, {2, 2}, {6, 0}} {
		p := sharp(x.predicted)
		s.add(int32(row), int32(x.label), -math.Log(float64(p[x.label])), p)
	}
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-6 {
			t.Errorf("%s %.6f, want %.6f", what, got, want)
		}
	}
	near("accuracy", s.accuracy(), 3.0/6)
	near("balanced accuracy", s.balancedAccuracy(), (2.0/3+0+1+0)/4)
	// F1: class 0: 2·2/(2·2+1+1), class 1: 0, class 2: 2·1/(2·1+1), others 0.
	near("macro F1", s.macroF1(), (4.0/6+2.0/3)/7)
	near("loss", s.loss(), -(3*math.Log(0.5)+math.Log(0.07)+math.Log(0.06)+math.Log(0.01))/6)
	if s.within != 5 { // class 6 was the least likely but one
		t.Errorf("%d labels among the five likeliest, want 5", s.within)
	}
	want := []Example{{5, 6, 0, -math.Log(0.01)}, {3, 1, 2, -math.Log(0.06)}, {2, 0, 1, -math.Log(0.07)}}
	if d := cmp.Diff(want, s.worst[:3], cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-6 })); d != "" {
		t.Errorf("worst examples (-want +got):\n%s", d)
	}
}

func TestOnlyTheWorstExamplesAreKept(t *testing.T) {
	s := newScores(2)
	for i := range 1000 {
		p := nn.Real(1+(i*7919)%1000) / 1001
		s.add(int32(i), 0, -math.Log(float64(p)), []nn.Real{p, 1 - p})
	}
	if len(s.worst) != worstKept {
		t.Fatalf("%d kept, want %d", len(s.worst), worstKept)
	}
	for i, e := range s.worst {
		if want := -math.Log(float64(i+1) / 1001); math.Abs(e.Loss-want) > 1e-4 {
			t.Errorf("place %d has loss %g, want %g", i+1, e.Loss, want)
		}
	}
}
