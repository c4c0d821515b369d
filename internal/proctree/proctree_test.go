package proctree_test

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/internal/proctree"
)

// TestMain makes the test binary a process that sleeps, or one that starts such
// a process and ends or stays.
func TestMain(m *testing.M) {
	switch os.Getenv("PROCTREE_TEST") {
	case "sleep":
		time.Sleep(time.Hour)
	case "fork and stay", "fork and end":
		stay := os.Getenv("PROCTREE_TEST") == "fork and stay"
		child := exec.Command(os.Args[0])
		child.Env = []string{"PROCTREE_TEST=sleep"}
		if err := child.Start(); err != nil {
			panic(err)
		}
		os.Stdout.WriteString("forked\n")
		if stay {
			time.Sleep(time.Hour)
		}
		return
	}
	os.Exit(m.Run())
}

// start runs this binary in a role and kills it at the test's end.
func start(t *testing.T, role string, prepare func(*exec.Cmd)) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = []string{"PROCTREE_TEST=" + role}
	if prepare != nil {
		prepare(cmd)
	}
	var out *os.File
	if strings.HasPrefix(role, "fork") {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stdout, out = w, r
		defer w.Close()
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	if out != nil {
		if _, err := out.Read(make([]byte, 8)); err != nil {
			t.Fatal(err)
		}
		out.Close()
	}
	return cmd
}

func of(t *testing.T, pid int) proctree.Identity {
	t.Helper()
	id, err := proctree.Of(pid)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func table(t *testing.T) *proctree.Table {
	t.Helper()
	table, err := proctree.ReadTable()
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func members(t *testing.T, tree proctree.Tree) (pids []int) {
	t.Helper()
	for _, p := range tree.Members(table(t)) {
		pids = append(pids, p.PID)
	}
	slices.Sort(pids)
	return pids
}

func TestAnIdentityLastsUntilTheProcessEnds(t *testing.T) {
	self, err := proctree.Self()
	if err != nil {
		t.Skip(err)
	}
	if !self.Alive() {
		t.Error("this process is not alive")
	}
	cmd := start(t, "sleep", nil)
	id := of(t, cmd.Process.Pid)
	if !id.Alive() {
		t.Error("the child is not alive")
	}
	for what, other := range map[string]proctree.Identity{
		"of another boot":                        {Boot: "x", PID: id.PID, Start: id.Start},
		"that had the number before":             {Boot: id.Boot, PID: id.PID, Start: id.Start - 1},
		"that there is none of, the zero one":    {},
		"with a number no process can ever have": {Boot: id.Boot, PID: 1 << 30},
	} {
		if other.Alive() {
			t.Errorf("a process %s is alive", what)
		}
		if err := other.Signal(os.Kill); !errors.Is(err, os.ErrProcessDone) {
			t.Errorf("kill a process %s: %v, want ErrProcessDone", what, err)
		}
	}
	if !id.Alive() {
		t.Error("killing others has killed the child")
	}
	if err := id.Signal(os.Kill); err != nil {
		t.Fatal(err)
	}
	for id.Alive() { // dead from the moment it is a zombie, before it is reaped
		time.Sleep(time.Millisecond)
	}
	if _, err := proctree.Of(id.PID); !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("Of a zombie: %v, want ErrProcessDone", err)
	}
	if err := id.Signal(os.Kill); !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("kill it again: %v, want ErrProcessDone", err)
	}
}

func TestATreeIsWhatDescendsFromItsRoot(t *testing.T) {
	cmd := start(t, "fork and stay", nil)
	of(t, cmd.Process.Pid)
	tree := proctree.Tree{Root: cmd.Process.Pid}
	if got := members(t, tree); len(got) != 1 || got[0] == cmd.Process.Pid {
		t.Errorf("the tree of %d is %v, want its child alone", cmd.Process.Pid, got)
	}
	whole := members(t, proctree.Tree{Root: os.Getpid()})
	if len(whole) != 2 || !slices.Contains(whole, cmd.Process.Pid) || slices.Contains(whole, os.Getpid()) {
		t.Errorf("this process's tree is %v, want %d, its child, and not itself", whole, cmd.Process.Pid)
	}
	if n, err := tree.Kill(table(t)); n != 1 || err != nil {
		t.Errorf("Kill = %d, %v; want 1", n, err)
	}
	for len(members(t, tree)) > 0 {
		time.Sleep(time.Millisecond)
	}
	if n, err := tree.Kill(table(t)); n != 0 || err != nil {
		t.Errorf("Kill of an empty tree = %d, %v", n, err)
	}
}

func TestTheEmptyTreeHasNoMembers(t *testing.T) {
	of(t, os.Getpid())
	if got := members(t, proctree.Tree{}); len(got) > 0 {
		t.Errorf("it has %v", got)
	}
}
