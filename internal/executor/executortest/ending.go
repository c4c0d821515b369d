package executortest

import (
	"context"
	"path/filepath"
	"time"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/google/go-cmp/cmp"
)

var ending = []question{
	{name: "cancelled, an attempt is asked to end", ask: func(p *place) {
		e := p.open()
		j := p.running(e, p.launch(1, "sleep", "1h"))
		p.cancel(e, j, false)
		if exit := p.exit(e, j); exit.Cause != "cancelled" {
			p.Errorf("exit %+v, want the cause cancelled", exit)
		}
	}},
	{name: "cancelled right after it was submitted, an attempt ends", ask: func(p *place) {
		e := p.open()
		for n := range 4 {
			j := p.submit(e, p.launch(n, "sleep", "1h"))
			time.Sleep(time.Duration(n*n) * time.Millisecond)
			p.cancel(e, j, n%2 == 0)
			if exit := p.exit(e, j); exit.Cause != "cancelled" {
				p.Errorf("exit %+v, want the cause cancelled", exit)
			}
		}
	}},
	{name: "one that doesn't listen is killed after its grace", kills: true, ask: func(p *place) {
		e := p.open()
		l := p.deaf(1)
		l.Grace = 200 * time.Millisecond
		j := p.running(e, l)
		p.cancel(e, j, false)
		exit := p.exit(e, j)
		if exit.Cause != "cancelled" || exit.Code != -1 || exit.Signal != "SIGKILL" {
			p.Errorf("exit %+v, want the cause cancelled and SIGKILL", exit)
		}
	}},
	{name: "cancelled now, it is killed without grace", kills: true, ask: func(p *place) {
		e := p.open()
		l := p.deaf(1)
		l.Grace = time.Hour
		j := p.running(e, l)
		p.cancel(e, j, true)
		if exit := p.exit(e, j); exit.Cause != "cancelled" || exit.Signal != "SIGKILL" {
			p.Errorf("exit %+v, want the cause cancelled and SIGKILL", exit)
		}
	}},
	{name: "cancelled again now, it does not wait for the end of its grace", kills: true, ask: func(p *place) {
		e := p.open()
		l := p.deaf(1)
		l.Grace = time.Hour
		j := p.running(e, l)
		p.cancel(e, j, false)
		p.cancel(e, j, true)
		p.exit(e, j)
	}},
	{name: "cancelling an ended attempt does nothing", ask: func(p *place) {
		e := p.open()
		j := p.submit(e, p.launch(1, "exit", "4"))
		before := p.exit(e, j)
		p.cancel(e, j, false)
		p.cancel(e, j, true)
		if d := cmp.Diff(before, p.exit(e, j)); d != "" {
			p.Errorf("its exit has changed (-before +after):\n%s", d)
		}
	}},
	{name: "past its deadline an attempt ends", ask: func(p *place) {
		e := p.open()
		l := p.launch(1, "sleep", "1h")
		l.Deadline = 100 * time.Millisecond
		exit := p.exit(e, p.submit(e, l))
		if exit.Cause != "deadline" || exit.Ended.Sub(exit.Started) < l.Deadline {
			p.Errorf("exit %+v, want the cause deadline, no sooner than %v", exit, l.Deadline)
		}
	}},
	{name: "past deadline and grace it is killed", kills: true, ask: func(p *place) {
		e := p.open()
		for n, deadline := 0, 300*time.Millisecond; ; n, deadline = n+1, 4*deadline {
			l := p.deaf(n)
			l.Deadline, l.Grace = deadline, 100*time.Millisecond
			exit := p.exit(e, p.submit(e, l))
			if exit.Cause != "deadline" {
				p.Errorf("exit %+v, want the cause deadline", exit)
			}
			if !exists(p.sign(l)) {
				continue // it had not come so far as to be deaf
			}
			if exit.Signal != "SIGKILL" {
				p.Errorf("exit %+v, want SIGKILL", exit)
			}
			return
		}
	}},
	{name: "a panic is an exit", ask: func(p *place) {
		e := p.open()
		exit := p.exit(e, p.submit(e, p.launch(1, "panic", "at the disco")))
		if exit.Code != 2 {
			p.Errorf("exit %+v, want code 2", exit)
		}
		contains(p.T, "the tail", exit.Tail, "panic: at the disco", "goroutine ")
	}},
}

// deaf is a launch that ignores being asked to end.
func (p *place) deaf(n int) executor.Launch {
	return p.launch(n, "deaf", "append", filepath.Join(p.TempDir(), "deaf"), "sleep", "1h")
}

// running submits a launch and waits until its script has begun. Scripts that
// append to a file do so as a sign of that.
func (p *place) running(e executor.Executor, l executor.Launch) executor.Job {
	p.Helper()
	j := p.submit(e, l)
	p.await(e, j, executor.Running)
	if sign := p.sign(l); sign != "" {
		p.file(sign)
	}
	return j
}

// sign is the file a script appends to, or "".
func (p *place) sign(l executor.Launch) string {
	for i, word := range l.Command {
		if word == "append" {
			return l.Command[i+1]
		}
	}
	return ""
}

func (p *place) cancel(e executor.Executor, j executor.Job, now bool) {
	p.Helper()
	if err := e.Cancel(context.Background(), j, now); err != nil {
		p.Fatalf("Cancel(now=%v): %v", now, err)
	}
}
