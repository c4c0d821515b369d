//go:build linux

package main

import (
	"context"
	"path/filepath"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/executor/sim"
	"github.com/danlu-ml/danlu/internal/inbox"
	"github.com/danlu-ml/danlu/internal/runner"
	"github.com/danlu-ml/danlu/internal/session"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	studies "github.com/danlu-ml/danlu/internal/study"
)

// BenchmarkThousandTrials runs a thousand simulated trials at once, each reporting
// once every ten seconds, on a durable store: the driver's processor time over ten
// seconds, and the most memory the process had, simulation included.
func BenchmarkThousandTrials(b *testing.B) {
	const trials, steps, pace = 1000, 4, 10 * time.Second
	ctx := b.Context()
	for b.Loop() {
		st, err := sqlite.Open(filepath.Join(b.TempDir(), "danlu.db"), sqlite.Options{})
		if err != nil {
			b.Fatal(err)
		}
		s, err := session.Open(ctx, st, "thousand", session.Me("a benchmark"), engine.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Begin(ctx, thousand(b, trials, steps), studies.Provenance{}); err != nil {
			b.Fatal(err)
		}
		var r *runner.Runner
		var running atomic.Int64
		all := make(chan struct{})
		world := sim.NewWorld(func(p *sim.Process) executor.Exit {
			if running.Add(1) == trials {
				close(all)
			}
			p.Sleep(pace * time.Duration(p.Trial) / trials) // not all at one moment
			for step := range int64(steps) {
				if !p.Sleep(pace) {
					return executor.Exit{Code: -1, Signal: "SIGTERM"}
				}
				report := inbox.Report{Step: step + 1, Values: map[string]float64{"loss": 1 / float64(step+1)}}
				if _, err := r.Reports(context.Background(), p.Trial, p.Attempt, []inbox.Report{report}); err != nil {
					return executor.Exit{Code: 1, Error: err.Error()}
				}
			}
			return executor.Exit{}
		}, sim.Options{})
		driver := world.Driver()
		r = runner.New(runner.Config{Session: s, Store: st, Executor: driver})
		cores := make(chan float64, 1)
		go func() { // it ends: the trials start, or the benchmark fails below
			<-all
			before := cpu(b)
			time.Sleep(pace)
			cores <- (cpu(b) - before).Seconds() / pace.Seconds()
		}()
		if _, err := r.Run(ctx); err != nil {
			b.Fatal(err)
		}
		if n := s.Engine.View().Count[studies.Completed]; n != trials {
			b.Fatalf("%d of %d trials completed", n, trials)
		}
		b.ReportMetric(<-cores, "driver-cores")
		b.ReportMetric(float64(usage(b).Maxrss)*1024/1e6, "MB")
		_ = driver.Close()
		world.Close()
		if err := s.Close(ctx); err != nil {
			b.Fatal(err)
		}
		if err := st.Close(); err != nil {
			b.Fatal(err)
		}
		debug.FreeOSMemory()
	}
}

func thousand(b *testing.B, trials int, steps int64) *studies.Definition {
	sp, err := space.New([]space.Param{{Name: "lr", Domain: space.Float{Low: 1e-5, High: 1e-1, Log: true}}})
	if err != nil {
		b.Fatal(err)
	}
	return &studies.Definition{
		Name: "thousand", Objectives: []studies.Objective{{Metric: "loss"}}, Space: sp, Seed: 1,
		Fidelity: studies.Fidelity{Step: "epoch", Max: steps}, Budget: studies.Budget{Trials: trials}, Parallel: trials,
		Sampler: studies.Algorithm{Name: "random"}, Scheduler: studies.Algorithm{Name: "none"},
	}
}

func usage(b *testing.B) syscall.Rusage {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Error(err)
	}
	return u
}

func cpu(b *testing.B) time.Duration {
	u := usage(b)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
