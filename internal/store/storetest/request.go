package storetest

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/internal/store"
)

var requestQuestions = []question{
	{"a request waits, is answered with events, and is gone from the list", func(t *testing.T, open Opener) {
		s := open.handle(t)
		l := acquire(t, s, "a")
		first := post(t, s, "a", "stop", `{"trial":3}`)
		second := post(t, s, "a", "enqueue", "")
		if second <= first {
			t.Errorf("request %d follows %d, want rising numbers", second, first)
		}
		got := requests(t, s, "a")
		if len(got) != 2 || got[0].ID != first || got[0].Kind != "stop" || string(got[0].Body) != `{"trial":3}` ||
			got[1].ID != second || len(got[1].Body) != 0 {
			t.Fatalf("Requests: %v, want the two, oldest first", got)
		}
		if age := time.Since(got[0].At); age < -time.Second || age > time.Minute {
			t.Errorf("posted at %v, want now", got[0].At)
		}
		if a, ok, err := s.Answer(t.Context(), "a", first); ok || err != nil {
			t.Errorf("Answer before there is one: %v, %v, %v", a, ok, err)
		}
		want := store.Answer{ID: first, Text: "trial 3 is being stopped"}
		denied := store.Answer{ID: second, Error: "no"}
		if err := s.Append(t.Context(), l, 0, remarks(1, 1), want, denied); err != nil {
			t.Fatal(err)
		}
		for _, want := range []store.Answer{want, denied} {
			if a, ok, err := s.Answer(t.Context(), "a", want.ID); a != want || !ok || err != nil {
				t.Errorf("Answer: %v, %v, %v; want %v", a, ok, err, want)
			}
		}
		if got := requests(t, s, "a"); len(got) != 0 {
			t.Errorf("Requests: %v, want none left", got)
		}
		if ok, err := s.Withdraw(t.Context(), "a", first); ok || err != nil {
			t.Errorf("Withdraw of an answered request: %v, %v; want false", ok, err)
		}
	}},
	{"an answer is written if the events are", func(t *testing.T, open Opener) {
		s := open.handle(t)
		l := acquire(t, s, "a")
		id := post(t, s, "a", "stop", `{}`)
		if err := s.Append(t.Context(), l, 7, remarks(8, 8), store.Answer{ID: id}); !errors.Is(err, store.ErrConflict) {
			t.Fatalf("Append: %v, want ErrConflict", err)
		}
		if a, ok, err := s.Answer(t.Context(), "a", id); ok || err != nil {
			t.Errorf("Answer: %v, %v, %v; want none", a, ok, err)
		}
		if err := s.Append(t.Context(), l, 0, nil, store.Answer{ID: id}); err != nil {
			t.Fatalf("Append of an answer alone: %v", err)
		}
		if _, ok, err := s.Answer(t.Context(), "a", id); !ok || err != nil {
			t.Errorf("Answer: %v, %v; want one", ok, err)
		}
	}},
	{"a request that was withdrawn is not answered", func(t *testing.T, open Opener) {
		s := open.handle(t)
		l := acquire(t, s, "a")
		id := post(t, s, "a", "stop", `{}`)
		if ok, err := s.Withdraw(t.Context(), "a", id); !ok || err != nil {
			t.Fatalf("Withdraw: %v, %v", ok, err)
		}
		if ok, err := s.Withdraw(t.Context(), "a", id); ok || err != nil {
			t.Errorf("Withdraw again: %v, %v; want false", ok, err)
		}
		if err := s.Append(t.Context(), l, 0, remarks(1, 1), store.Answer{ID: id}, store.Answer{ID: 1 << 40}); err != nil {
			t.Errorf("Append with answers to requests that are not there: %v, want them dropped", err)
		}
		if _, ok, err := s.Answer(t.Context(), "a", id); ok || err != nil {
			t.Errorf("Answer: %v, %v; want none", ok, err)
		}
	}},
	{"the first answer stands", func(t *testing.T, open Opener) {
		s := open.handle(t)
		l := acquire(t, s, "a")
		id := post(t, s, "a", "stop", `{}`)
		for _, text := range []string{"first", "second"} {
			if err := s.Append(t.Context(), l, 0, nil, store.Answer{ID: id, Text: text}); err != nil {
				t.Fatal(err)
			}
		}
		if a, _, err := s.Answer(t.Context(), "a", id); a.Text != "first" || err != nil {
			t.Errorf("Answer: %v, %v; want the first", a, err)
		}
	}},
	{"requests belong to one study, which must be there", func(t *testing.T, open Opener) {
		s := open.handle(t)
		acquire(t, s, "a")
		b := acquire(t, s, "b")
		id := post(t, s, "a", "stop", `{}`)
		if got := requests(t, s, "b"); len(got) != 0 {
			t.Errorf("b has %v, want none", got)
		}
		if err := s.Append(t.Context(), b, 0, nil, store.Answer{ID: id}); err != nil {
			t.Fatal(err)
		}
		if ok, err := s.Withdraw(t.Context(), "b", id); ok || err != nil {
			t.Errorf("Withdraw by another study: %v, %v; want false", ok, err)
		}
		if got := requests(t, s, "a"); len(got) != 1 {
			t.Errorf("a has %v, want its request, neither answered nor withdrawn through b", got)
		}
		ctx := t.Context()
		_, post := s.Post(ctx, "c", "stop", json.RawMessage(`{}`))
		_, list := s.Requests(ctx, "c")
		_, _, answer := s.Answer(ctx, "c", id)
		_, withdraw := s.Withdraw(ctx, "c", id)
		for name, err := range map[string]error{"Post": post, "Requests": list, "Answer": answer, "Withdraw": withdraw} {
			if !errors.Is(err, store.ErrUnknownStudy) {
				t.Errorf("%s: %v, want ErrUnknownStudy", name, err)
			}
		}
	}},
}

func post(t testing.TB, s store.Store, name, kind, body string) int64 {
	t.Helper()
	var raw json.RawMessage
	if body != "" {
		raw = json.RawMessage(body)
	}
	id, err := s.Post(t.Context(), name, kind, raw)
	if err != nil {
		t.Fatalf("Post: %v", err)
	}
	return id
}

func requests(t testing.TB, s store.Store, name string) []store.Request {
	t.Helper()
	got, err := s.Requests(t.Context(), name)
	if err != nil {
		t.Fatalf("Requests: %v", err)
	}
	return got
}
