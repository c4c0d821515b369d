package local

import (
	"context"
	"os"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/proctree"
	"github.com/danlu-ml/danlu/internal/wrapper"
)

// start starts a wrapper in a session of its own, with nothing of ours but a
// pipe. running reads as ended when the program runs or the wrapper has ended.
func (e *Executor) start(dir, workDir string) (pid int, running *os.File, err error) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return 0, nil, err
	}
	defer null.Close()
	log, err := os.OpenFile(wrapper.LogFile(dir), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, nil, err
	}
	defer log.Close()
	running, theirs, err := os.Pipe()
	if err != nil {
		return 0, nil, err
	}
	defer theirs.Close()
	argv := append(e.self[:len(e.self):len(e.self)], wrapper.LaunchFile(dir))
	p, err := os.StartProcess(e.program(), argv, &os.ProcAttr{
		Dir: workDir, Env: wrapper.Env(), Files: []*os.File{null, theirs, log}, Sys: detached,
	})
	if err != nil {
		running.Close()
		return 0, nil, err
	}
	defer p.Release()
	return p.Pid, running, nil
}

// program is the file to execute as wrapper. Ours may have been removed or
// replaced since we started, by a new build say; Linux still knows it then.
func (e *Executor) program() string {
	if _, err := os.Stat(e.self[0]); err != nil && e.ownFile {
		return "/proc/self/exe"
	}
	return e.self[0]
}

// watchStarted follows a wrapper of our own from its start to its end. Like
// watchAdopted it owns one count of e.watchers.
func (e *Executor) watchStarted(dir string, a *attempt, pid int, running *os.File) {
	defer e.watchers.Done()
	unhook := context.AfterFunc(e.ctx, func() { running.Close() })
	_, _ = running.Read(make([]byte, 1))
	unhook()
	running.Close()
	e.setClaimed(a)
	if id, err := proctree.Of(pid); err == nil {
		e.awaitEnd(id)
	}
	e.ended(dir, pid)
}

// watchAdopted follows the wrapper of an attempt that another driver started.
func (e *Executor) watchAdopted(dir string, a *attempt, c wrapper.Claim) {
	defer e.watchers.Done()
	e.setClaimed(a)
	e.holdDevices(dir, c)
	e.awaitEnd(c.Identity)
	e.ended(dir, c.PID)
}

// takeUp begins to watch the wrapper of an attempt that another driver started.
func (e *Executor) takeUp(dir string, j executor.Job, c wrapper.Claim) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, ok := e.live[dir]; ok || e.closed {
		return
	}
	a := &attempt{job: j, ready: make(chan struct{})}
	close(a.ready)
	e.live[dir] = a
	e.watchers.Add(1)
	go e.watchAdopted(dir, a, c)
}

func (e *Executor) setClaimed(a *attempt) {
	e.mu.Lock()
	a.claimed = true
	e.mu.Unlock()
	e.signal()
}

// ended forgets an attempt whose wrapper has ended: its folder says how.
func (e *Executor) ended(dir string, pid int) {
	if e.ctx.Err() != nil {
		return
	}
	reap(pid)
	e.forget(dir)
	e.signal()
}

func (e *Executor) forget(dir string) {
	e.mu.Lock()
	delete(e.live, dir)
	e.mu.Unlock()
	e.devices.release(dir)
}
