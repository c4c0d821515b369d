package wrapper

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/proctree"
)

// Claim says which wrapper runs an attempt. It is written once, by that wrapper.
type Claim struct {
	executor.Key
	Host string `json:"host"`
	proctree.Identity
	Mark    string   `json:"mark"`
	Devices []string `json:"devices,omitempty"`

	path string
}

// Life is what can be told of a claim's wrapper from here.
type Life int

const (
	// Unknown: it was claimed on another machine, whose processes can't be seen.
	Unknown Life = iota
	Alive
	Dead
)

// ReadClaim reads who runs the attempt in dir. The error wraps [fs.ErrNotExist]
// if nobody has claimed it. A claim that is being written, or was when the power
// failed, says nothing but that it is there, and whether its lock is held.
func ReadClaim(dir string) (Claim, error) {
	c := Claim{path: filepath.Join(dir, claimFile)}
	err := readJSON(c.path, &c)
	if errors.Is(err, ErrDamaged) {
		return Claim{path: c.path}, nil
	}
	return c, err
}

// Path is the claim's file.
func (c Claim) Path() string { return c.path }

// Life says whether the claim's wrapper lives. On the boot and in the process
// namespace where it was made, the table of processes knows. Elsewhere (after a
// reboot, from another container, from another machine) the lock on the claim
// does, if the file system is a local one; on a network file system a claim of
// the same host from another boot is dead, and one of another host unknown.
func (c Claim) Life() Life {
	boot, err := proctree.Boot()
	switch {
	case err == nil && c.Boot == boot && c.Alive():
		return Alive
	case err == nil && c.Boot == boot:
		return Dead
	}
	if held, err := locked(c.path); err == nil && held {
		return Alive
	} else if err == nil {
		return Dead
	}
	if host, err := os.Hostname(); err == nil && host == c.Host {
		return Dead
	}
	return Unknown
}

// Tree is everything the attempt's program has started, as it can be found
// without its wrapper.
func (c Claim) Tree() proctree.Tree {
	t := proctree.Tree{Mark: MarkName + "=" + c.Mark, Since: c.Start}
	// The program's own process is written down right after its start; if the
	// wrapper died before, the mark has to do.
	if err := readJSON(filepath.Join(filepath.Dir(c.path), childFile), &t.Leader); err != nil {
		t.Leader = proctree.Identity{}
	}
	return t
}

// take claims the attempt for this process, or fails with [fs.ErrExist]. The
// returned file holds the claim's lock until it is closed.
func take(dir string, s Spec) (*os.File, error) {
	path := filepath.Join(dir, claimFile)
	if _, err := os.Lstat(path); err == nil {
		return nil, fs.ErrExist
	}
	self, err := proctree.Self()
	if err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	content, err := json.Marshal(Claim{Key: s.Key, Host: host, Identity: self, Mark: s.Mark, Devices: s.Devices})
	if err != nil {
		return nil, err
	}
	// A claim must never be seen half written, nor unlocked while its wrapper
	// lives: it is written and locked under another name and then linked, which
	// fails if the name is taken.
	temp := path + "." + strconv.Itoa(os.Getpid()) + ".new"
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	defer os.Remove(temp)
	if _, err := f.Write(append(content, '\n')); err != nil {
		f.Close()
		return nil, err
	}
	lock(f)
	err = os.Link(temp, path)
	if err == nil || sameFile(f, path) { // a network file system may repeat a link that worked
		return f, nil
	}
	f.Close()
	if errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return takeUnlinked(path, content, err)
}

// takeUnlinked claims on file systems without hard links, where there is a
// moment in which the claim is still empty.
func takeUnlinked(path string, content []byte, linkErr error) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%w (a link was refused: %w)", err, linkErr)
	}
	lock(f)
	if _, err := f.Write(append(content, '\n')); err != nil {
		f.Close()
		os.Remove(path)
		return nil, err
	}
	return f, nil
}

func sameFile(f *os.File, path string) bool {
	mine, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(path)
	return err == nil && os.SameFile(mine, there)
}
