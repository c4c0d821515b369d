//go:build unix

package proctree_test

import (
	"os/exec"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/internal/proctree"
)

func TestATreeIsFoundBySessionWhenItsLeaderIsDead(t *testing.T) {
	cmd := start(t, "fork and end", func(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setsid: true} })
	self := of(t, syscall.Getpid())
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	leader := proctree.Identity{Boot: self.Boot, PID: cmd.Process.Pid, Start: self.Start}
	tree := proctree.Tree{Leader: leader}
	if got := members(t, tree); len(got) != 1 {
		t.Fatalf("the session of %d has %v, want the one orphan", cmd.Process.Pid, got)
	}
	reboot := tree
	reboot.Leader.Boot = "another"
	if got := members(t, reboot); len(got) > 0 {
		t.Errorf("a session of another boot has %v", got)
	}
	end(t, tree)
}

func TestASessionIsNotTakenForOneThatHadItsNumberBefore(t *testing.T) {
	cmd := start(t, "sleep", func(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setsid: true} })
	leader := of(t, cmd.Process.Pid)
	if got := members(t, proctree.Tree{Leader: leader}); !slices.Equal(got, []int{leader.PID}) {
		t.Errorf("the session of %d has %v, want its leader", leader.PID, got)
	}
	leader.Start--
	if got := members(t, proctree.Tree{Leader: leader}); len(got) > 0 {
		t.Errorf("the session of an earlier %d has %v", leader.PID, got)
	}
}

func TestATreeIsFoundByItsMark(t *testing.T) {
	mark := "PROCTREE_MARK=a/1/" + strconv.FormatInt(time.Now().UnixNano(), 36)
	with := func(env ...string) func(*exec.Cmd) {
		return func(c *exec.Cmd) {
			c.Env = append(env, c.Env...)
			c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		}
	}
	first, last := start(t, "sleep", with(mark)), start(t, "sleep", with("X=1", mark))
	start(t, "sleep", with(mark+"0"))
	start(t, "sleep", with("X"+mark))
	// One whose parent is marked belongs to the tree, though it has no mark.
	forked := start(t, "fork and stay", with(mark))
	of(t, first.Process.Pid)
	got := members(t, proctree.Tree{Mark: mark})
	if len(got) != 4 {
		t.Errorf("%v carry the mark, want 4", got)
	}
	for _, cmd := range []*exec.Cmd{first, last, forked} {
		if !slices.Contains(got, cmd.Process.Pid) {
			t.Errorf("%v lacks %d", got, cmd.Process.Pid)
		}
	}
	later := of(t, last.Process.Pid).Start + 1_000_000
	if got := members(t, proctree.Tree{Mark: mark, Since: later}); len(got) > 0 {
		t.Errorf("%v are said to have started later than they have", got)
	}
	end(t, proctree.Tree{Mark: mark})
}

// end asks a tree to end, as its members do by default.
func end(t *testing.T, tree proctree.Tree) {
	t.Helper()
	if n, err := tree.Terminate(table(t)); n == 0 || err != nil {
		t.Errorf("Terminate = %d, %v", n, err)
	}
	for len(members(t, tree)) > 0 {
		time.Sleep(time.Millisecond)
	}
}
