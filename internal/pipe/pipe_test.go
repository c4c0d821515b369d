package pipe_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/pipe"
	"github.com/danlu-ml/danlu/internal/session"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/store/memory"
	"github.com/danlu-ml/danlu/internal/study"
)

func definition(tb testing.TB, trials int) *study.Definition {
	tb.Helper()
	sp, err := space.New([]space.Param{
		{Name: "lr", Domain: space.Float{Low: 1e-5, High: 1e-1, Log: true}, Default: space.FloatValue(1e-3)},
		{Name: "width", Domain: space.Int{Low: 8, High: 256, Log: true}},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return &study.Definition{
		Name: "p", Objectives: []study.Objective{{Metric: "loss"}}, Space: sp, Seed: 1,
		Fidelity: study.Fidelity{Max: 3}, Budget: study.Budget{Trials: trials},
		Sampler: study.Algorithm{Name: "random"}, Scheduler: study.Algorithm{Name: "none"},
	}
}

// serve answers all of input at once.
func serve(t *testing.T, st store.Store, trials int, input string) []string {
	t.Helper()
	ctx := context.Background()
	s, err := session.Open(ctx, st, "p", session.Me("a test"), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(ctx)
	if _, err := s.Begin(ctx, definition(t, trials), study.Provenance{}); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := pipe.Serve(ctx, s, strings.NewReader(input), &out); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

func TestAConversation(t *testing.T) {
	st := memory.New()
	got := serve(t, st, 2, `{"ask":3}
{"report":0,"step":1,"values":{"loss":0.5}}
{"report":0,"step":1,"values":{"loss":0.1}}
{"report":0,"step":3,"values":{"loss":0.4}}
{"tell":0,"state":"completed"}
{"tell":0,"state":"completed"}
{"report":1,"step":1,"values":{"loss":"nan"},"params":{"lr":0.5}}
{"tell":1,"state":"diverged"}
{"best":true}
{"ask":1}

{"frobnicate":1}
not JSON
{"report":9,"step":1,"values":{"loss":1}}
{"ask":0}
{"ask":1,"best":true}
{"ask":1.5}
{"tell":1,"state":"completed","params":{"extra":1}}
`)
	want := []string{
		`{"trial":0,"params":{"lr":0.001,"width":`,
		`{"trial":1,"params":{"lr":`,
		`{"trial":null,"reason":"budget"}`,
		`{"trial":0,"decision":"continue"}`,
		`{"trial":0,"decision":"continue"}`,
		`{"trial":0,"decision":"continue"}`,
		`{"ok":true}`,
		`{"error":"trial 0 has ended already: completed"}`,
		`{"trial":1,"decision":"stop"}`,
		`{"ok":true}`,
		`{"best":{"trial":0,"params":{"lr":0.001,"width":`,
		`{"trial":null,"reason":"budget"}`,
		`{"error":"`,
		`{"error":"`,
		`{"error":"there is no trial 9"}`,
		`{"error":"ask for 1 to`,
		`{"error":"the line can't be read: it asks for more than one thing`,
		`{"error":"the line can't be read: ask can't be a number 1.5`,
		`{"error":"extra is not a parameter of this study; it has lr, width"}`,
	}
	if len(got) != len(want) {
		t.Fatalf("%d answers, want %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("answer %d is %s, want %s…", i, got[i], want[i])
		}
	}
	var best struct {
		Best struct{ Values map[string]float64 }
	}
	if err := json.Unmarshal([]byte(got[10]), &best); err != nil || best.Best.Values["loss"] != 0.4 {
		t.Errorf("the best is %s (%v): the second value for a step must not count", got[10], err)
	}
	var first map[string]any
	if err := json.Unmarshal([]byte(got[0]), &first); err != nil {
		t.Fatal(err)
	}
	if first["from_step"] != 0.0 || first["to_step"] != 3.0 || first["resume"] != nil || first["seed"] == nil {
		t.Errorf("the first trial is offered as %s", got[0])
	}
}

func TestRunningTrialsAreOfferedAgain(t *testing.T) {
	st := memory.New()
	one := serve(t, st, 5, "{\"ask\":2}\n{\"report\":0,\"step\":1,\"values\":{\"loss\":1}}\n")
	two := serve(t, st, 5, "{\"ask\":3}\n")
	if one[0] != two[0] || one[1] != two[1] || !strings.HasPrefix(two[2], `{"trial":2,`) {
		t.Errorf("first client:\n%s\nsecond client:\n%s", strings.Join(one, "\n"), strings.Join(two, "\n"))
	}
}

func TestTrialsAreTheObjectsOfExport(t *testing.T) {
	st := memory.New()
	got := serve(t, st, 5, `{"trials":true}
{"ask":2}
{"tell":0,"state":"completed","values":{"loss":0.5}}
{"trials":true}
{"trials":false}
`)
	if got[0] != `{"trials":[]}` {
		t.Errorf("before the first ask: %s", got[0])
	}
	type row struct {
		Trial  int
		State  string
		Values map[string]float64
	}
	var answer struct{ Trials []row }
	if err := json.Unmarshal([]byte(got[4]), &answer); err != nil {
		t.Fatalf("%s: %v", got[4], err)
	}
	want := []row{{0, "completed", map[string]float64{"loss": 0.5}}, {1, "running", map[string]float64{}}}
	if d := cmp.Diff(want, answer.Trials); d != "" {
		t.Errorf("trials (-want +got):\n%s", d)
	}
	if !strings.HasPrefix(got[5], `{"error":`) {
		t.Errorf("trials that are not wanted: %s", got[5])
	}
}

// BenchmarkTrial is the cost of a trial with ten reports through the pipe, each
// line answered before the next is sent, nothing kept.
func BenchmarkTrial(b *testing.B) {
	ctx := context.Background()
	s, err := session.Open(ctx, memory.New(), "p", session.Me("a benchmark"), engine.Options{})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := s.Begin(ctx, definition(b, 0), study.Provenance{}); err != nil {
		b.Fatal(err)
	}
	in, toPipe := io.Pipe()
	fromPipe, out := io.Pipe()
	served := make(chan error, 1)
	go func() { served <- pipe.Serve(ctx, s, in, out) }()
	answers := bufio.NewReader(fromPipe)
	say := func(format string, args ...any) []byte {
		fmt.Fprintf(toPipe, format+"\n", args...)
		line, err := answers.ReadSlice('\n')
		if err != nil {
			b.Fatal(err)
		}
		return line
	}
	n := 0
	for b.Loop() {
		say(`{"ask":1}`)
		for step := range 10 {
			say(`{"report":%d,"step":%d,"values":{"loss":0.25}}`, n, step+1)
		}
		say(`{"tell":%d,"state":"completed"}`, n)
		n++
	}
	toPipe.Close()
	if err := <-served; err != nil {
		b.Fatal(err)
	}
}
