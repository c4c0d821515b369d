package wrapper

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/proctree"
)

const (
	defaultGrace = 30 * time.Second
	// orphanGrace is what processes get that are left when the program has
	// ended by itself.
	orphanGrace = 2 * time.Second
	// killRepeat is how often a tree is killed again until it is gone: a
	// process may have forked between a look and a kill.
	killRepeat = 100 * time.Millisecond
	// killPatience is how long processes that don't die when killed, stuck in
	// the kernel, are waited for.
	killPatience = 20 * time.Second
	// drainPatience is how long output is read on when the tree is gone but
	// somebody out of reach still holds the stream.
	drainPatience = 5 * time.Second
)

// supervise starts the claimed attempt's program and sees it through. When it
// returns, the tree has ended and everything but the exit record is written.
func supervise(dir string, spec Spec, claim *os.File, orders <-chan Order) executor.Exit {
	if readOrder(dir) != "" {
		return notStarted("cancelled", nil)
	}
	spool := &spool{path: spec.Spool}
	var notes notes
	observer, err := newObserver(spec, spool)
	if err != nil {
		return notStarted("start", err)
	}
	path, err := spec.program()
	if err != nil {
		return notStarted("start", err)
	}
	counter := newOOMCounter()
	stdout, stderr, err := openStreams(dir, spec, observer)
	if err != nil {
		return notStarted("start", err)
	}
	watch := newWatch(spec, observer, &notes)
	began := now()
	tree, err := startTree(path, spec, stdout.in, stderr.in)
	stdout.in.Close()
	stderr.in.Close()
	if err != nil {
		stdout.finish()
		stderr.finish()
		return notStarted("start", explain(err, path, spec.Command[0]))
	}
	keep(dir, spec, claim, tree)
	watch.start(tree)
	end, cause := tree.see(dir, spec, orders)

	exit := executor.Exit{Code: end.code, Signal: end.signal, Cause: cause, Started: began, Ended: end.at}
	exit.CPU, exit.MaxRSSMB = usage()
	if cause == "" && end.killed() && counter.rose() {
		exit.Cause = "oom"
	}
	stdout.finish()
	stderr.finish()
	watch.finish()
	observer.Close()
	exit.Tail = notes.appendTo(joinTails(&stdout.tail, &stderr.tail))
	exit.Dropped = stdout.log.dropped + stderr.log.dropped
	exit.LostReports = spool.close()
	return exit
}

// keep writes what is of use to others once the program runs, so as not to hold
// it up. None of it is needed to end well.
func keep(dir string, spec Spec, claim *os.File, t *tree) {
	os.Stdout.Close()
	if t.Leader.PID != 0 {
		if err := replaceJSON(filepath.Join(dir, childFile), t.Leader); err != nil {
			fmt.Fprintf(os.Stderr, "danlu __wrap: note the program's process: %v\n", err)
		}
	}
	if err := spec.forgetEnv(dir); err != nil {
		fmt.Fprintf(os.Stderr, "danlu __wrap: take the environment out of %s: %v\n", launchFile, err)
	}
	reserveExit(dir)
	_ = claim.Sync()
	syncDir(dir)
	shrink()
}

// tree is the program and everything it starts.
type tree struct {
	proctree.Tree
	main  <-chan outcome  // gives the program's own end, once
	empty <-chan struct{} // closed when nothing of the tree is left
}

// outcome is how the program itself ended.
type outcome struct {
	code   int
	signal string
	at     time.Time
	// lostChild: before it ended, a process it had left was killed.
	lostChild bool
}

// killed reports whether somebody has killed the program or, so that it failed,
// one of its processes. A shell passes its program's death on as 137.
func (o outcome) killed() bool {
	return o.signal == "SIGKILL" || o.code == 137 || (o.code != 0 && o.lostChild)
}

// see waits for the tree's end, and brings it about when the deadline has
// passed, when ordered to, or when the program has ended and left others behind.
// cause is set if the wrapper ended the program.
func (t *tree) see(dir string, spec Spec, orders <-chan Order) (end outcome, cause string) {
	var deadline, kill, giveUp <-chan time.Time
	if spec.Deadline > 0 {
		deadline = time.After(spec.Deadline)
	}
	grace := cmp.Or(spec.Grace, defaultGrace)
	main := t.main
	ask := func(grace time.Duration) {
		if kill == nil { // only the first grace given counts
			t.signal("ask the program to end", t.Terminate)
			kill = time.After(grace)
		}
	}
	for {
		select {
		case <-t.empty:
			if main != nil {
				end = <-main
			}
			return end, cause
		case end = <-main:
			main = nil
			ask(min(grace, orphanGrace))
		case <-deadline:
			if main != nil {
				cause = cmp.Or(cause, "deadline")
			}
			ask(grace)
		case o := <-orders:
			if main != nil {
				cause = cmp.Or(cause, whose(dir))
			}
			ask(grace)
			if o == Kill {
				kill = time.After(0)
			}
		case <-kill:
			t.signal("kill what the program has started", t.Kill)
			kill = time.After(killRepeat)
			if giveUp == nil {
				giveUp = time.After(killPatience)
			}
		case <-giveUp:
			if main != nil {
				end = outcome{code: -1, signal: "SIGKILL", at: now()}
			}
			fmt.Fprintf(os.Stderr, "danlu __wrap: processes of %s don't end though they were killed %v ago; leaving them\n", spec.Mark, killPatience)
			return end, cause
		}
	}
}

// whose tells an order of ours, which is written down, from a signal that came
// from elsewhere.
func whose(dir string) string {
	if readOrder(dir) == "" {
		return "terminated"
	}
	return "cancelled"
}

// signal sends a signal to everything of the tree that is found. What goes wrong
// is told: nobody is there to act on it.
func (t *tree) signal(what string, send func(*proctree.Table) (int, error)) {
	table, err := proctree.ReadTable()
	if err == nil {
		_, err = send(table)
	}
	if err != nil && !errors.Is(err, errors.ErrUnsupported) {
		fmt.Fprintf(os.Stderr, "danlu __wrap: %s: %v\n", what, err)
	}
}
