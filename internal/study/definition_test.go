package study_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/study"
)

func TestOptionsAreStrict(t *testing.T) {
	type options struct {
		Eta  float64 `json:"eta"`
		Min  int64   `json:"min_step,omitempty"`
		Fast bool    `json:"fast"`
		Kind string  `json:"kind"`
	}
	decode := func(text string, into any) error {
		a := study.Algorithm{Name: "asha"}
		if text != "" {
			if err := json.Unmarshal([]byte(text), &a.Options); err != nil {
				t.Fatal(err)
			}
		}
		return a.Decode(into)
	}
	for text, want := range map[string]options{
		``:                          {Eta: 3},
		`{}`:                        {Eta: 3},
		`{"eta":2.5,"min_step":4}`:  {Eta: 2.5, Min: 4},
		`{"fast":true,"kind":"up"}`: {Eta: 3, Fast: true, Kind: "up"},
	} {
		got := options{Eta: 3}
		if err := decode(text, &got); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", text, d)
		}
	}
	for text, want := range map[string]string{
		`{"etta":3}`:      `etta is not an option of asha; did you mean eta?`,
		`{"Eta":3}`:       `Eta is not an option of asha; did you mean eta?`,
		`{"rungs":3}`:     `rungs is not an option of asha: it has eta, min_step, fast, kind`,
		`{"eta":"three"}`: `eta: want a number, got "three"`,
		`{"fast":1}`:      `fast: want true or false, got 1`,
		`{"kind":[1]}`:    `kind: want a word, got [1]`,
	} {
		if err := decode(text, &options{}); err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %s", text, err, want)
		}
	}
	if err := decode(`{"eta":3}`, &struct{}{}); err == nil || err.Error() != `eta is not an option: asha has none` {
		t.Errorf("error %v, want one that says there are no options", err)
	}
}

func TestTheSameCode(t *testing.T) {
	base := study.Provenance{Commit: "a", Tree: "t", Dirty: "b", Files: map[string]string{"x": "1", "y": "2"}}
	for name, c := range map[string]struct {
		change func(*study.Provenance)
		want   bool
	}{
		"nothing changed":  {func(*study.Provenance) {}, true},
		"another machine":  {func(p *study.Provenance) { p.Host, p.Danlu = "h", "2" }, true},
		"another commit":   {func(p *study.Provenance) { p.Commit, p.Tree = "c", "u" }, false},
		"the same content": {func(p *study.Provenance) { p.Commit = "c" }, true},
		"an older record":  {func(p *study.Provenance) { p.Commit, p.Tree = "c", "" }, false},
		"uncommitted work": {func(p *study.Provenance) { p.Dirty = "" }, false},
		"a file changed":   {func(p *study.Provenance) { p.Files = map[string]string{"x": "1", "y": "3"} }, false},
		"a file renamed":   {func(p *study.Provenance) { p.Files = map[string]string{"x": "1", "z": "2"} }, false},
		"a file more":      {func(p *study.Provenance) { p.Files = map[string]string{"x": "1", "y": "2", "z": ""} }, false},
	} {
		other := base
		c.change(&other)
		if got := base.SameCode(other); got != c.want || other.SameCode(base) != c.want {
			t.Errorf("%s: the same code is %v, want %v both ways", name, got, c.want)
		}
	}
}

func TestStates(t *testing.T) {
	open := 0
	for _, s := range study.States {
		if !s.Known() {
			t.Errorf("%s is not known", s)
		}
		if s.Open() {
			open++
		}
	}
	if len(study.States) != 8 || open != 3 {
		t.Errorf("%d states, %d of them open, want 8 and 3", len(study.States), open)
	}
	if study.State("done").Known() || study.State("").Open() {
		t.Errorf("states are known that are none")
	}
}
