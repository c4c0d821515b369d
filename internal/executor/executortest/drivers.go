package executortest

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"
)

var drivers = []question{
	{name: "a closed executor says that it is", ask: func(p *place) {
		e := p.Open(p.T)
		l := p.launch(1, "exit", "0")
		j := p.submit(e, l)
		p.exit(e, j)
		for range 2 {
			if err := e.Close(); err != nil {
				p.Fatalf("Close: %v", err)
			}
		}
		_, submitErr := e.Submit(context.Background(), p.launch(2, "exit", "0"))
		_, pollErr := e.Poll(context.Background(), []executor.Job{j})
		_, findErr := e.Find(context.Background(), p.study)
		for method, err := range map[string]error{
			"Submit": submitErr, "Poll": pollErr, "Find": findErr, "Cancel": e.Cancel(context.Background(), j, true),
		} {
			if !errors.Is(err, executor.ErrStopped) {
				p.Errorf("%s after Close: %v, want ErrStopped", method, err)
			}
		}
	}},
	{name: "close leaves no goroutine behind", ask: func(p *place) {
		before := goleak.IgnoreCurrent()
		e := p.Open(p.T)
		j := p.running(e, p.launch(1, "append", filepath.Join(p.TempDir(), "ran"), "sleep", "1h"))
		p.exit(e, p.submit(e, p.launch(2, "exit", "0")))
		if p.Survives {
			defer func() { // end it, by another driver
				e := p.open()
				p.cancel(e, j, true)
				p.exit(e, j)
			}()
		}
		if err := e.Close(); err != nil {
			p.Fatalf("Close: %v", err)
		}
		if p.Kills && !p.Processes {
			return // its attempts live in goroutines of this process
		}
		if err := goleak.Find(before); err != nil {
			p.Error(err)
		}
	}},
	{name: "an attempt outlives its driver, and the next one takes it up", survives: true, ask: func(p *place) {
		e := p.Open(p.T)
		ran := filepath.Join(p.TempDir(), "ran")
		l := p.launch(1, "append", ran, "sleep", "1h")
		j := p.running(e, l)
		if err := e.Close(); err != nil {
			p.Fatalf("Close: %v", err)
		}
		next := p.open()
		if s := p.status(next, executor.Job{Key: j.Key, Dir: j.Dir}); s.Phase != executor.Running {
			p.Errorf("the next driver sees phase %s, want running", s.Phase)
		}
		p.submit(next, l)
		p.cancel(next, j, false)
		if exit := p.exit(next, j); exit.Cause != "cancelled" {
			p.Errorf("exit %+v, want the cause cancelled", exit)
		}
		if n := p.lines(ran); n != 1 {
			p.Errorf("submitted again by the next driver, it started %d times", n)
		}
	}},
	{name: "an attempt that ended without a driver has its exit", survives: true, ask: func(p *place) {
		e := p.Open(p.T)
		j := p.submit(e, p.launch(1, "sleep", "100ms", "exit", "5"))
		if err := e.Close(); err != nil {
			p.Fatalf("Close: %v", err)
		}
		next := p.open()
		if exit := p.exit(next, j); exit.Code != 5 {
			p.Errorf("exit %+v, want code 5", exit)
		}
	}},
	{name: "attempts that end with their driver are ended by close, and lost to the next", ask: func(p *place) {
		if p.Survives {
			p.Skip("attempts outlive this executor's driver")
		}
		e := p.Open(p.T)
		j := p.running(e, p.launch(1, "append", filepath.Join(p.TempDir(), "ran"), "sleep", "1h"))
		if err := e.Close(); err != nil {
			p.Fatalf("Close: %v", err)
		}
		if s := p.status(p.open(), j); s.Phase != executor.Lost {
			p.Errorf("the next driver sees phase %s, want lost", s.Phase)
		}
	}},
	{name: "find lists what runs, of one study, whoever submitted it", ask: func(p *place) {
		e := p.open()
		running := p.running(e, p.launch(1, "append", filepath.Join(p.TempDir(), "1"), "sleep", "1h"))
		p.exit(e, p.submit(e, p.launch(2, "exit", "0")))
		other := p.launch(3, "sleep", "1h")
		other.Study = "another"
		otherJob := p.submit(e, other)
		drivers := []executor.Executor{e}
		if p.Survives {
			drivers = append(drivers, p.open())
		}
		for i, d := range drivers {
			jobs, err := d.Find(context.Background(), p.study)
			if err != nil {
				p.Fatalf("Find: %v", err)
			}
			if diff := cmp.Diff([]executor.Job{running}, jobs, cmpopts.IgnoreFields(executor.Job{}, "Ref")); diff != "" {
				p.Errorf("driver %d finds (-want +got):\n%s", i+1, diff)
			}
		}
		for _, j := range []executor.Job{running, otherJob} {
			p.cancel(e, j, true)
			p.exit(e, j)
		}
		if jobs, err := e.Find(context.Background(), p.study); err != nil || len(jobs) > 0 {
			p.Errorf("after the end Find says %+v, %v", jobs, err)
		}
	}},
}
