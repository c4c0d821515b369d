package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/danlu-ml/danlu/internal/store"
)

var handleQuestions = []question{
	{"what one handle writes the others see at once", func(t *testing.T, open Opener) {
		a, b := open.handle(t), open.handle(t)
		l := acquire(t, a, "a")
		if err := b.Append(t.Context(), l, 0, remarks(1, 2)); err != nil {
			t.Fatalf("Append through another handle under the same lease: %v", err)
		}
		appendTo(t, a, l, remarks(3, 3)...)
		if err := b.Append(t.Context(), l, 2, remarks(3, 3)); !errors.Is(err, store.ErrConflict) {
			t.Errorf("Append after what the other handle wrote: %v, want ErrConflict", err)
		}
		if d := Diff(remarks(1, 3), replay(t, b, "a", 0)); d != "" {
			t.Error(d)
		}
		var held *store.HeldError
		if _, err := b.Acquire(t.Context(), "a", Me(t), ttl); !errors.As(err, &held) {
			t.Errorf("Acquire through the other handle: %v, want a HeldError", err)
		}
		id := post(t, b, "a", "stop", `{}`)
		if got := requests(t, a, "a"); len(got) != 1 || got[0].ID != id {
			t.Errorf("Requests: %v, want request %d, posted through the other handle", got, id)
		}
	}},
	{"the version changes with everything written, through any handle, and with nothing else", func(t *testing.T, open Opener) {
		a, b := open.handle(t), open.handle(t)
		version := func() [2]int64 {
			va, err := a.Version(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			vb, err := b.Version(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return [2]int64{va, vb}
		}
		last := version()
		changed := func(what string, want bool) {
			t.Helper()
			now := version()
			if (now[0] != last[0]) != want || (now[1] != last[1]) != want {
				t.Errorf("%s: versions %v become %v; want a change: %v", what, last, now, want)
			}
			last = now
		}
		changed("nothing", false)
		l := acquire(t, a, "a")
		changed("a lease", true)
		appendTo(t, a, l, remarks(1, 2)...)
		changed("an append", true)
		replay(t, a, "a", 0)
		requests(t, b, "a")
		changed("reading", false)
		post(t, b, "a", "stop", `{}`)
		changed("a request", true)
	}},
	{"a lease outlives its handle", func(t *testing.T, open Opener) {
		a := open(t)
		l := acquire(t, a, "a")
		appendTo(t, a, l, remarks(1, 3)...)
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		b := open.handle(t)
		var held *store.HeldError
		if _, err := b.Acquire(t.Context(), "a", Me(t), ttl); !errors.As(err, &held) {
			t.Errorf("Acquire: %v, want a HeldError", err)
		}
		appendTo(t, b, l, remarks(4, 4)...)
		if d := Diff(remarks(1, 4), replay(t, b, "a", 0)); d != "" {
			t.Error(d)
		}
		healthy(t, b)
	}},
	{"a closed handle fails, and can be closed again", func(t *testing.T, open Opener) {
		s := open(t)
		l := acquire(t, s, "a")
		for range 2 {
			if err := s.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		}
		ctx := t.Context()
		_, acquire := s.Acquire(ctx, "b", Me(t), ttl)
		_, studies := s.Studies(ctx)
		_, post := s.Post(ctx, "a", "stop", nil)
		_, version := s.Version(ctx)
		_, check := s.Check(ctx)
		for name, err := range map[string]error{
			"Append": s.Append(ctx, l, 0, remarks(1, 1)), "Renew": s.Renew(ctx, l, ttl), "Acquire": acquire,
			"Studies": studies, "Post": post, "Version": version, "Check": check,
		} {
			if err == nil {
				t.Errorf("%s of a closed store: no error", name)
			}
		}
		for _, err := range s.Replay(ctx, "a", 0) {
			if err == nil {
				t.Error("Replay of a closed store: no error")
			}
		}
	}},
	{"of goroutines that append to one place, one wins", func(t *testing.T, open Opener) {
		handles := []store.Store{open.handle(t), open.handle(t)}
		l := acquire(t, handles[0], "a")
		const goroutines, rounds = 8, 20
		var wins atomic.Int64
		var wg sync.WaitGroup
		for g := range goroutines {
			s := handles[g%2]
			wg.Go(func() {
				for after := int64(0); after < rounds; {
					err := s.Append(context.Background(), l, after, remarks(after+1, after+1))
					switch {
					case err == nil:
						wins.Add(1)
						after++
					case errors.Is(err, store.ErrConflict):
						after++ // somebody else wrote that one
					default:
						t.Errorf("Append after %d: %v", after, err)
						return
					}
				}
			})
		}
		wg.Wait()
		if wins.Load() != rounds {
			t.Errorf("%d appends won, want %d", wins.Load(), rounds)
		}
		if d := Diff(remarks(1, rounds), replay(t, handles[0], "a", 0)); d != "" {
			t.Error(d)
		}
		healthy(t, handles[0])
	}},
	{"writers of several studies do not spoil each other's appends", func(t *testing.T, open Opener) {
		s := open.handle(t)
		var wg sync.WaitGroup
		for g := range 6 {
			l := acquire(t, s, fmt.Sprint("study ", g))
			wg.Go(func() {
				for n := int64(0); n < 20; n++ {
					if err := s.Append(context.Background(), l, n, remarks(n+1, n+1)); err != nil {
						t.Errorf("Append after %d: %v", n, err)
						return
					}
					if err := s.Append(context.Background(), l, n+9, remarks(n+10, n+10)); !errors.Is(err, store.ErrConflict) {
						t.Errorf("Append after %d of %d: %v, want ErrConflict", n+9, n+1, err)
					}
				}
			})
		}
		wg.Wait()
		for g := range 6 {
			if d := Diff(remarks(1, 20), replay(t, s, fmt.Sprint("study ", g), 0)); d != "" {
				t.Errorf("study %d: %s", g, d)
			}
		}
	}},
	{"readers and a writer do not wait for each other's end", func(t *testing.T, open Opener) {
		s := open.handle(t)
		l := acquire(t, s, "a")
		appendTo(t, s, l, remarks(1, 50)...)
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				for ctx.Err() == nil {
					var last int64
					for e, err := range s.Replay(context.Background(), "a", 0) {
						if err != nil || e.Seq != last+1 {
							t.Errorf("event %d after %d, %v", e.Seq, last, err)
							return
						}
						last = e.Seq
					}
					if last < 50 {
						t.Errorf("replay ended at %d, want 50 at least", last)
					}
				}
			})
		}
		for n := int64(50); n < 100; n++ {
			appendTo(t, s, l, remarks(n+1, n+1)...)
		}
		stop()
		wg.Wait()
	}},
	{"handles come and go while another writes", func(t *testing.T, open Opener) {
		s := open.handle(t)
		l := acquire(t, s, "a")
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				for ctx.Err() == nil {
					other := open(t)
					if _, err := other.Post(context.Background(), "a", "stop", nil); err != nil {
						t.Errorf("Post: %v", err)
					}
					if _, err := other.Studies(context.Background()); err != nil {
						t.Errorf("Studies: %v", err)
					}
					if err := other.Close(); err != nil {
						t.Errorf("Close: %v", err)
					}
				}
			})
		}
		for n := int64(0); n < 50; n++ {
			appendTo(t, s, l, remarks(n+1, n+1)...)
		}
		stop()
		wg.Wait()
		if d := Diff(remarks(1, 50), replay(t, s, "a", 0)); d != "" {
			t.Error(d)
		}
		healthy(t, s)
	}},
}
