package executortest

import (
	"context"
	"path/filepath"
	"sync"
	"time"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/google/go-cmp/cmp"
)

var lifecycle = []question{
	{name: "an attempt that was never submitted is absent", ask: func(p *place) {
		e := p.open()
		l := p.launch(1)
		j := executor.Job{Key: l.Key, Dir: l.Dir}
		if s := p.status(e, j); s.Phase != executor.Absent {
			p.Errorf("phase %s, want absent", s.Phase)
		}
		if err := e.Cancel(context.Background(), j, true); err != nil {
			p.Errorf("Cancel of an absent attempt: %v", err)
		}
		if out := p.logs(e, j, ""); out != "" {
			p.Errorf("logs of an absent attempt: %q", out)
		}
		p.exit(e, p.submit(e, p.launch(1, "append", filepath.Join(p.dir, "ran"))))
		if n := p.lines(filepath.Join(p.dir, "ran")); n != 1 {
			p.Errorf("submitted after that, the attempt ran %d times, want 1", n)
		}
	}},
	{name: "an attempt runs and exits", ask: func(p *place) {
		e := p.open()
		before := time.Now().Add(-time.Second)
		exit := p.exit(e, p.submit(e, p.launch(1, "sleep", "1ms")))
		if exit.Code != 0 || exit.Signal != "" || exit.Cause != "" || exit.Error != "" {
			p.Errorf("exit %+v, want code 0 and nothing more", exit)
		}
		if exit.Started.Before(before) || exit.Ended.Before(exit.Started) || time.Now().Before(exit.Ended) {
			p.Errorf("it says it ran from %v to %v", exit.Started, exit.Ended)
		}
	}},
	{name: "its exit code is kept, and read again as often as asked", ask: func(p *place) {
		e := p.open()
		j := p.submit(e, p.launch(1, "exit", "3"))
		first := p.exit(e, j)
		if first.Code != 3 {
			p.Errorf("exit %+v, want code 3", first)
		}
		if d := cmp.Diff(first, p.exit(e, j)); d != "" {
			p.Errorf("polled again, the exit differs (-first +second):\n%s", d)
		}
	}},
	{name: "an attempt runs until it ends", ask: func(p *place) {
		e := p.open()
		j := p.submit(e, p.launch(1, "sleep", "1h"))
		p.await(e, j, executor.Running)
		if err := e.Cancel(context.Background(), j, true); err != nil {
			p.Fatalf("Cancel: %v", err)
		}
		p.exit(e, j)
	}},
	{name: "submitted twice it starts once", ask: func(p *place) {
		e := p.open()
		ran := filepath.Join(p.TempDir(), "ran")
		l := p.launch(1, "append", ran, "sleep", "100ms")
		first, second := p.submit(e, l), p.submit(e, l)
		if d := cmp.Diff(first, second); d != "" {
			p.Errorf("the second Submit returned another job (-first +second):\n%s", d)
		}
		p.exit(e, first)
		p.exit(e, p.submit(e, l))
		if n := p.lines(ran); n != 1 {
			p.Errorf("it started %d times", n)
		}
	}},
	{name: "submitted by many at once it starts once", ask: func(p *place) {
		a, b := p.open(), p.open()
		if !p.Survives {
			b = a // no other process can know of it
		}
		ran := filepath.Join(p.TempDir(), "ran")
		l := p.launch(1, "append", ran, "sleep", "100ms")
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				if _, err := []executor.Executor{a, b}[i%2].Submit(context.Background(), l); err != nil {
					p.Errorf("Submit: %v", err)
				}
			})
		}
		wg.Wait()
		p.exit(a, executor.Job{Key: l.Key, Dir: l.Dir})
		p.exit(b, executor.Job{Key: l.Key, Dir: l.Dir})
		if n := p.lines(ran); n != 1 {
			p.Errorf("it started %d times", n)
		}
	}},
	{name: "attempts of one trial are told apart", ask: func(p *place) {
		e := p.open()
		ran := filepath.Join(p.TempDir(), "ran")
		l := p.launch(1, "append", ran, "exit", "1")
		p.exit(e, p.submit(e, l))
		l.Attempt = 2
		p.exit(e, p.submit(e, l))
		if n := p.lines(ran); n != 2 {
			p.Errorf("two attempts started %d times", n)
		}
	}},
	{name: "jobs are polled in the order asked", ask: func(p *place) {
		e := p.open()
		a, b := p.submit(e, p.launch(1, "exit", "1")), p.submit(e, p.launch(2, "exit", "2"))
		p.exit(e, a)
		p.exit(e, b)
		none := executor.Job{Key: executor.Key{Study: p.study, Trial: 9, Attempt: 1}, Dir: a.Dir + "-none"}
		all, err := e.Poll(context.Background(), []executor.Job{b, none, a, b})
		if err != nil {
			p.Fatalf("Poll: %v", err)
		}
		var got []int
		for _, s := range all {
			code := -1
			if s.Exit != nil {
				code = s.Exit.Code
			}
			got = append(got, s.Trial, code)
		}
		if d := cmp.Diff([]int{2, 2, 9, -1, 1, 1, 2, 2}, got); d != "" {
			p.Errorf("trial and code in turn (-want +got):\n%s", d)
		}
	}},
	{name: "a submit that is too late starts nothing", ask: func(p *place) {
		e := p.open()
		ran := filepath.Join(p.TempDir(), "ran")
		l := p.launch(1, "append", ran)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := e.Submit(ctx, l); err == nil {
			p.Error("Submit with a context that is over succeeded")
		}
		if s := p.status(e, executor.Job{Key: l.Key, Dir: l.Dir}); s.Phase != executor.Absent {
			p.Errorf("phase %s, want absent", s.Phase)
		}
		if _, err := e.Poll(ctx, []executor.Job{{Key: l.Key, Dir: l.Dir}}); err == nil {
			p.Error("Poll with a context that is over claims to know something")
		}
		p.exit(e, p.submit(e, l))
		if n := p.lines(ran); n != 1 {
			p.Errorf("submitted after that, it started %d times, want 1", n)
		}
	}},
	{name: "wake is signalled when an attempt ends", ask: func(p *place) {
		e := p.open()
		if e.Wake() == nil {
			p.Skip("this executor can't tell")
		}
		j := p.submit(e, p.launch(1, "sleep", "50ms"))
		stuck := time.After(hang)
		for p.status(e, j).Phase != executor.Exited {
			select {
			case <-e.Wake():
			case <-stuck:
				p.Fatalf("no wake, and the attempt is %s", p.status(e, j).Phase)
			}
		}
	}},
	{name: "capacity says how much fits, and why", ask: func(p *place) {
		c, err := p.open().Capacity(context.Background(), executor.Resources{CPUs: 1})
		if err != nil || c.Slots < 1 || c.CPUs <= 0 || c.Why == "" {
			p.Errorf("Capacity = %+v, %v; want at least one slot, the cores and a reason", c, err)
		}
	}},
}
