package local_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/executor/local"
	"github.com/danlu-ml/danlu/internal/wrapper"
	"golang.org/x/sys/unix"
)

// TestAFullDiskStopsNeitherProgramNorExit runs a program that writes more than
// its file system holds.
func TestAFullDiskStopsNeitherProgramNorExit(t *testing.T) {
	root := t.TempDir()
	if err := unix.Mount("tmpfs", root, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("a small file system needs root: %v", err)
	}
	defer unix.Unmount(root, unix.MNT_DETACH)
	e := newExecutor(t, local.Options{})
	l := launch(t, root, 1, "flood", "6400000", "out", "step=1 loss=2", "err", "still here", "exit", "3")
	l.LogLimit = 4 << 20
	l.Observe, l.Spool = []string{`step=(?P<step>\d+) loss=(?P<loss>\S+)`}, filepath.Join(l.Dir, "spool")
	exit := await(t, e, submit(t, e, l), executor.Exited).Exit
	if exit.Code != 3 || exit.Cause != "" {
		t.Errorf("exit %+v, want code 3", exit)
	}
	if exit.Dropped < 3_000_000 {
		t.Errorf("it says that %d bytes were dropped, of 6.4 MB onto a disk of 1 MB", exit.Dropped)
	}
	if !strings.HasSuffix(exit.Tail, "step=1 loss=2\nstill here") {
		t.Errorf("the tail ends in %q", exit.Tail[max(0, len(exit.Tail)-60):])
	}
	if spool, err := os.ReadFile(l.Spool); exit.LostReports == 0 && string(spool) != `{"step":1,"values":{"loss":2}}`+"\n" {
		t.Errorf("no report is said to be lost, and the spool holds %q, %v", spool, err)
	}
}

// TestKilledForMemoryIsSaid puts an attempt into a control group that is too
// small for it.
func TestKilledForMemoryIsSaid(t *testing.T) {
	group, limit := "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
	if _, err := os.Stat(group); err != nil {
		group, limit = "/sys/fs/cgroup", "memory.max"
	}
	group = filepath.Join(group, fmt.Sprintf("danlu-test-%d", os.Getpid()))
	if err := os.Mkdir(group, 0o700); err != nil {
		t.Skipf("a control group needs root: %v", err)
	}
	defer os.Remove(group)
	if err := os.WriteFile(filepath.Join(group, limit), []byte("100000000"), 0o600); err != nil {
		t.Skip(err)
	}
	e := newExecutor(t, local.Options{Self: []string{
		"/bin/sh", "-c", `echo $$ > "$0/cgroup.procs"; exec "$1" __wrap "$2"`, group, os.Args[0],
	}})
	root := t.TempDir()
	for trial, c := range []struct {
		script []string
		want   string
	}{
		{[]string{"eat", "400"}, "oom"},
		{[]string{"signal", "9"}, ""}, // somebody else's doing
		{[]string{"eat", "10"}, ""},
	} {
		exit := await(t, e, submit(t, e, launch(t, root, trial, c.script...)), executor.Exited).Exit
		if exit.Cause != c.want {
			t.Errorf("%v: exit %+v, want the cause %q", c.script, exit, c.want)
		}
	}
}

// TestAWrapperNeedsNoDriverToSayWhy: what only the wrapper looks at, it explains.
func TestAWrapperNeedsNoDriverToSayWhy(t *testing.T) {
	e := newExecutor(t, local.Options{})
	l := launch(t, t.TempDir(), 1, "exit", "0")
	l.Observe = []string{"("}
	exit := await(t, e, submit(t, e, l), executor.Exited).Exit
	if exit.Cause != "start" || !strings.Contains(exit.Error, "observe pattern") {
		t.Errorf("exit %+v, want the cause start and the pattern named", exit)
	}
	if _, err := os.Stat(wrapper.LogFile(wrapper.AttemptDir(l.Dir, 1))); err == nil {
		t.Error("an empty wrapper.log was left")
	}
}
