package runner_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/executor/sim"
	"github.com/danlu-ml/danlu/internal/inbox"
	"github.com/danlu-ml/danlu/internal/runner"
	"github.com/danlu-ml/danlu/internal/session"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/store/memory"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// errKilled stands for the driver's death at an append.
var errKilled = errors.New("killed here")

// hub is where simulated programs report: to whichever driver lives.
type hub struct {
	mu     sync.Mutex
	runner *runner.Runner
	starts map[executor.Key]int
	taken  map[string]int // reports that were answered
}

func (h *hub) set(r *runner.Runner) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.runner = r
}

// report insists until somebody answers, as a client and its spool do.
func (h *hub) report(p *sim.Process, step int64, value float64) string {
	for {
		h.mu.Lock()
		r := h.runner
		h.mu.Unlock()
		if r != nil {
			a, err := r.Reports(context.Background(), p.Trial, p.Attempt, []inbox.Report{{Step: step, Values: map[string]float64{"loss": value}}})
			if errors.Is(err, inbox.ErrStale) {
				return inbox.Stop
			}
			if err == nil {
				h.mu.Lock()
				h.taken[fmt.Sprint(p.Key, step)]++
				h.mu.Unlock()
				return a.Decision
			}
		}
		select {
		case <-p.Kill:
			return inbox.Stop
		case <-time.After(37 * time.Millisecond):
		}
	}
}

// life is a training: a curve that falls towards what its parameters allow, now
// and then with a failure, a divergence or a vanished machine.
func (h *hub) life(p *sim.Process) executor.Exit {
	h.mu.Lock()
	h.starts[p.Key]++
	h.mu.Unlock()
	x := p.Params["x"].(float64)
	pace := time.Duration(700+p.Trial*31+int(x*97)) * time.Millisecond // no two at one moment
	for step := int64(1); step <= p.MaxStep; step++ {
		if !p.Sleep(pace) {
			return executor.Exit{Code: -1, Signal: "SIGTERM"}
		}
		value := x + 1/float64(step)
		switch {
		case p.Trial%7 == 3 && p.Attempt == 1 && step == 4:
			return executor.Exit{Code: 1, Tail: "a flaky data loader"}
		case p.Trial%7 == 5 && step == 3:
			value = math.NaN()
		}
		if h.report(p, step, value) != inbox.Continue {
			return executor.Exit{}
		}
	}
	return executor.Exit{}
}

// trialOutcome is what a study comes to, apart from when.
type trialOutcome struct {
	Params   space.Values
	State    study.State
	Loss     float64
	Failures int
	Curve    study.Curve
}

type studyOutcome struct {
	Trials  []trialOutcome
	Best    study.TrialID
	Appends int
}

func definition(scheduler string) *study.Definition {
	sp, err := space.New([]space.Param{{Name: "x", Domain: space.Float{Low: 0, High: 1}, Default: space.FloatValue(0.5)}})
	if err != nil {
		panic(err)
	}
	return &study.Definition{
		Name: "crash", Objectives: []study.Objective{{Metric: "loss"}}, Space: sp, Seed: 3, Retries: 1,
		Fidelity: study.Fidelity{Step: "epoch", Max: 9}, Budget: study.Budget{Trials: 12}, Parallel: 3,
		Sampler: study.Algorithm{Name: "random"}, Scheduler: study.Algorithm{Name: scheduler},
	}
}

// play drives a study to its end in virtual time. kill says at which append, and
// on which side of it, a driver dies; its successor comes after a while.
func play(t *testing.T, scheduler string, kill func(n int) (before, after bool), away time.Duration) (out studyOutcome) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := &hub{starts: map[executor.Key]int{}, taken: map[string]int{}}
		world := sim.NewWorld(h.life, sim.Options{})
		defer world.Close()
		appends, side := 0, false
		st := memory.With(memory.Options{
			BeforeAppend: func(string, int64, []study.Event) error {
				appends++
				var before bool
				if before, side = kill(appends); before {
					return errKilled
				}
				return nil
			},
			AfterAppend: func(string, int64, []study.Event) error {
				if side {
					return errKilled
				}
				return nil
			},
		})
		for {
			err := driveOnce(t, st, world.Driver(), h, scheduler)
			if err == nil {
				break
			}
			if !errors.Is(err, errKilled) {
				t.Fatal(err)
			}
			h.set(nil)
			time.Sleep(away)
		}
		out = outcome(t, st, h)
		out.Appends = appends
	})
	return out
}

func driveOnce(t *testing.T, st *memory.Store, ex executor.Executor, h *hub, scheduler string) error {
	ctx := context.Background()
	defer ex.Close()
	s, err := session.Open(ctx, st, "crash", session.Me("a test"), engine.Options{})
	if err != nil {
		return err
	}
	defer s.Close(ctx)
	if _, err := s.Begin(ctx, definition(scheduler), study.Provenance{}); err != nil {
		return err
	}
	r := runner.New(runner.Config{Session: s, Store: st, Executor: ex})
	h.set(r)
	res, err := r.Run(ctx)
	if err == nil && res.Reason != engine.Budget {
		t.Errorf("the study ended with %q", res.Reason)
	}
	return err
}

// outcome reads the log back and checks what must hold whatever happened.
func outcome(t *testing.T, st *memory.Store, h *hub) studyOutcome {
	t.Helper()
	v := study.NewView()
	stored := map[string]int{}
	for ev, err := range st.Replay(context.Background(), "crash", 0) {
		if err == nil {
			err = v.Apply(ev)
		}
		if err != nil {
			t.Fatal(err)
		}
		if b, ok := ev.Body.(study.Points); ok {
			for _, p := range b.Rows {
				stored[fmt.Sprint(executor.Key{Study: "crash", Trial: int(b.Trial), Attempt: b.Attempt}, p.Step)]++
			}
		}
	}
	for key, n := range stored {
		if n != 1 {
			t.Errorf("report %s is stored %d times", key, n)
		}
	}
	for key := range h.taken {
		if stored[key] == 0 {
			t.Errorf("report %s was answered and is not stored", key)
		}
	}
	for key, n := range h.starts {
		if n != 1 {
			t.Errorf("attempt %v was started %d times", key, n)
		}
	}
	out := studyOutcome{Best: v.Best().ID}
	for _, tr := range v.Trials {
		if tr.State.Open() {
			t.Errorf("trial %d is still %s", tr.ID, tr.State)
		}
		out.Trials = append(out.Trials, trialOutcome{tr.Params, tr.State, tr.Loss(), tr.Failures(), tr.Curve()})
	}
	return out
}

func never(int) (bool, bool) { return false, false }

var comparable = cmp.Options{cmp.AllowUnexported(space.Value{})}

// A driver that dies at any append, before or after it became durable, and is
// followed at once by another one, leaves the same study behind: the same trials,
// each counted once, the same verdicts, the same best.
func TestADriverMayDieAtEveryAppend(t *testing.T) {
	for _, scheduler := range []string{"none", "asha", "median"} {
		t.Run(scheduler, func(t *testing.T) {
			want := play(t, scheduler, never, 0)
			if len(want.Trials) != 12 {
				t.Fatalf("the undisturbed study has %d trials", len(want.Trials))
			}
			stride := 1
			if testing.Short() {
				stride = 7
			}
			for at := 1; at <= want.Appends; at += stride {
				for _, after := range []bool{false, true} {
					got := play(t, scheduler, func(n int) (bool, bool) { return n == at && !after, n == at && after }, 0)
					got.Appends = want.Appends
					if d := cmp.Diff(want, got, comparable); d != "" {
						t.Fatalf("a death at append %d (after: %v) changes the study (-want +got):\n%s", at, after, d)
					}
				}
			}
		})
	}
}

// However often drivers die and however long nobody drives, no trial is lost or
// doubled. Without a scheduler the study is the same to the last digit; with one,
// verdicts may fall differently, since reports arrive in another order.
func TestDriversMayDieAgainAndAgain(t *testing.T) {
	want := play(t, "none", never, 0)
	want.Appends = 0
	rapid.Check(t, func(rt *rapid.T) {
		deaths := rapid.MapOf(rapid.IntRange(1, 200), rapid.Bool()).Draw(rt, "deaths")
		away := time.Duration(rapid.IntRange(0, 20_000).Draw(rt, "away")) * time.Millisecond
		kill := func(n int) (bool, bool) {
			after, dies := deaths[n]
			return dies && !after, dies && after
		}
		got := play(t, "none", kill, away)
		got.Appends = 0
		if d := cmp.Diff(want, got, comparable); d != "" {
			rt.Fatalf("deaths %v, %v away, change the study (-want +got):\n%s", deaths, away, d)
		}
		if got := play(t, "asha", kill, away); len(got.Trials) != 12 {
			rt.Fatalf("deaths %v, %v away: %d trials", deaths, away, len(got.Trials))
		}
	})
}
