package storetest

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

var randomQuestions = []question{
	{"any log comes back as it was, and folds to the same view", func(t *testing.T, open Opener) {
		s := open(t)
		defer func() { _ = s.Close() }()
		n := 0
		rapid.Check(t, func(r *rapid.T) {
			n++
			name := fmt.Sprint("study ", n)
			want := GenLog(r, 120)
			l, err := s.Acquire(t.Context(), name, Me(t), ttl)
			if err != nil {
				r.Fatal(err)
			}
			for rest := want; len(rest) > 0; {
				k := rapid.IntRange(1, min(len(rest), 30)).Draw(r, "appended at once")
				if err := s.Append(t.Context(), l, rest[0].Seq-1, rest[:k]); err != nil {
					r.Fatal(err)
				}
				rest = rest[k:]
			}
			if rapid.IntRange(0, 9).Draw(r, "reopen") == 0 {
				if err := s.Close(); err != nil {
					r.Fatal(err)
				}
				s = open(t)
			}
			got := replay(t, s, name, 0)
			if d := Diff(want, got); d != "" {
				r.Fatal(d)
			}
			cut := rapid.IntRange(0, len(want)).Draw(r, "cut")
			if d := Diff(want[cut:], replay(t, s, name, int64(cut))); d != "" {
				r.Fatalf("after a cut at %d: %s", cut, d)
			}
			sameView(r, want, got)
			samePoints(r, want, func(trial study.TrialID) []study.Points { return points(t, s, name, trial) })
			if err := s.Release(t.Context(), l); err != nil {
				r.Fatal(err)
			}
		})
		healthy(t, s)
	}},
}

// sameView compares the folds of two logs.
func sameView(t *rapid.T, want, got []study.Event) {
	t.Helper()
	a, err := studytest.Replay(want)
	if err != nil {
		t.Fatal(err)
	}
	b := study.NewView()
	for _, e := range got {
		if err := b.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(a, b, studytest.Equal, cmpopts.EquateEmpty()); d != "" {
		t.Fatalf("the view changes by being stored (-want +got):\n%s", d)
	}
}

// samePoints compares the points of each trial with those of the log.
func samePoints(t *rapid.T, log []study.Event, stored func(study.TrialID) []study.Points) {
	t.Helper()
	type key struct {
		trial   study.TrialID
		attempt int
	}
	want, got := map[key][]study.Point{}, map[key][]study.Point{}
	trials := map[study.TrialID]bool{}
	for _, e := range log {
		if p, ok := e.Body.(study.Points); ok && len(p.Rows) > 0 {
			trials[p.Trial] = true
			want[key{p.Trial, p.Attempt}] = append(want[key{p.Trial, p.Attempt}], p.Rows...)
		}
	}
	for trial := range trials {
		last := 0
		for _, p := range stored(trial) {
			if p.Attempt < last || p.Trial != trial {
				t.Fatalf("points of trial %d attempt %d follow attempt %d of trial %d", p.Trial, p.Attempt, last, trial)
			}
			last = p.Attempt
			got[key{p.Trial, p.Attempt}] = append(got[key{p.Trial, p.Attempt}], p.Rows...)
		}
	}
	if d := cmp.Diff(want, got, cmpopts.EquateNaNs()); d != "" {
		t.Fatalf("the points of the trials are not those reported (-want +got):\n%s", d)
	}
}
