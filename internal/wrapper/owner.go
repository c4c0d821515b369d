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
	several // its own, and another's too
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
	sole    map[string]int // in how many looks only the tree had a file open
}

// soleLooks is in how many looks only one tree must have had a file open, for it to
// be the tree's: writers that name files by the second may open the same one.
const soleLooks = 3

func newOwner(t *tree) *owner {
	host, _ := os.Hostname()
	return &owner{tree: t, host: host, members: map[int]bool{t.Leader.PID: true}, sole: map[string]int{}}
}

// forget drops what is known of processes as they were.
func (o *owner) forget() { o.table, o.now = nil, nil }

func (o *owner) look() {
	if o.table != nil {
		return
	}
	table, err := proctree.ReadTable()
	if err != nil {
		table = &proctree.Table{} // nobody is known
	}
	o.table, o.now = table, o.tree.Members(table)
	for _, p := range o.now {
		o.members[p.PID] = true
	}
}

// of says whose a file is; last, that it will not be asked again.
func (o *owner) of(path string, alone, last bool) ownership {
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
	switch mine, other := o.opened(path); {
	case mine && other:
		return several // nobody can tell which part is whose
	case mine:
		o.sole[path]++
	}
	if n := o.sole[path]; n >= soleLooks || (last && n > 0) {
		delete(o.sole, path)
		return own
	}
	return unclear
}

// opened reports whether processes of the tree have a file open, and whether others
// have.
func (o *owner) opened(path string) (mine, other bool) {
	all, err := proctree.List()
	if err != nil {
		return false, false
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	for _, p := range all {
		if !opens(p.PID, path) {
			continue
		}
		if o.members[p.PID] {
			mine = true
		} else {
			other = true
		}
	}
	return mine, other
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
	for _, fd := range fds {
		if target, err := os.Readlink(filepath.Join(dir, fd.Name())); err == nil && target == path {
			return true
		}
	}
	return false
}
