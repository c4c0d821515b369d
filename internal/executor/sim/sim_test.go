package sim_test

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"testing"
	"testing/synctest"
	"time"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/executor/executortest"
	"github.com/danlu-ml/danlu/internal/executor/sim"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestExecutor(t *testing.T) {
	executortest.Run(t, func(t *testing.T) executortest.Harness {
		w := sim.NewWorld(play, sim.Options{})
		t.Cleanup(w.Close)
		return executortest.Harness{
			Open:     func(*testing.T) executor.Executor { return w.Driver() },
			Survives: true, Kills: true,
		}
	})
}

// play performs a script of the suite; one that is deaf only heeds Kill.
func play(p *sim.Process) (exit executor.Exit) {
	defer func() {
		if v := recover(); v != nil {
			exit = executor.Exit{Code: 2, Tail: fmt.Sprintf("panic: %v\n%s", v, debug.Stack())}
		}
	}()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	end := p.Term
	script := p.Command
	if len(script) > 0 && script[0] == "deaf" {
		end, script = p.Kill, script[1:]
	}
	go func() {
		select {
		case <-end:
			cancel()
		case <-ctx.Done():
		}
	}()
	err := executortest.Play(ctx, script)
	if code := executortest.ExitCode(0); errors.As(err, &code) {
		return executor.Exit{Code: int(code)}
	}
	if err != nil {
		return executor.Exit{Code: 1}
	}
	return executor.Exit{}
}

func TestDaysPassInAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := sim.NewWorld(func(p *sim.Process) executor.Exit {
			if !p.Sleep(48 * time.Hour) {
				return executor.Exit{Code: 1}
			}
			return executor.Exit{}
		}, sim.Options{Queue: func(executor.Launch) time.Duration { return time.Hour }})
		defer w.Close()
		e := w.Driver()
		j, err := e.Submit(t.Context(), executor.Launch{Key: executor.Key{Study: "s", Trial: 1, Attempt: 1}})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []struct {
			after time.Duration
			phase executor.Phase
		}{{0, executor.Pending}, {time.Hour, executor.Running}, {47 * time.Hour, executor.Running}, {time.Hour, executor.Exited}} {
			time.Sleep(want.after)
			synctest.Wait()
			all, err := e.Poll(t.Context(), []executor.Job{j})
			if err != nil || all[0].Phase != want.phase {
				t.Fatalf("after %v more: %+v, %v; want %s", want.after, all, err, want.phase)
			}
			if exit := all[0].Exit; exit != nil && exit.Ended.Sub(exit.Started) != 48*time.Hour {
				t.Errorf("it ran for %v, want 48h", exit.Ended.Sub(exit.Started))
			}
		}
	})
}

func TestAttemptsAreLostAndOperationsFailOnDemand(t *testing.T) {
	w := sim.NewWorld(func(p *sim.Process) executor.Exit { <-p.Kill; return executor.Exit{} }, sim.Options{})
	defer w.Close()
	down := errors.New("the engine is down")
	broken := ""
	w.Fault = func(op string, _ executor.Key) error {
		if op == broken {
			return down
		}
		return nil
	}
	e := w.Driver()
	k := executor.Key{Study: "s", Trial: 1, Attempt: 1}
	j, err := e.Submit(t.Context(), executor.Launch{Key: k})
	if err != nil {
		t.Fatal(err)
	}
	w.Lose(k)
	all, err := e.Poll(t.Context(), []executor.Job{j})
	if err != nil || all[0].Phase != executor.Lost {
		t.Errorf("after Lose: %+v, %v; want lost", all, err)
	}
	broken = "poll"
	if _, err := e.Poll(t.Context(), []executor.Job{j}); !errors.Is(err, down) {
		t.Errorf("Poll while the engine is down: %v", err)
	}
}

// BenchmarkThousandTrials is the executor's own cost of a thousand attempts from
// Submit to Exited.
func BenchmarkThousandTrials(b *testing.B) {
	for b.Loop() {
		w := sim.NewWorld(func(p *sim.Process) executor.Exit { p.Sleep(time.Millisecond); return executor.Exit{} }, sim.Options{})
		e := w.Driver()
		jobs := make([]executor.Job, 1000)
		for i := range jobs {
			jobs[i], _ = e.Submit(b.Context(), executor.Launch{Key: executor.Key{Study: "s", Trial: i, Attempt: 1}})
		}
		for left := len(jobs); left > 0; {
			<-e.Wake()
			all, err := e.Poll(b.Context(), jobs)
			if err != nil {
				b.Fatal(err)
			}
			left = 0
			for _, s := range all {
				if s.Phase != executor.Exited {
					left++
				}
			}
		}
		w.Close()
	}
	b.ReportMetric(float64(b.N)*1000/b.Elapsed().Seconds(), "trials/s")
}
