package runner_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/executor/sim"
	"github.com/danlu-ml/danlu/internal/inbox"
	"github.com/danlu-ml/danlu/internal/runner"
	"github.com/danlu-ml/danlu/internal/session"
	"github.com/danlu-ml/danlu/internal/store/memory"
	"github.com/danlu-ml/danlu/internal/study"
)

// stage is a study with its world, in a bubble of virtual time.
type stage struct {
	t     *testing.T
	hub   *hub
	world *sim.World
	store *memory.Store
	def   *study.Definition
}

// onStage plays f in virtual time. A nil program is the hub's life.
func onStage(t *testing.T, program sim.Program, f func(*stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &stage{t: t, hub: &hub{starts: map[executor.Key]int{}, taken: map[string]int{}}, store: memory.New(), def: definition("none")}
		if program == nil {
			program = s.hub.life
		}
		s.world = sim.NewWorld(program, sim.Options{})
		defer s.world.Close()
		f(s)
	})
}

// drive runs a driver to its end.
func (s *stage) drive(signals <-chan runner.Signal) (runner.Result, *study.View) {
	s.t.Helper()
	ctx := context.Background()
	ex := s.world.Driver()
	defer ex.Close()
	ses, err := session.Open(ctx, s.store, s.def.Name, session.Me("a test"), engine.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	defer ses.Close(ctx)
	if _, err := ses.Begin(ctx, s.def, study.Provenance{}); err != nil {
		s.t.Fatal(err)
	}
	r := runner.New(runner.Config{Session: ses, Store: s.store, Executor: ex, Signals: signals})
	s.hub.set(r)
	res, err := r.Run(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	s.hub.set(nil)
	return res, ses.Engine.View()
}

// after sends signals at times after now.
func after(times map[time.Duration]runner.Signal) <-chan runner.Signal {
	c := make(chan runner.Signal)
	for d, sig := range times {
		time.AfterFunc(d, func() { c <- sig })
	}
	return c
}

func TestDrainingLetsRunningTrialsEnd(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		res, v := s.drive(after(map[time.Duration]runner.Signal{3 * time.Second: runner.Drain}))
		if !res.Interrupted || v.Count[study.Completed] != 3 || len(v.Trials) != 3 {
			t.Errorf("interrupted %v, states %v", res.Interrupted, v.Count)
		}
		res, v = s.drive(nil)
		if res.Reason != engine.Budget || len(v.Trials) != 12 || v.Count[study.Running]+v.Count[study.Waiting] != 0 {
			t.Errorf("the next driver ends with %q, states %v", res.Reason, v.Count)
		}
	})
}

func TestAbortingEndsTrialsAndTheyAreStartedAgain(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		began := time.Now()
		res, v := s.drive(after(map[time.Duration]runner.Signal{3 * time.Second: runner.Drain, 3500 * time.Millisecond: runner.Abort}))
		if took := time.Since(began); !res.Interrupted || took > 5*time.Second || v.Count[study.Waiting] != 3 {
			t.Errorf("interrupted %v after %v, states %v", res.Interrupted, took, v.Count)
		}
		_, v = s.drive(nil)
		if v.Count[study.Waiting] != 0 || len(v.Trials) != 12 || v.Trials[0].State != study.Completed || v.Trials[0].Attempt().Number != 2 {
			t.Errorf("after the next driver: states %v, trial 0 at attempt %d", v.Count, v.Trials[0].Attempt().Number)
		}
	})
}

func TestAnAbortHasALimitedPatience(t *testing.T) {
	stubborn := func(p *sim.Process) executor.Exit { <-p.Kill; return executor.Exit{} }
	onStage(t, stubborn, func(s *stage) {
		began := time.Now()
		res, _ := s.drive(after(map[time.Duration]runner.Signal{time.Second: runner.Abort}))
		if took := time.Since(began); !res.Interrupted || took > 8*time.Second {
			t.Errorf("interrupted %v after %v", res.Interrupted, took)
		}
	})
}

func TestALeavingDriverIsFollowedByOneThatTakesUp(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		res, v := s.drive(after(map[time.Duration]runner.Signal{2 * time.Second: runner.Leave}))
		if !res.Interrupted || v.Count[study.Running] != 3 {
			t.Errorf("interrupted %v, states %v", res.Interrupted, v.Count)
		}
		time.Sleep(time.Minute)
		_, v = s.drive(nil)
		if len(v.Trials) != 12 || v.Trials[0].Attempt().Number != 1 {
			t.Errorf("%d trials, trial 0 at attempt %d", len(v.Trials), v.Trials[0].Attempt().Number)
		}
	})
}

func TestSilenceIsNotDeath(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		began := time.Now()
		s.world.Fault = func(op string, _ executor.Key) error {
			if d := time.Since(began); op == "poll" && d > time.Second && d < 10*time.Minute {
				return errors.New("the controller is busy")
			}
			return nil
		}
		_, v := s.drive(nil)
		for _, tr := range v.Trials {
			if len(tr.Attempts) != 1 && tr.ID%7 != 3 {
				t.Errorf("trial %d has %d attempts: %s", tr.ID, len(tr.Attempts), tr.Reason)
			}
		}
	})
}

func TestATrialThatCannotBeSubmittedWaits(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		began := time.Now()
		s.world.Fault = func(op string, _ executor.Key) error {
			if op == "submit" && time.Since(began) < 20*time.Second {
				return errors.New("the queue is full")
			}
			return nil
		}
		_, v := s.drive(nil)
		if len(v.Trials) != 12 || v.Count[study.Failed] != 0 {
			t.Errorf("%d trials, states %v", len(v.Trials), v.Count)
		}
	})
}

func TestADriverThatCanStartNothingGivesUp(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		s.world.Fault = func(op string, _ executor.Key) error {
			if op == "submit" {
				return errors.New("no such partition")
			}
			return nil
		}
		ctx := context.Background()
		ses, err := session.Open(ctx, s.store, s.def.Name, session.Me("a test"), engine.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ses.Begin(ctx, s.def, study.Provenance{}); err != nil {
			t.Fatal(err)
		}
		ex := s.world.Driver()
		defer ex.Close()
		began := time.Now()
		_, err = runner.New(runner.Config{Session: ses, Store: s.store, Executor: ex}).Run(ctx)
		if err == nil || !strings.Contains(err.Error(), "no such partition") || time.Since(began) > 2*time.Minute {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
		if v := ses.Engine.View(); v.Count[study.Failed] != 0 {
			t.Errorf("trials that never ran have failed: %v", v.Count)
		}
	})
}

func TestAVanishedAttemptIsStartedAgain(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		for i := range 3 {
			time.AfterFunc(time.Duration(2+i)*time.Second, func() {
				s.world.Lose(executor.Key{Study: "crash", Trial: i, Attempt: 1})
			})
		}
		_, v := s.drive(nil)
		for i, tr := range v.Trials[:3] {
			if tr.State != study.Completed || !tr.Attempts[0].Lost || len(tr.Attempts) != 2 {
				t.Errorf("trial %d is %s after %d attempts", i, tr.State, len(tr.Attempts))
			}
		}
	})
}

// A program that goes on after it was told to stop is asked to end after its
// grace, and ended after another.
func TestWhoIgnoresStopIsEnded(t *testing.T) {
	var h *hub
	deaf := func(p *sim.Process) executor.Exit {
		for step := int64(1); ; step++ {
			select {
			case <-p.Kill:
				return executor.Exit{}
			case <-time.After(time.Second):
				h.report(p, step, float64(p.Trial))
			}
		}
	}
	onStage(t, deaf, func(s *stage) {
		h = s.hub
		s.def.Budget.Time = 5 * time.Second
		s.def.Grace = 10 * time.Second
		began := time.Now()
		_, v := s.drive(nil)
		if took := time.Since(began); took < 20*time.Second || took > 40*time.Second || v.Count[study.Stopped] != 3 {
			t.Errorf("it took %v, states %v", took, v.Count)
		}
	})
}

func TestRequestsOfVerbsAreGranted(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		ctx := context.Background()
		var ids []int64
		time.AfterFunc(2*time.Second, func() {
			for kind, body := range map[string]string{
				engine.RequestEnqueue: `{"params":{"x":0.125}}`, engine.RequestStop: `{"trial":1}`, "dance": `{}`,
			} {
				id, err := s.store.Post(ctx, "crash", kind, json.RawMessage(body))
				if err != nil {
					t.Error(err)
				}
				ids = append(ids, id)
			}
		})
		_, v := s.drive(nil)
		refused := 0
		for _, id := range ids {
			a, ok, err := s.store.Answer(ctx, "crash", id)
			if err != nil || !ok {
				t.Errorf("request %d has no answer: %v", id, err)
			}
			if a.Error != "" {
				refused++
			}
		}
		if v.Trials[1].State != study.Stopped || v.Trials[3].Params["x"].Float() != 0.125 || v.Trials[3].Sampler != "user" || refused != 1 {
			t.Errorf("trial 1 is %s, trial 3 %v by %s, %d refused", v.Trials[1].State, v.Trials[3].Params, v.Trials[3].Sampler, refused)
		}
	})
}

// BenchmarkThousandTrials is a driver with a thousand simulated trials running
// that report without pause, up to 360 times each: the driver's own work, without
// processes and disk.
func BenchmarkThousandTrials(b *testing.B) {
	const trials, steps = 1000, 360
	points := 0
	for b.Loop() {
		ctx := context.Background()
		var r *runner.Runner
		world := sim.NewWorld(func(p *sim.Process) executor.Exit {
			for step := int64(1); step <= steps; step++ {
				if _, err := r.Reports(ctx, p.Trial, p.Attempt, []inbox.Report{{Step: step, Values: map[string]float64{"loss": 1 / float64(step)}}}); err != nil {
					return executor.Exit{Code: 1}
				}
			}
			return executor.Exit{}
		}, sim.Options{})
		st := memory.New()
		def := definition("asha")
		def.Fidelity.Max, def.Parallel, def.Budget.Trials = steps, trials, trials
		ses, err := session.Open(ctx, st, def.Name, session.Me("a benchmark"), engine.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := ses.Begin(ctx, def, study.Provenance{}); err != nil {
			b.Fatal(err)
		}
		ex := world.Driver()
		r = runner.New(runner.Config{Session: ses, Store: st, Executor: ex})
		if _, err := r.Run(ctx); err != nil {
			b.Fatal(err)
		}
		for _, n := range ses.Engine.View().SeenMetrics {
			points += int(n)
		}
		ex.Close()
		world.Close()
		ses.Close(ctx)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(points), "µs/report")
}
