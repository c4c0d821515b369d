// Package proctree finds and ends process trees, also when whoever started them
// is dead.
//
// Process numbers are reused and parents die, so neither is enough to say which
// processes belong together. A process is named by [Identity]: its number, its
// start time and the boot (and process namespace) in which both hold. A [Tree]
// gathers what descends from a root, what lives in a leader's session and what
// carries a mark in its environment; any one of the three is enough.
//
// Linux is fully served. On darwin the same is asked of sysctl. On Windows there
// are neither sessions nor readable environments, so that only descendants of a
// living root are found. Elsewhere [List] says [errors.ErrUnsupported].
//
// Start reading at [Tree].
package proctree

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"sync"
)

// Identity names a process for good: no other process, past or future, of this
// or another boot, has the same.
type Identity struct {
	// Boot is the boot, and where there are any the process namespace, that PID
	// and Start belong to, as [Boot] says.
	Boot string `json:"boot"`
	PID  int    `json:"pid"`
	// Start is when it started, in a unit of the platform's own: comparable
	// within a boot, meaningless otherwise.
	Start uint64 `json:"start"`
}

// Process is a row of the table of processes.
type Process struct {
	PID, Parent, Session int
	Start                uint64
	// Zombie: it has ended and waits to be reaped. It holds nothing any more.
	Zombie bool
}

// Boot names this boot of this machine and this process's process namespace.
var Boot = sync.OnceValues(boot)

// Self is this process.
func Self() (Identity, error) { return Of(os.Getpid()) }

// Of is the identity of the living process with this number. The error wraps
// [os.ErrProcessDone] if there is none, or only a zombie.
func Of(pid int) (Identity, error) {
	b, err := Boot()
	if err != nil {
		return Identity{}, fmt.Errorf("identify this boot: %w", err)
	}
	p, err := lookup(pid)
	if err != nil {
		return Identity{}, fmt.Errorf("look up process %d: %w", pid, err)
	}
	if p.Zombie {
		return Identity{}, fmt.Errorf("look up process %d: %w", pid, os.ErrProcessDone)
	}
	return Identity{Boot: b, PID: pid, Start: p.Start}, nil
}

// Alive reports whether the process still runs. One of another boot or another
// process namespace does not, as far as can be seen from here: compare Boot
// first where that matters.
func (id Identity) Alive() bool {
	now, err := Of(id.PID)
	return err == nil && now == id
}

// Tree says which processes belong together. The zero value has no members.
type Tree struct {
	// Root is the process whose descendants belong to the tree; it does not
	// itself. 0 means none.
	Root int
	// Leader is a session leader, alive or dead; what lives in its session
	// belongs to the tree. The zero value means none.
	Leader Identity
	// Mark is a NAME=value that members have in their environment. "" means
	// none.
	Mark string
	// Since is the Start of a process that is older than every member: what is
	// older still is not looked at. 0 looks at all.
	Since uint64
}

// Table is the table of processes at one moment. What it has read of a process's
// environment it keeps, so that one table serves many trees.
type Table struct {
	all []Process
	env map[int][]byte
}

// ReadTable reads the table of processes.
func ReadTable() (*Table, error) {
	all, err := List()
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	return &Table{all: all, env: make(map[int][]byte)}, nil
}

func (t *Table) carries(pid int, mark string) bool {
	env, ok := t.env[pid]
	if !ok {
		env = environ(pid)
		t.env[pid] = env
	}
	return bytes.Contains(env, []byte("\x00"+mark+"\x00"))
}

// Members are the living processes of the tree. This process is never one.
func (t Tree) Members(table *Table) []Process {
	in := make(map[int]bool)
	if t.Root != 0 {
		in[t.Root] = true
	}
	session := t.session(table)
	var members []Process
	// A parent may stand below its child, and a mark brings in children that
	// carry none: go round until nothing is added. Environments are looked at in
	// the first round only.
	for first, grew := true, true; grew; first = false {
		grew = false
		for _, p := range table.all {
			if in[p.PID] || p.Zombie || p.Start < t.Since || p.PID == os.Getpid() || p.PID <= 1 {
				continue
			}
			if in[p.Parent] || (session != 0 && p.Session == session) ||
				(first && t.Mark != "" && table.carries(p.PID, t.Mark)) {
				in[p.PID], grew = true, true
				members = append(members, p)
			}
		}
	}
	return members
}

// session is the number of the leader's session, or 0 if it can't be told from
// another's. While a session has members its number is not given out again, so
// the only doubt is a later process that has taken both number and leadership.
func (t Tree) session(table *Table) int {
	b, err := Boot()
	if t.Leader.PID == 0 || err != nil || t.Leader.Boot != b {
		return 0
	}
	for _, p := range table.all {
		if p.PID == t.Leader.PID && p.Start != t.Leader.Start {
			return 0
		}
	}
	return t.Leader.PID
}

// Kill ends the tree's members among those of the table, at once and without
// asking, and returns how many there were. A process that was started while the
// table was read may be missing from it: the tree has ended when a new table
// holds none of it.
func (t Tree) Kill(table *Table) (int, error) {
	members := t.Members(table)
	return len(members), each(members, kill)
}

// Terminate asks the members among those of the table to end and returns how many
// were asked. Where a platform has no way of asking, nothing happens and the
// error says [errors.ErrUnsupported].
func (t Tree) Terminate(table *Table) (int, error) {
	members := t.Members(table)
	return len(members), each(members, terminate)
}

// each signals all members whatever goes wrong with one of them. One that has
// ended meanwhile is no error.
func each(members []Process, signal func(Process) error) error {
	var errs []error
	for _, p := range members {
		if err := signal(p); err != nil && !errors.Is(err, os.ErrProcessDone) {
			errs = append(errs, fmt.Errorf("signal process %d: %w", p.PID, err))
		}
	}
	return errors.Join(errs...)
}
