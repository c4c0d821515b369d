package scheduler_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/scheduler"
	"github.com/danlu-ml/danlu/internal/scheduler/schedulertest"
	"github.com/danlu-ml/danlu/internal/study"
)

// options are an algorithm's, from pairs of a name and its JSON.
func options(pairs ...string) map[string]json.RawMessage {
	m := map[string]json.RawMessage{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = json.RawMessage(pairs[i+1])
	}
	return m
}

func named(name string, pairs ...string) study.Algorithm {
	return study.Algorithm{Name: name, Options: options(pairs...)}
}

func TestNamesAreListedInOrder(t *testing.T) {
	if d := cmp.Diff([]string{"asha", "auto", "bohb", "curve", "freeze-thaw", "halving", "hyperband", "median", "none", "patience", "pbt", "percentile", "replay", "threshold"}, scheduler.Names()); d != "" {
		t.Errorf("names (-want +got):\n%s", d)
	}
}

func TestAutoChoosesByWhatTheStudyAllows(t *testing.T) {
	for name, c := range map[string]struct {
		sampler string
		max     int64
		resume  *bool
		want    string
	}{
		"a known end":           {"auto", 30, nil, "auto"}, // asha until a checkpoint is seen
		"three steps":           {"auto", 3, nil, "auto"},
		"two steps":             {"auto", 2, nil, "none"},
		"an unknown end":        {"auto", 0, nil, "median"},
		"a grid":                {"grid", 30, nil, "none"},
		"no sampler said":       {"", 30, nil, "auto"},
		"trials that resume":    {"auto", 30, new(true), "freeze-thaw"},
		"trials that do not":    {"auto", 30, new(false), "asha"},
		"no end, but resumable": {"auto", 0, new(true), "median"},
	} {
		t.Run(name, func(t *testing.T) {
			def := schedulertest.Simulation{Max: c.max}.Definition()
			def.Sampler.Name = c.sampler
			def.Fidelity.Resume = c.resume
			for _, asked := range []string{"", "auto"} {
				s, err := scheduler.New(study.Algorithm{Name: asked}, def)
				if err != nil || s.Name() != c.want {
					t.Errorf("scheduler %q is %v (error %v), want %s", asked, s, err, c.want)
				}
			}
		})
	}
}

func TestWhatCannotBeIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		a    study.Algorithm
		want string
	}{
		"a slip in the name": {
			study.Algorithm{Name: "ashe"},
			`there is no scheduler "ashe"; did you mean asha? (there are asha, auto, bohb, curve, freeze-thaw, halving, hyperband, median, none, patience, pbt, percentile, replay, threshold)`,
		},
		"another word": {
			study.Algorithm{Name: "darwin"},
			`there is no scheduler "darwin" (there are asha, auto, bohb, curve, freeze-thaw, halving, hyperband, median, none, patience, pbt, percentile, replay, threshold)`,
		},
		"a slip in an option":           {asha("etta", "3"), `scheduler asha: etta is not an option of asha; did you mean eta?`},
		"another option":                {median("percentile", "3"), `scheduler median: percentile is not an option of median: it has grace, min_trials`},
		"an option where there is none": {study.Algorithm{Name: "auto", Options: options("eta", "3")}, `scheduler auto: eta is not an option: auto has none`},
		"eta of one":                    {asha("eta", "1"), `scheduler asha: eta is 1: want a number from 1.5 to 100, as in {asha: {eta: 3}}`},
		"a negative rung":               {asha("min", "-1"), `scheduler asha: min is -1: want the first step at which trials are compared, from 1 on`},
		"a rung at the end":             {asha("min", "30"), `scheduler asha: min is 30, where a trial is at its end (fidelity.max is 30): want a step before it`},
		"a negative grace":              {median("grace", "-2"), `scheduler median: grace is -2: want the first step at which trials are judged, from 1 on`},
		"a negative number of trials":   {median("min_trials", "-2"), `scheduler median: min_trials is -2: want how many other trials to compare with, from 1 on`},
		"a percentile beyond all":       {named("percentile", "percentile", "130"), `scheduler percentile: percentile is 130: want how many per cent go on, from 1 to 100`},
		"no bound":                      {named("threshold"), `scheduler threshold: threshold needs a bound, as in {threshold: {upper: 3.5, grace: 2}}`},
		"bounds turned round":           {named("threshold", "lower", "2", "upper", "1"), `scheduler threshold: lower (2) is above upper (1): nothing lies between them`},
		"a share beyond one":            {named("patience", "frozen", "1.5"), `scheduler patience: frozen is 1.5: want a share of the learning rate's peak, from 0 to 1`},
		"a population of one":           {named("pbt", "population", "1"), `scheduler pbt: population is 1: want 2 or more`},
		"an interval beyond":            {named("pbt", "interval", "31"), `scheduler pbt: interval is 31: want from 1 step to fidelity.max (30)`},
		"half and more":                 {named("pbt", "quantile", "0.6"), `scheduler pbt: quantile is 0.6: want a share above 0, at most 0.5`},
		"another contest":               {named("pbt", "exploit", `"duel"`), `scheduler pbt: exploit is "duel": want truncation or tournament`},
		"a parameter with a slip":       {named("pbt", "tune", `["y"]`), `scheduler pbt: tune names y, which is not a parameter; did you mean x?`},
		"nothing to replay":             {named("replay"), "scheduler replay: it has no segments; `danlu show STUDY TRIAL --schedule` writes those of a trial"},
		"segments that go back":         {named("replay", "segments", `[{"to":5},{"to":4},{}]`), `scheduler replay: segment 2 ends at epoch 4; want rising ends from 1 up, and the last segment without`},
		"a last segment that ends":      {named("replay", "segments", `[{"to":5},{"to":9}]`), `scheduler replay: segment 2 ends at epoch 9; want rising ends from 1 up, and the last segment without`},
		"a segment of something else":   {named("replay", "segments", `[{"params":{"z":1}}]`), `scheduler replay: segment 1 sets z, which is not a parameter; did you mean x?`},
		"a segment with a word":         {named("replay", "segments", `[{"params":{"x":"fast"}}]`), `scheduler replay: segment 1 sets x to fast: it is float 0 … 1`},
		"hyperband's eta":               {named("hyperband", "eta", "1"), `scheduler hyperband: eta is 1: want a number from 1.5 to 100, as in {hyperband: {eta: 3}}`},
		"bohb's first rung":             {named("bohb", "min", "30"), `scheduler bohb: min is 30, where a trial is at its end (fidelity.max is 30): want a step before it`},
		"a part of a step": {
			asha("min", "2.5"),
			`scheduler asha: min: want a whole number, got 2.5`,
		},
		"a word for a number": {
			asha("eta", `"three"`),
			`scheduler asha: eta: want a number, got "three"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := scheduler.New(c.a, schedulertest.Simulation{Max: 30}.Definition())
			if err == nil || err.Error() != c.want {
				t.Errorf("error\n%v, want\n%s", err, c.want)
			}
		})
	}
}
