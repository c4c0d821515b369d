package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/internal/store"
)

var leaseQuestions = []question{
	{"who holds a study is told, to others and in the list", func(t *testing.T, open Opener) {
		s := open.handle(t)
		before := time.Now().Add(-time.Second)
		acquire(t, s, "a")
		var held *store.HeldError
		if _, err := s.Acquire(t.Context(), "a", Me(t), ttl); !errors.As(err, &held) {
			t.Fatalf("a second Acquire, by the same process: %v, want a HeldError", err)
		}
		infos, err := s.Studies(t.Context())
		if err != nil || len(infos) != 1 || infos[0].Holder == nil {
			t.Fatalf("Studies: %v, %v; want one that is held", infos, err)
		}
		if held.Study != "a" || held.Holder != Me(t) || *infos[0].Holder != Me(t) {
			t.Errorf("held by %v, listed as held by %v; want %v", held.Holder, *infos[0].Holder, Me(t))
		}
		for _, since := range []time.Time{held.Since, infos[0].Since} {
			if since.Before(before) || since.After(time.Now().Add(time.Second)) {
				t.Errorf("held since %v, want now", since)
			}
		}
		if !held.Expires.Equal(held.Since.Add(ttl)) || !infos[0].Expires.Equal(held.Expires) {
			t.Errorf("the lease ends at %v, listed as %v; want %v", held.Expires, infos[0].Expires, held.Since.Add(ttl))
		}
	}},
	{"a holder is replaced at once only if it is surely dead", func(t *testing.T, open Opener) {
		for _, c := range []struct {
			name     string
			change   func(h *store.Holder)
			replaced bool
		}{
			{"this process", func(*store.Holder) {}, false},
			{"an earlier process with this one's number", func(h *store.Holder) { h.Started-- }, true},
			{"an earlier boot of this host", func(h *store.Holder) { h.Boot = "another boot/pid:[1]" }, true},
			{"another host", func(h *store.Holder) { h.Host, h.Boot = "elsewhere", "another boot/pid:[1]" }, false},
			{"one that can't say which boot it is of", func(h *store.Holder) { h.Boot = "" }, false},
		} {
			t.Run(c.name, func(t *testing.T) {
				s := open.handle(t)
				h := Me(t)
				c.change(&h)
				old, err := s.Acquire(t.Context(), c.name, h, ttl)
				if err != nil {
					t.Fatal(err)
				}
				l, err := s.Acquire(t.Context(), c.name, Me(t), ttl)
				var held *store.HeldError
				switch {
				case !c.replaced && !errors.As(err, &held):
					t.Errorf("Acquire: %v, want a HeldError", err)
				case c.replaced && err != nil:
					t.Errorf("Acquire: %v, want the lease", err)
				case c.replaced && l.Fence <= old.Fence:
					t.Errorf("fence %d follows %d, want it to grow", l.Fence, old.Fence)
				}
			})
		}
	}},
	{"an expired lease can be taken, and what was written under it stays", func(t *testing.T, open Opener) {
		Expiry(t, open.handle(t))
	}},
	{"a lease that nobody took still writes and can be renewed after its end", func(t *testing.T, open Opener) {
		s := open.handle(t)
		l, err := s.Acquire(t.Context(), "a", Me(t), -time.Second)
		if err != nil {
			t.Fatal(err)
		}
		appendTo(t, s, l, remarks(1, 2)...)
		if err := s.Renew(t.Context(), l, ttl); err != nil {
			t.Fatalf("Renew: %v", err)
		}
		var held *store.HeldError
		if _, err := s.Acquire(t.Context(), "a", Me(t), ttl); !errors.As(err, &held) {
			t.Errorf("Acquire after Renew: %v, want a HeldError", err)
		}
		if left := time.Until(held.Expires); left < ttl-time.Minute || left > ttl+time.Minute {
			t.Errorf("renewed for %v, it ends in %v", ttl, left)
		}
	}},
	{"a lost lease does nothing any more", func(t *testing.T, open Opener) {
		for _, lose := range []struct {
			name string
			how  func(t *testing.T, s store.Store, l store.Lease) store.Lease
		}{
			{"taken by another", func(t *testing.T, s store.Store, l store.Lease) store.Lease {
				if err := s.Renew(t.Context(), l, -time.Second); err != nil {
					t.Fatal(err)
				}
				return acquire(t, s, l.Study)
			}},
			{"given back and taken again", func(t *testing.T, s store.Store, l store.Lease) store.Lease {
				if err := s.Release(t.Context(), l); err != nil {
					t.Fatal(err)
				}
				return acquire(t, s, l.Study)
			}},
		} {
			t.Run(lose.name, func(t *testing.T) {
				s := open.handle(t)
				old := acquire(t, s, lose.name)
				appendTo(t, s, old, remarks(1, 3)...)
				l := lose.how(t, s, old)
				ctx := t.Context()
				for name, err := range map[string]error{
					"Append": s.Append(ctx, old, 3, remarks(4, 4)),
					"Renew":  s.Renew(ctx, old, ttl),
					"Delete": s.Delete(ctx, old),
				} {
					if !errors.Is(err, store.ErrFenced) {
						t.Errorf("%s: %v, want ErrFenced", name, err)
					}
				}
				if err := s.Release(ctx, old); err != nil {
					t.Errorf("Release: %v, want nothing", err)
				}
				appendTo(t, s, l, remarks(4, 5)...)
				if d := Diff(remarks(1, 5), replay(t, s, l.Study, 0)); d != "" {
					t.Error(d)
				}
			})
		}
	}},
	{"a lease on one study is none on another", func(t *testing.T, open Opener) {
		s := open.handle(t)
		a, b := acquire(t, s, "a"), acquire(t, s, "b")
		if a.Fence == b.Fence {
			t.Errorf("both leases have fence %d", a.Fence)
		}
		a.Study = "b"
		if err := s.Append(t.Context(), a, 0, remarks(1, 1)); !errors.Is(err, store.ErrFenced) {
			t.Errorf("Append to b under the lease on a: %v, want ErrFenced", err)
		}
	}},
	{"a study nothing was written to goes with its lease", func(t *testing.T, open Opener) {
		s := open.handle(t)
		empty, kept := acquire(t, s, "empty"), acquire(t, s, "kept")
		appendTo(t, s, kept, remarks(1, 1)...)
		for _, l := range []store.Lease{empty, kept, empty} { // the last time for nothing
			if err := s.Release(t.Context(), l); err != nil {
				t.Errorf("Release(%s): %v", l.Study, err)
			}
		}
		infos, err := s.Studies(t.Context())
		if err != nil || len(infos) != 1 || infos[0].Study != "kept" || infos[0].Holder != nil {
			t.Errorf("Studies: %v, %v; want kept alone, held by nobody", infos, err)
		}
	}},
}

// Expiry asks what happens when a lease ends: it is called in virtual time too.
func Expiry(t testing.TB, s store.Store) {
	t.Helper()
	const short = 200 * time.Millisecond
	elsewhere := store.Holder{Host: "elsewhere", Boot: "unknown", PID: 1, What: "storetest"}
	began := time.Now()
	old, err := s.Acquire(t.Context(), "a", elsewhere, short)
	if err != nil {
		t.Fatal(err)
	}
	appendTo(t, s, old, remarks(1, 3)...)
	var l store.Lease
	for {
		asked := time.Now()
		l, err = s.Acquire(t.Context(), "a", Me(t), ttl)
		if err == nil {
			break
		}
		var held *store.HeldError
		if !errors.As(err, &held) || held.Holder != elsewhere {
			t.Fatalf("Acquire: %v, want a HeldError about %v", err, elsewhere)
		}
		if asked.After(held.Expires) {
			t.Fatalf("refused %v after the lease had ended", asked.Sub(held.Expires))
		}
		time.Sleep(10 * time.Millisecond)
	}
	if took := time.Since(began); took < short {
		t.Errorf("the lease was taken after %v of its %v", took, short)
	}
	if err := s.Append(t.Context(), old, 3, remarks(4, 4)); !errors.Is(err, store.ErrFenced) {
		t.Errorf("Append under the lease that has ended: %v, want ErrFenced", err)
	}
	appendTo(t, s, l, remarks(4, 4)...)
	if d := Diff(remarks(1, 4), replay(t, s, "a", 0)); d != "" {
		t.Error(d)
	}
}
