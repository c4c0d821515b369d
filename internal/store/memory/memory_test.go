package memory_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/store/memory"
	"github.com/danlu-ml/danlu/internal/store/storetest"
	"github.com/danlu-ml/danlu/internal/study"
)

func TestStoreKeepsItsPromises(t *testing.T) {
	storetest.Run(t, func(*testing.T) storetest.Opener {
		s := memory.New()
		return func(testing.TB) store.Store { return s.Again() }
	})
}

func TestLeaseEndsInVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		storetest.Expiry(t, memory.New())
	})
}

func TestCrashesCanBeMadeUp(t *testing.T) {
	crash := errors.New("crash")
	for _, c := range []struct {
		name    string
		options func(fail func() error) memory.Options
		written int64
	}{
		{"before an append", func(fail func() error) memory.Options {
			return memory.Options{BeforeAppend: func(string, int64, []study.Event) error { return fail() }}
		}, 0},
		{"after an append", func(fail func() error) memory.Options {
			return memory.Options{AfterAppend: func(string, int64, []study.Event) error { return fail() }}
		}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			calls := 0
			s := memory.With(c.options(func() error { calls++; return crash }))
			l, err := s.Acquire(t.Context(), "a", storetest.Me(t), 1e9)
			if err != nil {
				t.Fatal(err)
			}
			event := []study.Event{{Seq: 1, Body: study.Noted{By: "test", Text: "x"}}}
			if err := s.Append(t.Context(), l, 0, event); !errors.Is(err, crash) {
				t.Errorf("Append: %v, want the crash", err)
			}
			infos, err := s.Studies(t.Context())
			if err != nil || infos[0].Seq != c.written {
				t.Errorf("the log ends at event %d, %v; want %d", infos[0].Seq, err, c.written)
			}
			if err := s.Append(t.Context(), l, 9, nil); !errors.Is(err, store.ErrConflict) || calls != 1 {
				t.Errorf("an append that is refused anyway: %v after %d calls; want ErrConflict after 1", err, calls)
			}
		})
	}
}

func TestSimulatedDriversDieByOption(t *testing.T) {
	s := memory.With(memory.Options{Dead: func(h store.Holder) bool { return h.What == "dead" }})
	for _, what := range []string{"dead", "alive"} {
		if _, err := s.Acquire(t.Context(), "a", store.Holder{What: what}, 1e18); err != nil {
			t.Errorf("Acquire by %q: %v", what, err)
		}
	}
	var held *store.HeldError
	if _, err := s.Acquire(t.Context(), "a", store.Holder{}, 1e18); !errors.As(err, &held) || held.Holder.What != "alive" {
		t.Errorf("Acquire from one that lives: %v, want a HeldError", err)
	}
}

func BenchmarkAppend(b *testing.B) {
	s := memory.New()
	l, err := s.Acquire(b.Context(), "a", store.Holder{}, 1e18)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	after := int64(0)
	for b.Loop() {
		err := s.Append(b.Context(), l, after, []study.Event{{Seq: after + 1, Body: study.Points{Trial: 1, Attempt: 1}}})
		if err != nil {
			b.Fatal(err)
		}
		after++
	}
}
