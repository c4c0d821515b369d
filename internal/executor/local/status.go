package local

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/proctree"
	"github.com/danlu-ml/danlu/internal/wrapper"
)

// status is what memory, then the attempt's folder, say of a job.
func (e *Executor) status(j executor.Job, table tableReader) (executor.Status, error) {
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
	return s, e.inspect(dir, &s, table)
}

// inspect reads the phase of an attempt this executor doesn't watch.
func (e *Executor) inspect(dir string, s *executor.Status, table tableReader) error {
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
	n, err := e.clear(c, table)
	if err != nil {
		return err
	}
	if n > 0 {
		s.Why = fmt.Sprintf("its wrapper has died; ending %d processes it left", n)
		e.signalIn(100 * time.Millisecond)
		return nil
	}
	s.Phase, s.Why = executor.Lost, "its wrapper has died without a word: "+cmp.Or(lastWords(dir), "was it killed, or the machine restarted?")
	return nil
}

// exited reports whether there is an exit record. One that is damaged will not
// get better: the attempt counts as lost.
func exited(dir string, s *executor.Status) (bool, error) {
	exit, err := wrapper.ReadExit(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case errors.Is(err, wrapper.ErrDamaged):
		s.Phase, s.Why = executor.Lost, err.Error()
		return true, nil
	case err != nil:
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

// tableReader reads the table of processes, once, when it is first needed.
type tableReader func() (*proctree.Table, error)

func newTableReader() tableReader { return sync.OnceValues(proctree.ReadTable) }

// left is what an attempt's program has left behind now that its wrapper is dead.
// After a reboot, or when the container it ran in is gone, that is nothing.
func left(c wrapper.Claim, table tableReader) (proctree.Tree, *proctree.Table, error) {
	if boot, err := proctree.Boot(); err != nil || boot != c.Boot {
		return proctree.Tree{}, new(proctree.Table), err
	}
	t, err := table()
	return c.Tree(), t, err
}

// clear kills what the attempt of a dead wrapper has left, and returns how many
// processes there were.
func (e *Executor) clear(c wrapper.Claim, table tableReader) (int, error) {
	tree, t, err := left(c, table)
	if err != nil {
		return 0, err
	}
	n, err := tree.Kill(t)
	if n > 0 {
		e.log.Warn("ended processes of a trial whose wrapper had died", "study", c.Study, "trial", c.Trial, "attempt", c.Attempt, "processes", n)
	}
	return n, err
}

// unfinished reports whether something of a claimed attempt may still run.
func (e *Executor) unfinished(c wrapper.Claim, table tableReader) bool {
	if c.Life() != wrapper.Dead {
		return true
	}
	tree, t, err := left(c, table)
	return err != nil || len(tree.Members(t)) > 0
}
