package wrapper

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/danlu-ml/danlu/internal/proctree"
)

// ownership is what is known of who writes a file.
type ownership int

const (
	unclear ownership = iota
	own
	others
)

// owner tells which of the files in a folder that several trials share are of one
// tree of processes: by the process in the file's name, which TensorBoard's and
// TensorFlow's writers put there, or since one of its processes has it open, which
// only Linux tells. A file that shows neither is nobody's for sure; where no other
// trial runs it is taken for the tree's.
type owner struct {
	tree    *tree
	host    string
	members map[int]bool // every process of the tree seen so far
	table   *proctree.Table
	now     []proctree.Process
}

func newOwner(t *tree) *owner {
	host, _ := os.Hostname()
	return &owner{tree: t, host: host, members: map[int]bool{t.Leader.PID: true}}
}

// forget drops what is known of processes as they were.
func (o *owner) forget() { o.table, o.now = nil, nil }

func (o *owner) look() {
	if o.table != nil {
		return
	}
	table, err := proctree.ReadTable()
	if err != nil {
		table = &proctree.Table{}
	}
	o.table, o.now = table, o.tree.Members(table)
	for _, p := range o.now {
		o.members[p.PID] = true
	}
}

func (o *owner) of(path string, alone bool) ownership {
	pid := writerOf(filepath.Base(path), o.host)
	if pid != 0 && o.members[pid] {
		return own
	}
	o.look()
	switch {
	case pid != 0 && o.members[pid]:
		return own
	case pid != 0 && alive(pid):
		return others
	case alone:
		return own
	}
	for _, p := range o.now {
		if opens(p.PID, path) {
			return own
		}
	}
	return unclear
}

// writerOf is the process that has made an event file on this host, by its name:
// events.out.tfevents.SECONDS.HOST.PID.N; 0 where it does not tell.
func writerOf(name, host string) int {
	_, rest, ok := strings.Cut(name, "tfevents.")
	if !ok || host == "" {
		return 0
	}
	_, rest, _ = strings.Cut(rest, ".")
	rest, ok = strings.CutPrefix(rest, host+".")
	if !ok {
		return 0
	}
	digits, _, _ := strings.Cut(rest, ".")
	pid, err := strconv.Atoi(digits)
	if err != nil || pid < 0 {
		return 0
	}
	return pid
}

func alive(pid int) bool {
	_, err := proctree.Of(pid)
	return err == nil
}

// opens reports whether a process has a file open, where the system tells.
func opens(pid int, path string) bool {
	dir := filepath.Join("/proc", strconv.Itoa(pid), "fd")
	fds, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	for _, fd := range fds {
		if target, err := os.Readlink(filepath.Join(dir, fd.Name())); err == nil && target == path {
			return true
		}
	}
	return false
}
