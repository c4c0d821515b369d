//go:build unix

package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	"github.com/danlu-ml/danlu/internal/store/storetest"
	"github.com/danlu-ml/danlu/internal/study"
)

// BenchmarkAppend is one report of one number, made durable. cpu-µs is what the
// process spends, the kernel's work included.
func BenchmarkAppend(b *testing.B) {
	w := begin(b, open(b, filepath.Join(b.TempDir(), "a.db"), sqlite.Options{}), "a")
	for range 1000 {
		w.plan()
	}
	w.commit()
	cpu := cpuTime()
	step := int64(0)
	for b.Loop() {
		w.report(int(step%1000), step/1000, 1)
		w.commit()
		step++
	}
	b.ReportMetric(float64((cpuTime()-cpu).Microseconds())/float64(step), "cpu-µs/op")
}

// BenchmarkTrial is a trial from its plan to its end, with ten reports and the
// verdicts on them, each of these twelve steps made durable.
func BenchmarkTrial(b *testing.B) {
	w := begin(b, open(b, filepath.Join(b.TempDir(), "a.db"), sqlite.Options{}), "a")
	cpu := cpuTime()
	n := 0
	for b.Loop() {
		w.plan()
		w.commit()
		for step := range int64(10) {
			w.report(n, step+1, 1)
			w.add(study.Judged{Trial: study.TrialID(n), Attempt: 1, Step: step + 1, Decision: study.Continue, By: "asha", Rung: true})
			w.commit()
		}
		w.end(n)
		w.commit()
		n++
	}
	b.ReportMetric(float64((cpuTime()-cpu).Microseconds())/float64(n), "cpu-µs/trial")
}

// BenchmarkIntake is durable intake by 16 clients in batches of 20 points.
func BenchmarkIntake(b *testing.B) {
	const clients, batch = 16, 20
	rows := func(step int64) []study.Point {
		p := make([]study.Point, batch)
		for i := range p {
			p[i] = study.Point{Step: step*batch + int64(i), Metric: "loss", Value: float64(i) / 7}
		}
		return p
	}
	// share runs the clients until the benchmark has seen enough batches.
	share := func(b *testing.B, client func(k int, more func() bool)) {
		tokens := make(chan struct{})
		var wg sync.WaitGroup
		for k := range clients {
			wg.Go(func() { client(k, func() bool { _, ok := <-tokens; return ok }) })
		}
		n := 0
		cpu, t := cpuTime(), time.Now()
		for b.Loop() {
			tokens <- struct{}{}
			n++
		}
		close(tokens)
		wg.Wait()
		b.ReportMetric(float64(n*batch)/time.Since(t).Seconds(), "points/s")
		b.ReportMetric(float64((cpuTime()-cpu).Nanoseconds())/float64(n*batch), "cpu-ns/point")
	}
	b.Run("a study each", func(b *testing.B) {
		s := open(b, filepath.Join(b.TempDir(), "a.db"), sqlite.Options{})
		b.Cleanup(func() { _ = s.Close() })
		var leases [clients]store.Lease
		for k := range leases {
			leases[k] = acquire(b, s, fmt.Sprint(k))
		}
		share(b, func(k int, more func() bool) {
			for seq := int64(1); more(); seq++ {
				e := study.Event{Seq: seq, Time: time.Now(), Body: study.Points{Trial: 1, Attempt: 1, Rows: rows(seq)}}
				if err := s.Append(context.Background(), leases[k], seq-1, []study.Event{e}); err != nil {
					b.Error(err)
				}
			}
		})
	})
	b.Run("one study, appended to by one loop", func(b *testing.B) {
		s := open(b, filepath.Join(b.TempDir(), "a.db"), sqlite.Options{})
		b.Cleanup(func() { _ = s.Close() })
		l := acquire(b, s, "a")
		type report struct {
			points study.Points
			done   chan error
		}
		inbox := make(chan report, clients)
		ended := make(chan struct{})
		go func() { // as a driver does: all that is there, in one append
			defer close(ended)
			seq := int64(0)
			for r := range inbox {
				var events []study.Event
				var waiting []report
				for {
					events = append(events, study.Event{Seq: seq + int64(len(events)) + 1, Time: time.Now(), Body: r.points})
					waiting = append(waiting, r)
					if len(inbox) == 0 {
						break
					}
					r = <-inbox
				}
				err := s.Append(context.Background(), l, seq, events)
				seq += int64(len(events))
				for _, r := range waiting {
					r.done <- err
				}
			}
		}()
		share(b, func(k int, more func() bool) {
			done := make(chan error, 1)
			for step := int64(0); more(); step++ {
				inbox <- report{study.Points{Trial: study.TrialID(k), Attempt: 1, Rows: rows(step)}, done}
				if err := <-done; err != nil {
					b.Error(err)
				}
			}
		})
		close(inbox)
		<-ended
	})
}

// BenchmarkOpen is opening a finished study: the file opened, the log replayed
// and folded.
func BenchmarkOpen(b *testing.B) {
	for _, c := range []struct {
		name            string
		trials, reports int
		judged          bool
	}{
		{"5000 trials of 20 events", 5000, 8, true},
		{"10000 trials of 100 points", 10000, 100, false},
	} {
		b.Run(c.name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "a.db")
			w := begin(b, open(b, path, sqlite.Options{}), "a")
			for n := range c.trials {
				w.plan()
				for step := range c.reports {
					w.report(n, int64(step+1), 1/float64(step+1))
					if c.judged {
						w.add(study.Judged{Trial: study.TrialID(n), Attempt: 1, Step: int64(step + 1), Decision: study.Continue, By: "asha", Rung: true, Why: "above the rung"})
					}
				}
				if c.judged {
					w.add(study.Checkpointed{Trial: study.TrialID(n), Attempt: 1, Step: 8, Path: "danlu-runs/bench/run/ckpt", Bytes: 1})
				}
				w.end(n)
				if n%50 == 0 {
					w.commit()
				}
			}
			w.commit()
			if err := w.s.Close(); err != nil {
				b.Fatal(err)
			}
			info, err := os.Stat(path)
			if err != nil {
				b.Fatal(err)
			}
			var opened, folded time.Duration
			for b.Loop() {
				t := time.Now()
				s := open(b, path, sqlite.Options{})
				opened += time.Since(t)
				t = time.Now()
				v := study.NewView()
				for e, err := range s.Replay(context.Background(), "a", 0) {
					if err == nil {
						err = v.Apply(e)
					}
					if err != nil {
						b.Fatal(err)
					}
				}
				folded += time.Since(t)
				if v.Count[study.Completed] != c.trials {
					b.Fatal(v.Count)
				}
				if err := s.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(opened.Microseconds())/float64(b.N)/1000, "open-ms")
			b.ReportMetric(float64(folded.Microseconds())/float64(b.N)/1000, "replay+fold-ms")
			b.ReportMetric(float64(info.Size())/float64(c.trials*c.reports), "bytes/point")
		})
	}
}

// writer makes up a log and appends it.
type writer struct {
	b      *testing.B
	s      *sqlite.Store
	l      store.Lease
	seq    int64
	trials int
	batch  []study.Event
}

func acquire(b *testing.B, s store.Store, name string) store.Lease {
	b.Helper()
	l, err := s.Acquire(b.Context(), name, storetest.Me(b), time.Hour)
	if err != nil {
		b.Fatal(err)
	}
	return l
}

// begin writes the study's creation.
func begin(b *testing.B, s *sqlite.Store, name string) *writer {
	b.Cleanup(func() { _ = s.Close() })
	sp, err := space.New([]space.Param{
		{Name: "lr", Domain: space.Float{Low: 1e-5, High: 1e-1, Log: true}},
		{Name: "batch_size", Domain: space.Int{Low: 8, High: 512, Log: true}},
		{Name: "dropout", Domain: space.Float{Low: 0, High: 0.9}},
		{Name: "optimizer", Domain: space.Choice{Values: []space.Value{space.StringValue("sgd"), space.StringValue("adamw")}}},
		{Name: "weight_decay", Domain: space.Float{Low: 1e-6, High: 1e-2, Log: true}},
	})
	if err != nil {
		b.Fatal(err)
	}
	w := &writer{b: b, s: s, l: acquire(b, s, name)}
	w.add(study.Created{Definition: &study.Definition{
		Name: name, Objectives: []study.Objective{{Metric: "loss"}}, Space: sp,
		Sampler: study.Algorithm{Name: "random"}, Scheduler: study.Algorithm{Name: "asha"},
	}})
	w.commit()
	return w
}

func (w *writer) add(body study.Body) {
	w.seq++
	w.batch = append(w.batch, study.Event{Seq: w.seq, Time: time.Now(), Body: body})
}

func (w *writer) plan() {
	id := study.TrialID(w.trials)
	w.trials++
	w.add(study.Planned{
		Trial: id, Name: fmt.Sprintf("%04d-lr0.001-bs64-adamw", id), Seed: uint64(id), Sampler: "random", Why: "drawn at random",
		Params: space.Values{
			"lr": space.FloatValue(0.00123456789), "batch_size": space.IntValue(64), "dropout": space.FloatValue(0.123456),
			"optimizer": space.StringValue("adamw"), "weight_decay": space.FloatValue(1.23456e-4),
		},
	})
	w.add(study.Started{Trial: id, Attempt: 1, Dir: "danlu-runs/bench/run"})
}

func (w *writer) report(trial int, step int64, loss float64) {
	w.add(study.Points{Trial: study.TrialID(trial), Attempt: 1, Rows: []study.Point{{Step: step, Metric: "loss", Value: loss}}})
}

func (w *writer) end(trial int) {
	now := time.Now().UTC()
	w.add(study.Ended{
		Trial: study.TrialID(trial), Attempt: 1, State: study.Completed, Values: study.Numbers{"loss": 0.5},
		Exit: &study.Exit{Started: now, Ended: now, CPU: 12.5, MaxRSS: 800},
	})
}

func (w *writer) commit() {
	w.b.Helper()
	if err := w.s.Append(context.Background(), w.l, w.seq-int64(len(w.batch)), w.batch); err != nil {
		w.b.Fatal(err)
	}
	w.batch = nil
}

// cpuTime is what this process has used so far, in user and kernel mode.
func cpuTime() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
