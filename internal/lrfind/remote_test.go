package lrfind

import (
	"bufio"
	"encoding/json"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// serve answers the requests of a Remote by a loop.
func serve(t *testing.T, l Loop, requests io.Reader, answers io.WriteCloser) {
	defer answers.Close()
	last := 0.0
	lines := bufio.NewScanner(requests)
	for lines.Scan() {
		var q struct {
			Sweep  []float64 `json:"sweep"`
			Probe  float64   `json:"probe"`
			Steps  int       `json:"steps"`
			GoesOn bool      `json:"goes_on"`
		}
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			t.Errorf("request %s: %v", lines.Bytes(), err)
			return
		}
		var losses []float64
		if q.Sweep != nil {
			losses, _ = l.Sweep(t.Context(), q.Sweep)
		} else {
			if q.GoesOn != (q.Probe == last) {
				t.Errorf("%s goes on: %t, after a probe at %g", lines.Bytes(), q.GoesOn, last)
			}
			last = q.Probe
			losses, _ = l.Probe(t.Context(), q.Probe, q.Steps)
		}
		words := make([]any, len(losses))
		for i, v := range losses {
			words[i] = jsonLoss(v)
		}
		if err := json.NewEncoder(answers).Encode(words); err != nil {
			return
		}
	}
}

func TestALoopInAnotherProgramIsSearchedAsOneInThisOne(t *testing.T) {
	for _, c := range []struct {
		name string
		loop valleyLoop
	}{
		{"learns", valleyLoop{best: 0.02, slow: 60, noise: 0.01}},
		{"learns late", valleyLoop{best: 0.01, slow: 50, wait: 1000}},
		{"diverges at once", valleyLoop{best: 1e-9, slow: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			here, there := c.loop, c.loop
			want, err := Find(t.Context(), &here, 2000, Options{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			answers, answer := io.Pipe()
			asked, ask := io.Pipe()
			done := make(chan struct{})
			go func() { serve(t, &there, asked, answer); close(done) }()
			got, err := Find(t.Context(), NewRemote(answers, ask), 2000, Options{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			ask.Close()
			<-done
			if d := cmp.Diff(want, got, cmpopts.EquateNaNs()); d != "" || there.spent != here.spent {
				t.Errorf("%d steps, want %d (-here +there):\n%s", there.spent, here.spent, d)
			}
		})
	}
}

func TestAProgramThatAnswersBadly(t *testing.T) {
	sweep := "[" + strings.Repeat("2,", 39) + "2]\n"
	for _, c := range []struct{ name, answers, want string }{
		{"leaves at once", "", "ask for a sweep of 40 rates: the program left without an answer"},
		{"leaves in the middle of an answer", "[2, 1.9", "the program left without an answer"},
		{"leaves before a probe", sweep, "ask for 26 steps at 0.003: the program left without an answer"},
		{"no losses", "[]\n", "the answer has 0 losses: give 1 to 40"},
		{"too many losses", strings.Replace(sweep, "2", "2,2", 1), "the answer has 41 losses: give 1 to 40"},
		{"too few that are finite", sweep + "[1,1]\n", "the answer has 2 losses, the last of them finite: give all 26"},
		{"an object", `{"losses":[1]}`, "the answer is no array of losses"},
		{"a word", `["two"]`, "the answer is no array of losses"},
		{"null", `[1,null]`, "null is no loss"},
		{"not JSON", "NaN\n", "the answer is no array of losses"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Find(t.Context(), NewRemote(strings.NewReader(c.answers), io.Discard), 2000, Options{}, nil)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func TestLossesThatAreNotFiniteComeAsWords(t *testing.T) {
	for word, want := range map[string]func(float64) bool{
		"nan": math.IsNaN, "inf": func(v float64) bool { return math.IsInf(v, 1) }, "-inf": func(v float64) bool { return math.IsInf(v, -1) },
	} {
		losses, err := NewRemote(strings.NewReader(`[2,"`+word+`"]`), io.Discard).Probe(t.Context(), 0.1, 9)
		if err != nil || len(losses) != 2 || !want(losses[1]) {
			t.Errorf("%s: %v, error %v", word, losses, err)
		}
	}
}
