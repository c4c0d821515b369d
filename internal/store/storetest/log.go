package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
)

var logQuestions = []question{
	{"replay gives what was appended, after any event", func(t *testing.T, open Opener) {
		s := open.handle(t)
		l := acquire(t, s, "a")
		want := remarks(1, 20)
		appendTo(t, s, l, want[:1]...)
		appendTo(t, s, l, want[1:7]...)
		appendTo(t, s, l, want[7:]...)
		for after := int64(-1); after <= 22; after++ {
			if d := Diff(want[min(max(after, 0), 20):], replay(t, s, "a", after)); d != "" {
				t.Errorf("after %d: %s", after, d)
			}
		}
		healthy(t, s)
	}},
	{"studies do not mix", func(t *testing.T, open Opener) {
		s := open.handle(t)
		a, b := acquire(t, s, "a"), acquire(t, s, "b b/ü'\"%?#")
		appendTo(t, s, a, remarks(1, 3)...)
		appendTo(t, s, b, remarks(1, 5)...)
		if n := len(replay(t, s, "a", 0)); n != 3 {
			t.Errorf("a has %d events, want 3", n)
		}
		if n := len(replay(t, s, b.Study, 0)); n != 5 {
			t.Errorf("b has %d events, want 5", n)
		}
	}},
	{"studies are listed in the order of creation", func(t *testing.T, open Opener) {
		s := open.handle(t)
		before := time.Now()
		for _, name := range []string{"z", "m", "a"} {
			appendTo(t, s, acquire(t, s, name), remarks(1, int64(len(name)+1))...)
		}
		infos, err := s.Studies(t.Context())
		if err != nil || len(infos) != 3 {
			t.Fatalf("Studies: %v, %v; want three", infos, err)
		}
		for i, name := range []string{"z", "m", "a"} {
			if infos[i].Study != name || infos[i].Seq != 2 {
				t.Errorf("place %d: %s with %d events, want %s with 2", i, infos[i].Study, infos[i].Seq, name)
			}
			if c := infos[i].Created; c.Before(before.Add(-time.Second)) || c.After(time.Now().Add(time.Second)) {
				t.Errorf("%s was created at %v, want now", name, c)
			}
		}
	}},
	{"an append at the wrong place writes nothing", func(t *testing.T, open Opener) {
		s := open.handle(t)
		l := acquire(t, s, "a")
		want := remarks(1, 5)
		appendTo(t, s, l, want...)
		for _, after := range []int64{0, 4, 6, 100} {
			if err := s.Append(t.Context(), l, after, remarks(after+1, after+2)); !errors.Is(err, store.ErrConflict) {
				t.Errorf("Append after %d of 5: %v, want ErrConflict", after, err)
			}
		}
		if err := s.Append(t.Context(), l, 4, nil); !errors.Is(err, store.ErrConflict) {
			t.Errorf("an empty Append after 4 of 5: %v, want ErrConflict", err)
		}
		if err := s.Append(t.Context(), l, 5, nil); err != nil {
			t.Errorf("an empty Append after 5 of 5: %v", err)
		}
		if d := Diff(want, replay(t, s, "a", 0)); d != "" {
			t.Error(d)
		}
	}},
	{"events must be numbered without gaps", func(t *testing.T, open Opener) {
		s := open.handle(t)
		l := acquire(t, s, "a")
		for name, events := range map[string][]study.Event{
			"one missing": append(remarks(1, 1), remarks(3, 3)...),
			"one twice":   append(remarks(1, 1), remarks(1, 1)...),
			"late start":  remarks(2, 2),
			"no body":     {{Seq: 1, Time: start}},
		} {
			if err := s.Append(t.Context(), l, 0, events); err == nil {
				t.Errorf("%s: no error", name)
			}
		}
		if n := len(replay(t, s, "a", 0)); n != 0 {
			t.Errorf("%d events were written, want none", n)
		}
	}},
	{"an unknown study is said to be unknown", func(t *testing.T, open Opener) {
		s := open.handle(t)
		acquire(t, s, "a")
		for e, err := range s.Replay(t.Context(), "b", 0) {
			if !errors.Is(err, store.ErrUnknownStudy) {
				t.Errorf("Replay: %v, %v, want ErrUnknownStudy", e, err)
			}
		}
		n := 0
		for _, err := range s.Points(t.Context(), "b", 0) {
			if n++; !errors.Is(err, store.ErrUnknownStudy) || n > 1 {
				t.Errorf("Points: %v, want ErrUnknownStudy, once", err)
			}
		}
		if n != 1 {
			t.Errorf("Points of an unknown study gave %d errors, want 1", n)
		}
	}},
	{"replay ends where the log ended when it began", func(t *testing.T, open Opener) {
		s := open.handle(t)
		l := acquire(t, s, "a")
		appendTo(t, s, l, remarks(1, 3)...)
		var got []study.Event
		for e, err := range s.Replay(t.Context(), "a", 0) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, e)
			if len(got) < 10 { // appending while reading must not block either
				appendTo(t, s, l, remarks(3+int64(len(got)), 3+int64(len(got)))...)
			}
		}
		if d := Diff(remarks(1, 3), got); d != "" {
			t.Error(d)
		}
	}},
	{"a reader may stop early", func(t *testing.T, open Opener) {
		s := open.handle(t)
		l := acquire(t, s, "a")
		appendTo(t, s, l, remarks(1, 2000)...)
		for range 20 { // more often than any pool has connections
			for range s.Replay(t.Context(), "a", 0) {
				break
			}
		}
		appendTo(t, s, l, remarks(2001, 2001)...)
	}},
	{"an ended context stops a reader and keeps a writer from writing", func(t *testing.T, open Opener) {
		s := open.handle(t)
		l := acquire(t, s, "a")
		appendTo(t, s, l, remarks(1, 3)...)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Append(ctx, l, 3, remarks(4, 4)); !errors.Is(err, context.Canceled) {
			t.Errorf("Append: %v, want context.Canceled", err)
		}
		for _, err := range s.Replay(ctx, "a", 0) {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("Replay: %v, want context.Canceled", err)
			}
		}
		if d := Diff(remarks(1, 3), replay(t, s, "a", 0)); d != "" {
			t.Error(d)
		}
	}},
	{"times come back to the nanosecond, in UTC, and none as none", func(t *testing.T, open Opener) {
		s := open.handle(t)
		l := acquire(t, s, "a")
		zone := time.FixedZone("somewhere", 5400)
		want := []time.Time{start.In(zone), {}, time.Unix(0, 0), time.Date(1969, 1, 1, 0, 0, 0, 1, zone), time.Now()}
		events := remarks(1, int64(len(want)))
		for i := range events {
			events[i].Time = want[i]
		}
		appendTo(t, s, l, events...)
		for i, e := range replay(t, s, "a", 0) {
			if !e.Time.Equal(want[i]) || e.Time.IsZero() != want[i].IsZero() || e.Time.Location() != time.UTC {
				t.Errorf("%v came back as %v", want[i], e.Time)
			}
		}
	}},
	{"a deleted study is gone, and its name is free", func(t *testing.T, open Opener) {
		s := open.handle(t)
		l := acquire(t, s, "a")
		appendTo(t, s, l, remarks(1, 3)...)
		if _, err := s.Post(t.Context(), "a", "stop", nil); err != nil {
			t.Fatal(err)
		}
		if err := s.Delete(t.Context(), l); err != nil {
			t.Fatalf("Delete: %v", err)
		}
		if infos, err := s.Studies(t.Context()); err != nil || len(infos) != 0 {
			t.Errorf("Studies: %v, %v; want none", infos, err)
		}
		for _, err := range s.Replay(t.Context(), "a", 0) {
			if !errors.Is(err, store.ErrUnknownStudy) {
				t.Errorf("Replay: %v, want ErrUnknownStudy", err)
			}
		}
		again := acquire(t, s, "a")
		if again.Fence <= l.Fence {
			t.Errorf("the new study's lease has fence %d, the old one's %d; want it to grow", again.Fence, l.Fence)
		}
		if err := s.Append(t.Context(), l, 0, remarks(1, 1)); !errors.Is(err, store.ErrFenced) {
			t.Errorf("Append under the lease on the deleted study: %v, want ErrFenced", err)
		}
		if err := s.Delete(t.Context(), l); !errors.Is(err, store.ErrFenced) {
			t.Errorf("Delete under the lease on the deleted study: %v, want ErrFenced", err)
		}
		if r, err := s.Requests(t.Context(), "a"); err != nil || len(r) != 0 {
			t.Errorf("Requests of the new study: %v, %v; want none", r, err)
		}
		healthy(t, s)
	}},
	{"a study deleted under a reader ends the reading", func(t *testing.T, open Opener) {
		s := open.handle(t)
		l := acquire(t, s, "a")
		appendTo(t, s, l, remarks(1, 5000)...)
		n := 0
		for e, err := range s.Replay(t.Context(), "a", 0) {
			if err != nil {
				if !errors.Is(err, store.ErrUnknownStudy) {
					t.Errorf("Replay of a deleted study: %v, want ErrUnknownStudy or the rest", err)
				}
				break
			}
			if n++; e.Seq != int64(n) {
				t.Fatalf("event %d in place %d", e.Seq, n)
			}
			if n == 1 {
				if err := s.Delete(t.Context(), l); err != nil {
					t.Fatal(err)
				}
			}
		}
	}},
}
