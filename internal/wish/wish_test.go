package wish

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/session"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/store/memory"
	"github.com/danlu-ml/danlu/internal/study"
)

func testSpace(t *testing.T) *space.Space {
	t.Helper()
	s, err := space.New([]space.Param{
		{Name: "lr", Domain: space.Float{Low: 1e-5, High: 1, Log: true}, Default: space.FloatValue(0.1)},
		{Name: "batch", Domain: space.Choice{Values: []space.Value{space.IntValue(32), space.IntValue(64)}}},
		{Name: "layers", Domain: space.Choice{Values: []space.Value{space.StringValue("1"), space.StringValue("2")}}},
		{Name: "bias", Domain: space.Choice{Values: []space.Value{space.BoolValue(false), space.BoolValue(true)}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// driven is a study that somebody holds.
func driven(t *testing.T) (store.Store, *session.Session) {
	t.Helper()
	st := memory.New()
	s, err := session.Open(t.Context(), st, "s", session.Me("danlu tune"), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	def := &study.Definition{
		Name: "s", Objectives: []study.Objective{{Metric: "loss"}}, Space: testSpace(t), Seed: 1,
		Sampler: study.Algorithm{Name: "random"}, Scheduler: study.Algorithm{Name: "none"},
	}
	if _, err := s.Begin(t.Context(), def, study.Provenance{}); err != nil {
		t.Fatal(err)
	}
	return st, s
}

// answer is a driver's side of a request: it grants the first one it sees.
func answer(ctx context.Context, t *testing.T, st store.Store, s *session.Session) {
	for {
		rs, err := st.Requests(ctx, "s")
		if err != nil {
			t.Error(err)
			return
		}
		if len(rs) > 0 {
			text, err := s.Engine.Request(rs[0].Kind, rs[0].Body)
			a := store.Answer{ID: rs[0].ID, Text: text}
			if err != nil {
				a.Error = err.Error()
			}
			if err := s.Commit(ctx, a); err != nil {
				t.Error(err)
			}
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func note(text string) engine.NoteRequest { return engine.NoteRequest{Text: text} }

func notes(t *testing.T, st store.Store) []string {
	t.Helper()
	v, err := locate.View(context.Background(), st, "s")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, n := range v.Notes {
		all = append(all, n.Text)
	}
	return all
}

func TestADriverGrantsARequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, s := driven(t)
		go answer(t.Context(), t, st, s)
		out, err := Make(t.Context(), st, "s", "danlu note", engine.RequestNote, note("hello"))
		if err != nil || out.Text != "noted" || out.Driver == nil || out.Driver.What != "danlu tune" || out.Left {
			t.Errorf("got %+v, %v", out, err)
		}
		if d := cmp.Diff([]string{"hello"}, notes(t, st)); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
	})
}

func TestADriversRefusalIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, s := driven(t)
		go answer(t.Context(), t, st, s)
		_, err := Make(t.Context(), st, "s", "danlu retry", engine.RequestRetry, engine.RetryRequest{Trial: 7})
		if err == nil || !strings.Contains(err.Error(), "no trial 7") {
			t.Errorf("got %v", err)
		}
	})
}

func TestWithoutADriverTheLogIsWrittenHere(t *testing.T) {
	st, s := driven(t)
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	out, err := Make(t.Context(), st, "s", "danlu note", engine.RequestNote, note("hello"))
	if err != nil || out.Driver != nil {
		t.Errorf("got %+v, %v", out, err)
	}
	if d := cmp.Diff([]string{"hello"}, notes(t, st)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	again, err := session.Open(t.Context(), st, "s", session.Me("danlu tune"), engine.Options{})
	if err != nil {
		t.Fatalf("the lease was not given back: %v", err)
	}
	if err := again.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestADriverThatLeavesMeanwhileIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, s := driven(t)
		go func() {
			time.Sleep(2 * time.Second)
			if err := s.Close(t.Context()); err != nil {
				t.Error(err)
			}
		}()
		out, err := Make(t.Context(), st, "s", "danlu note", engine.RequestNote, note("hello"))
		if err != nil || out.Driver != nil {
			t.Errorf("got %+v, %v", out, err)
		}
		if d := cmp.Diff([]string{"hello"}, notes(t, st)); d != "" {
			t.Errorf("noted once (-want +got):\n%s", d)
		}
	})
}

func TestADriverThatDoesNotAnswerIsLeftTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, _ := driven(t)
		out, err := Make(t.Context(), st, "s", "danlu note", engine.RequestNote, note("hello"))
		if err != nil || !out.Left || !strings.Contains(out.Text, "has not answered within 10s") {
			t.Errorf("got %+v, %v", out, err)
		}
		if rs, err := st.Requests(t.Context(), "s"); err != nil || len(rs) != 1 {
			t.Errorf("%d requests left, %v", len(rs), err)
		}
	})
}

func TestAPersonWhoLeavesTakesTheRequestBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, _ := driven(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := Make(ctx, st, "s", "danlu note", engine.RequestNote, note("hello"))
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if rs, err := st.Requests(t.Context(), "s"); err != nil || len(rs) != 0 {
			t.Errorf("%d requests left, %v", len(rs), err)
		}
	})
}

func TestAStudyThatIsNotThereIsNotMade(t *testing.T) {
	st := memory.New()
	_, err := Make(t.Context(), st, "s", "danlu note", engine.RequestNote, note("hello"))
	if !errors.Is(err, store.ErrUnknownStudy) {
		t.Errorf("got %v", err)
	}
	if infos, err := st.Studies(t.Context()); err != nil || len(infos) != 0 {
		t.Errorf("the store has %d studies, %v", len(infos), err)
	}
}

func TestParametersTakeTheirDomainsKind(t *testing.T) {
	s := testSpace(t)
	for _, tc := range []struct {
		pairs string
		want  space.Values
		err   string
	}{
		{pairs: "lr=1e-3 batch=64", want: space.Values{"lr": space.FloatValue(1e-3), "batch": space.IntValue(64)}},
		{pairs: "lr=1", want: space.Values{"lr": space.FloatValue(1)}},
		{pairs: "batch=64.0", want: space.Values{"batch": space.IntValue(64)}},
		{pairs: "layers=2 bias=true", want: space.Values{"layers": space.StringValue("2"), "bias": space.BoolValue(true)}},
		{pairs: "lr=nan", err: "lr can't be"},
		{pairs: "batch=48", err: "batch can't be 48"},
		{pairs: "bias=yes", err: "bias can't be yes"},
		{pairs: "=3", err: "is not a parameter"},
		{pairs: "lr=1 lr=1", err: "twice"},
	} {
		got, err := Params(s, strings.Fields(tc.pairs))
		switch {
		case tc.err != "":
			if err == nil || !strings.Contains(err.Error(), tc.err) {
				t.Errorf("%s: got %v, %v; want an error with %q", tc.pairs, got, err, tc.err)
			}
		case err != nil:
			t.Errorf("%s: %v", tc.pairs, err)
		default:
			if d := cmp.Diff(tc.want, got, cmp.AllowUnexported(space.Value{})); d != "" {
				t.Errorf("%s (-want +got):\n%s", tc.pairs, d)
			}
		}
	}
}
