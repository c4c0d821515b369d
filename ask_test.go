package danlu_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
)

func open(t *testing.T, c danlu.Config) *danlu.Study {
	t.Helper()
	s, err := danlu.New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func ask(t *testing.T, s *danlu.Study) *danlu.Trial {
	t.Helper()
	trial, err := s.Ask(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return trial
}

func report(t *testing.T, trial *danlu.Trial, step int64, loss float64) bool {
	t.Helper()
	goOn, err := trial.Report(t.Context(), step, map[string]float64{"loss": loss})
	if err != nil {
		t.Fatal(err)
	}
	return goOn
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestTrialsEndInTheirStates(t *testing.T) {
	c := config("")
	c.Constraints = []string{"x <= 10", "size <= 5"}
	c.Retries = 1
	s := open(t, c)
	for _, want := range []struct {
		state  string
		end    func(*danlu.Trial) error
		value  float64
		reason string
	}{
		{"completed", func(tr *danlu.Trial) error { return tr.Complete(2) }, 2, ""},
		{"completed", func(tr *danlu.Trial) error { report(t, tr, 1, 3); return tr.Complete() }, 3, ""},
		{"diverged", func(tr *danlu.Trial) error { return tr.Complete(math.NaN()) }, math.NaN(), "its final value is not finite"},
		{"diverged", func(tr *danlu.Trial) error {
			if report(t, tr, 1, math.Inf(1)) || !tr.ShouldStop() || tr.Paused() {
				t.Error("an infinite loss is no reason to end")
			}
			return tr.Stop()
		}, math.Inf(1), "loss is not finite at step 1"},
		{"stopped", func(tr *danlu.Trial) error { report(t, tr, 1, 4); return tr.Stop() }, 4, ""},
		{"infeasible", (*danlu.Trial).Infeasible, math.NaN(), ""},
		{"infeasible", func(tr *danlu.Trial) error {
			_, err := tr.Report(t.Context(), 1, map[string]float64{"loss": 1, "size": 6})
			return errors.Join(err, tr.Complete())
		}, 1, "against the constraint size <= 5"},
		{"waiting", func(tr *danlu.Trial) error { return tr.Fail("no luck") }, math.NaN(), "no luck"},
		{"failed", func(tr *danlu.Trial) error { return tr.Fail("no luck again") }, math.NaN(), "no luck again"},
		{"waiting", (*danlu.Trial).Release, math.NaN(), "its program let go of it"},
	} {
		trial := ask(t, s)
		must(t, want.end(trial))
		got := s.Trials()[trial.Number]
		same := got.Value == want.value || math.IsNaN(got.Value) && math.IsNaN(want.value)
		if got.State != want.state || !same || !strings.Contains(got.Reason, want.reason) {
			t.Errorf("trial %d is %s with %v, because %q; want %s with %v, because %q",
				trial.Number, got.State, got.Value, got.Reason, want.state, want.value, want.reason)
		}
	}
	if err := ask(t, s).Complete(1, 2); err == nil {
		t.Error("two values for one objective were taken")
	}
}

func TestResultsTellAllThereIsToKnow(t *testing.T) {
	s := open(t, config(""))
	trial := ask(t, s)
	report(t, trial, 1, 5)
	_, err := trial.Report(t.Context(), 2, map[string]float64{"loss": 4, "accuracy": 0.5})
	must(t, err)
	must(t, trial.Complete(3))
	ask(t, s)
	all := s.Trials()
	if len(all) != 2 || all[1].State != "running" || !math.IsNaN(all[1].Value) || all[1].Ended != (time.Time{}) {
		t.Errorf("after two asks: %+v", all)
	}
	got := all[0]
	if got.Started.IsZero() || got.Ended.Before(got.Started) {
		t.Errorf("from %v to %v", got.Started, got.Ended)
	}
	got.Started, got.Ended = time.Time{}, time.Time{}
	want := danlu.Result{
		Params: trial.Params(), Value: 3, Values: map[string]float64{"loss": 3}, Metrics: map[string]float64{"loss": 4, "accuracy": 0.5},
		Curves: map[string][]danlu.Point{"loss": {{1, 5}, {2, 4}}}, State: "completed", Default: true, Sampler: got.Sampler, Why: got.Why,
	}
	if d := cmp.Diff(want, got); d != "" || got.Sampler == "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestABestReportCanBeTheValue(t *testing.T) {
	c := config("")
	c.BestReport = true
	s := open(t, c)
	trial := ask(t, s)
	for step, loss := range []float64{5, 2, 7} {
		report(t, trial, int64(step+1), loss)
	}
	must(t, trial.Complete())
	if r, _ := s.Best(); r.Value != 2 {
		t.Errorf("the value is %v, and the best report 2", r.Value)
	}
}

// pausing is a study whose scheduler pauses trials at steps 1 and 3.
func pausing(resume bool) danlu.Config {
	c := config("")
	c.Resume, c.Sampler, c.Scheduler, c.SchedulerOptions = resume, "random", "halving", danlu.Options{"eta": 3}
	return c
}

func TestPausedTrialsComeBack(t *testing.T) {
	for name, resume := range map[string]bool{"where they were": true, "from nothing": false} {
		t.Run(name, func(t *testing.T) {
			s := open(t, pausing(resume))
			state := map[int]int64{} // what the program keeps of a trial: its step
			paused, back := 0, 0
			for back < 3 {
				trial := ask(t, s)
				want := int64(0)
				if resume {
					want = state[trial.Number]
				}
				if trial.From != want || trial.Source != trial.Number {
					t.Fatalf("trial %d goes on from step %d of trial %d, want its own step %d", trial.Number, trial.From, trial.Source, want)
				}
				if state[trial.Number] > 0 {
					back++
				}
				step := trial.From + 1
				for step < 9 && report(t, trial, step, float64(trial.Number)) {
					step++
				}
				state[trial.Number] = step
				if step == 9 {
					must(t, trial.Complete(float64(trial.Number)))
					continue
				}
				if trial.Paused() {
					paused++
				}
				must(t, trial.Stop())
				if got := s.Trials()[trial.Number].State; got != "paused" && got != "stopped" {
					t.Errorf("trial %d is %s", trial.Number, got)
				}
			}
			if paused == 0 {
				t.Error("no trial was paused")
			}
		})
	}
}

func TestWithoutResumeAutoPausesNothing(t *testing.T) {
	s := open(t, danlu.Config{
		Name: "p", Objective: "loss min", MaxStep: 9, Trials: 30, Sampler: "random",
		Params: []danlu.Param{danlu.Float("x", 0, 1)},
	})
	must(t, s.Optimize(t.Context(), 1, func(ctx context.Context, tr *danlu.Trial) (float64, error) {
		for step := int64(1); step <= 9; step++ {
			if goOn, err := tr.Report(ctx, step, map[string]float64{"loss": tr.Float("x")}); !goOn {
				if tr.Paused() {
					t.Errorf("trial %d is to pause", tr.Number)
				}
				return tr.Float("x"), err
			}
		}
		return tr.Float("x"), nil
	}))
	states := map[string]int{}
	for _, r := range s.Trials() {
		states[r.State]++
	}
	if len(states) != 2 || states["completed"] == 0 || states["stopped"] == 0 {
		t.Errorf("states %v, want completed and stopped ones", states)
	}
}

func TestOptimizeLeavesNoTrialBehind(t *testing.T) {
	s := open(t, config(""))
	err := s.Optimize(t.Context(), 2, func(_ context.Context, tr *danlu.Trial) (float64, error) {
		if tr.Number == 3 {
			return 0, danlu.ErrAbort
		}
		return loss(tr), nil
	})
	if !errors.Is(err, danlu.ErrAbort) {
		t.Errorf("error %v", err)
	}
	if got := ask(t, s); got.Number != 3 {
		t.Errorf("the trial cut off is 3, and %d is offered", got.Number)
	}
}

func TestWhatAlwaysFailsIsSaidToBeWrong(t *testing.T) {
	s := open(t, config(""))
	err := s.Optimize(t.Context(), 1, func(context.Context, *danlu.Trial) (float64, error) {
		return 0, errors.New("no data there")
	})
	if !errors.Is(err, danlu.ErrHopeless) || !strings.Contains(err.Error(), "no data there") {
		t.Errorf("error %v", err)
	}
}

func TestSeveralObjectivesHaveAFront(t *testing.T) {
	s := open(t, danlu.Config{
		Name: "two", Objectives: []string{"accuracy max", "seconds min"}, Trials: 12, Sampler: "random",
		Params: []danlu.Param{danlu.Float("x", 0, 1)},
	})
	must(t, s.OptimizeMany(t.Context(), 1, func(_ context.Context, tr *danlu.Trial) ([]float64, error) {
		return []float64{tr.Float("x"), 10 * tr.Float("x")}, nil
	}))
	if got := len(s.Front()); got != 12 {
		t.Errorf("%d of 12 trials are on the front; what is better is slower, so all are", got)
	}
	r := s.Front()[0]
	if r.Values["seconds"] != 10*r.Values["accuracy"] {
		t.Errorf("values %v", r.Values)
	}
}

func TestTargetEndsAStudy(t *testing.T) {
	c := config("")
	c.Target = new(2.0)
	s := open(t, c)
	must(t, ask(t, s).Complete(1.5))
	if _, err := s.Ask(t.Context()); !errors.Is(err, danlu.ErrDone) {
		t.Errorf("after its target: %v", err)
	}
}

func TestOwnConfigurationsComeFirst(t *testing.T) {
	s := open(t, config(""))
	if _, err := s.Enqueue(t.Context(), map[string]any{"z": 1}); err == nil {
		t.Error("a parameter that is not there was taken")
	}
	number, err := s.Enqueue(t.Context(), map[string]any{"x": 3, "optimizer": "adamw"})
	must(t, err)
	for trial := ask(t, s); ; trial = ask(t, s) {
		if trial.Number == number {
			if trial.Float("x") != 3 || trial.Has("momentum") {
				t.Errorf("the trial has %v", trial.Params())
			}
			return
		}
		if trial.Number > 1 {
			t.Fatalf("trial %d came before the one asked for, %d", trial.Number, number)
		}
	}
}

// A person's `danlu stop` writes a request into the store, and the program that runs
// the study obeys.
func TestOtherProcessesCanAsk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "danlu.db")
	s := open(t, config(path))
	trial := ask(t, s)
	report(t, trial, 1, 1)
	st, err := sqlite.Open(path, sqlite.Options{})
	must(t, err)
	defer st.Close()
	id, err := st.Post(t.Context(), "branin", "stop", json.RawMessage(`{"trial":0,"why":"enough seen"}`))
	must(t, err)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		a, ok, err := st.Answer(t.Context(), "branin", id)
		must(t, err)
		if ok {
			if a.Error != "" {
				t.Errorf("refused: %s", a.Error)
			}
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("nobody answered")
		}
	}
	if !trial.ShouldStop() || report(t, trial, 2, 1) {
		t.Error("the trial does not hear of it")
	}
	must(t, trial.Stop())
	if got := s.Trials()[0]; got.State != "stopped" || !strings.Contains(got.Reason, "enough seen") {
		t.Errorf("the trial is %s, because %q", got.State, got.Reason)
	}
}

func TestValuesOfTheWrongKindPanic(t *testing.T) {
	c := config("")
	c.Params = append(c.Params, danlu.Choice("size", 16, 32), danlu.Bool("amp").Default(true))
	trial := ask(t, open(t, c))
	if trial.Float("size") != float64(trial.Int("size")) || trial.String("size") != "16" || !trial.Bool("amp") {
		t.Errorf("values %v", trial.Params())
	}
	for name, slip := range map[string]func(){
		"a float as an integer": func() { trial.Int("x") },
		"text as a float":       func() { trial.Float("optimizer") },
		"a number as a boolean": func() { trial.Bool("size") },
		"an unknown name":       func() { trial.Float("learning_rate") },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if said, _ := recover().(string); !strings.HasPrefix(said, "danlu: Trial.") {
					t.Errorf("panics with %q", said)
				}
			}()
			slip()
		})
	}
}
