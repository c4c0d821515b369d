package study_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/danlu-ml/danlu/internal/study"
)

func TestNumbersInJSON(t *testing.T) {
	n := study.Numbers{"b": math.NaN(), "a": 0.5, "d": math.Inf(-1), "c": math.Inf(1), "e": 1e300}
	text, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"a":0.5,"b":"nan","c":"inf","d":"-inf","e":1e+300}`; string(text) != want {
		t.Errorf("written %s, want %s", text, want)
	}
	var back study.Numbers
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(n, back, cmpopts.EquateNaNs()); d != "" {
		t.Errorf("read back (-want +got):\n%s", d)
	}
}

func TestNumbersThatAreRead(t *testing.T) {
	for text, want := range map[string]float64{
		`1`: 1, `-0.5e-3`: -0.5e-3, `"NaN"`: math.NaN(), `"Infinity"`: math.Inf(1), `"-INF"`: math.Inf(-1), `1e999`: math.Inf(1),
	} {
		got, err := study.ParseNumber(text)
		if err != nil || (got != want && !(math.IsNaN(got) && math.IsNaN(want))) {
			t.Errorf("%s is read as %v (error %v), want %v", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		`"0.5"`:  `"0.5" is a string; write the number without quotes`,
		`"high"`: `"high" is not a number; write 0.5, or "nan", "inf", "-inf"`,
		`true`:   `true is not a number; write 0.5, or "nan", "inf", "-inf"`,
		`[1]`:    `[1] is not a number; write 0.5, or "nan", "inf", "-inf"`,
	} {
		if _, err := study.ParseNumber(text); err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %s", text, err, want)
		}
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{`1`, `"nan"`, `-1e-7`, `"-inf"`, ``, `"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		x, err := study.ParseNumber(text)
		if err != nil {
			return
		}
		y, err := study.ParseNumber(study.FormatNumber(x))
		if err != nil || (x != y && !(math.IsNaN(x) && math.IsNaN(y))) {
			t.Errorf("%q is %v, written %s, read again %v (error %v)", text, x, study.FormatNumber(x), y, err)
		}
	})
}

// A loss turned back is the number that was reported, whichever way is better.
func TestLossesAndValues(t *testing.T) {
	small, large := study.Objective{Metric: "loss"}, study.Objective{Metric: "accuracy", Maximize: true}
	for _, x := range []float64{0, 1.5, -3, math.MaxFloat64} {
		for _, o := range []study.Objective{small, large} {
			if got := o.Value(o.Loss(x)); got != x {
				t.Errorf("%s: %v becomes the loss %v and again %v", o, x, o.Loss(x), got)
			}
		}
	}
	if small.Loss(1) >= small.Loss(2) || large.Loss(2) >= large.Loss(1) {
		t.Errorf("a better value has no smaller loss")
	}
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, o := range []study.Objective{small, large} {
			if got := o.Loss(x); !math.IsInf(got, 1) {
				t.Errorf("%s: the loss of %v is %v, want +Inf, the worst", o, x, got)
			}
		}
	}
	if small.String() != "loss min" || large.String() != "accuracy max" {
		t.Errorf("objectives read %q and %q, want as in danlu.yaml", small, large)
	}
}
