package local

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/proctree"
	"github.com/danlu-ml/danlu/internal/wrapper"
)

// status is what memory, then the attempt's folder, say of a job.
func (e *Executor) status(j executor.Job) (executor.Status, error) {
	dir := wrapper.AttemptDir(j.Dir, j.Attempt)
	s := executor.Status{Job: j}
	e.mu.Lock()
	if a, ok := e.live[dir]; ok {
		s.Phase = executor.Pending
		if a.claimed {
			s.Phase = executor.Running
		}
		e.mu.Unlock()
		return s, nil
	}
	e.mu.Unlock()
	return s, e.inspect(dir, &s)
}

// inspect reads the phase of an attempt this executor doesn't watch.
func (e *Executor) inspect(dir string, s *executor.Status) error {
	if ok, err := exited(dir, s); ok || err != nil {
		return err
	}
	c, err := wrapper.ReadClaim(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.Phase = executor.Absent
		s.Why = lastWords(dir)
		return nil
	case err != nil:
		return err
	}
	s.Phase = executor.Running
	switch c.Life() {
	case wrapper.Alive:
		e.takeUp(dir, s.Job, c)
		return nil
	case wrapper.Unknown:
		s.Why = fmt.Sprintf("claimed on %s, whose processes can't be seen from here; if that machine is gone for good, remove %s", c.Host, c.Path())
		return nil
	}
	// The wrapper may have ended well between the two looks.
	if ok, err := exited(dir, s); ok || err != nil {
		return err
	}
	left, err := e.clear(c)
	if err != nil {
		return err
	}
	if left > 0 {
		s.Why = fmt.Sprintf("its wrapper has died; ending %d processes it left", left)
		e.signalIn(100 * time.Millisecond)
		return nil
	}
	s.Phase, s.Why = executor.Lost, "its wrapper has died without a word: "+cmp.Or(lastWords(dir), "was it killed, or the machine restarted?")
	return nil
}

func exited(dir string, s *executor.Status) (bool, error) {
	exit, err := wrapper.ReadExit(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	s.Phase, s.Exit, s.Why = executor.Exited, &exit, ""
	return true, nil
}

// lastWords is what a wrapper wrote before it ended without an exit record.
func lastWords(dir string) string {
	b, err := os.ReadFile(wrapper.LogFile(dir))
	if err != nil {
		return ""
	}
	const enough = 1000
	return string(bytes.TrimSpace(b[:min(len(b), enough)]))
}

// clear kills what the attempt of a dead wrapper has left, and returns how many
// processes there were. After a reboot, or when the container it ran in is gone,
// there are none.
func (e *Executor) clear(c wrapper.Claim) (int, error) {
	if boot, err := proctree.Boot(); err != nil || boot != c.Boot {
		return 0, nil
	}
	n, err := c.Tree().Kill()
	if n > 0 {
		e.log.Warn("ended processes of a trial whose wrapper had died", "study", c.Study, "trial", c.Trial, "attempt", c.Attempt, "processes", n)
	}
	return n, err
}

// unfinished reports whether something of a claimed attempt may still run.
func (e *Executor) unfinished(c wrapper.Claim) bool {
	if c.Life() != wrapper.Dead {
		return true
	}
	if boot, err := proctree.Boot(); err != nil || boot != c.Boot {
		return false
	}
	left, err := c.Tree().Members()
	return err != nil || len(left) > 0
}
