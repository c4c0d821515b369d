// Package storetest asks a store whether it keeps the promises of [store.Store].
//
// A new kind of store needs one test that calls [Run] with a function that opens
// it. What only one kind can suffer (full disks, damaged files, virtual time) is
// asked in that kind's own tests. [GenLog] makes up logs for anybody's property
// tests.
//
// Start reading at [Run].
package storetest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/internal/proctree"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
)

// Opener opens one store again and again: each call gives another handle on the
// same logs, as another process would have it. The first finds it empty. Run
// closes the handles.
type Opener func(t testing.TB) store.Store

// Run asks every question. Each calls fresh for an empty store of its own.
func Run(t *testing.T, fresh func(t *testing.T) Opener) {
	for _, group := range []struct {
		name      string
		questions []question
	}{
		{"log", logQuestions},
		{"points", pointQuestions},
		{"lease", leaseQuestions},
		{"request", requestQuestions},
		{"handle", handleQuestions},
		{"random", randomQuestions},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, q := range group.questions {
				t.Run(q.name, func(t *testing.T) { q.ask(t, fresh(t)) })
			}
		})
	}
}

type question struct {
	name string
	ask  func(t *testing.T, open Opener)
}

// ttl is a lease's length where its end plays no part.
const ttl = time.Hour

// start is the time of the first event of the logs made up here.
var start = time.Date(2026, 5, 4, 3, 2, 1, 123456789, time.UTC)

// handle opens the store and closes it when the test ends.
func (open Opener) handle(t testing.TB) store.Store {
	t.Helper()
	s := open(t)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

// Me is this process as a holder of leases, which nobody takes for dead.
func Me(t testing.TB) store.Holder {
	t.Helper()
	id, err := proctree.Self()
	if err != nil {
		t.Fatal(err)
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	return store.Holder{Host: host, Boot: id.Boot, PID: id.PID, Started: id.Start, What: "storetest"}
}

func acquire(t testing.TB, s store.Store, name string) store.Lease {
	t.Helper()
	l, err := s.Acquire(t.Context(), name, Me(t), ttl)
	if err != nil {
		t.Fatalf("Acquire(%q): %v", name, err)
	}
	return l
}

func appendTo(t testing.TB, s store.Store, l store.Lease, events ...study.Event) {
	t.Helper()
	if err := s.Append(t.Context(), l, events[0].Seq-1, events); err != nil {
		t.Fatalf("Append(events %d to %d): %v", events[0].Seq, events[len(events)-1].Seq, err)
	}
}

// replay reads a log after an event, all of it.
func replay(t testing.TB, s store.Store, name string, after int64) []study.Event {
	t.Helper()
	var events []study.Event
	for e, err := range s.Replay(context.WithoutCancel(t.Context()), name, after) {
		if err != nil {
			t.Fatalf("Replay(%q, %d) after event %d: %v", name, after, after+int64(len(events)), err)
		}
		events = append(events, e)
	}
	return events
}

// points reads the points of a trial, all of them.
func points(t testing.TB, s store.Store, name string, trial study.TrialID) []study.Points {
	t.Helper()
	var all []study.Points
	for p, err := range s.Points(t.Context(), name, trial) {
		if err != nil {
			t.Fatalf("Points(%q, %d): %v", name, trial, err)
		}
		all = append(all, p)
	}
	return all
}

// healthy asks the store to check itself.
func healthy(t testing.TB, s store.Store) {
	t.Helper()
	wrong, err := s.Check(context.WithoutCancel(t.Context()))
	if err != nil || len(wrong) > 0 {
		t.Errorf("Check: %q, %v", wrong, err)
	}
}

// Diff compares logs bit by bit, NaN with NaN and -0 with -0. It is empty if they
// are the same.
func Diff(want, got []study.Event) string {
	for i := range min(len(want), len(got)) {
		w, g := want[i], got[i]
		if w.Seq != g.Seq || !w.Time.Equal(g.Time) || w.Body.Kind() != g.Body.Kind() || !bytes.Equal(encode(w.Body), encode(g.Body)) {
			return fmt.Sprintf("entry %d: want %d %v %s\n%s\n got %d %v %s\n%s", i,
				w.Seq, w.Time, w.Body.Kind(), encode(w.Body), g.Seq, g.Time, g.Body.Kind(), encode(g.Body))
		}
	}
	if len(want) != len(got) {
		return fmt.Sprintf("want %d events, got %d", len(want), len(got))
	}
	return ""
}

func encode(b study.Body) []byte {
	if p, ok := b.(study.Points); ok {
		return study.EncodePoints(fmt.Appendf(nil, "trial %d attempt %d ", p.Trial, p.Attempt), p.Rows)
	}
	text, err := study.EncodeBody(b)
	if err != nil {
		panic(err)
	}
	return text
}

// remarks makes events n to m, of a kind that is easy to make.
func remarks(n, m int64) []study.Event {
	var events []study.Event
	for seq := n; seq <= m; seq++ {
		events = append(events, study.Event{
			Seq: seq, Time: start.Add(time.Duration(seq) * time.Second),
			Body: study.Noted{By: "storetest", Text: fmt.Sprintf("event %d", seq)},
		})
	}
	return events
}

// report makes an event with points: metric loss of one step.
func report(seq int64, trial study.TrialID, attempt int, step int64, loss float64) study.Event {
	return study.Event{Seq: seq, Time: start.Add(time.Duration(seq) * time.Second), Body: study.Points{
		Trial: trial, Attempt: attempt, Rows: []study.Point{{Step: step, Metric: "loss", Value: loss}},
	}}
}

// ended makes the end of an attempt.
func ended(seq int64, trial study.TrialID, attempt int) study.Event {
	return study.Event{Seq: seq, Time: start.Add(time.Duration(seq) * time.Second), Body: study.Ended{Trial: trial, Attempt: attempt, State: study.Completed}}
}
