//go:build unix

package local_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/executor/local"
	"github.com/danlu-ml/danlu/internal/proctree"
	"github.com/danlu-ml/danlu/internal/wrapper"
	"golang.org/x/sys/unix"
)

// pidIn awaits the process number that a script writes to a file.
func pidIn(t *testing.T, path string) proctree.Identity {
	t.Helper()
	for stuck := time.Now().Add(time.Minute); time.Now().Before(stuck); time.Sleep(5 * time.Millisecond) {
		b, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		pid, err := strconv.Atoi(string(b))
		if err != nil {
			t.Fatal(err)
		}
		id, err := proctree.Of(pid)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	t.Fatalf("%s does not appear", path)
	return proctree.Identity{}
}

func TestAKilledWrapperLosesItsAttemptAndLeavesNothing(t *testing.T) {
	for _, driver := range []string{"the driver that started it", "the next driver", "a driver that cancels"} {
		t.Run(driver, func(t *testing.T) {
			root := t.TempDir()
			e := newExecutor(t, local.Options{Root: root})
			orphan := filepath.Join(root, "orphan")
			j := submit(t, e, launch(t, root, 1, "deaf-orphan", orphan, "hold", filepath.Join(root, "main")))
			left := []proctree.Identity{pidIn(t, orphan), pidIn(t, filepath.Join(root, "main"))}
			if driver != "the driver that started it" {
				e.Close()
			}
			c := claimOf(t, j)
			if err := c.Signal(syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			if driver != "the driver that started it" {
				e = newExecutor(t, local.Options{Root: root})
			}
			for c.Alive() {
				time.Sleep(time.Millisecond)
			}
			if driver == "a driver that cancels" {
				if err := e.Cancel(t.Context(), j, false); err != nil {
					t.Error(err)
				}
			}
			await(t, e, j, executor.Lost)
			for _, id := range left {
				if id.Alive() {
					t.Errorf("process %d is left over", id.PID)
				}
			}
			if jobs, err := e.Find(t.Context(), j.Study); err != nil || len(jobs) > 0 {
				t.Errorf("Find says %+v, %v", jobs, err)
			}
			await(t, e, submit(t, e, launch(t, root, 1, "exit", "0")), executor.Lost)
		})
	}
}

func TestSignalsOfATerminalDoNotEndAWrapper(t *testing.T) {
	e := newExecutor(t, local.Options{})
	root := t.TempDir()
	j := submit(t, e, launch(t, root, 1, "append", filepath.Join(root, "ran"), "sleep", "300ms", "exit", "3"))
	await(t, e, j, executor.Running)
	c := claimOf(t, j)
	for _, s := range []syscall.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGPIPE} {
		if err := c.Signal(s); err != nil {
			t.Fatal(err)
		}
	}
	if s := await(t, e, j, executor.Exited); s.Exit.Code != 3 || s.Exit.Cause != "" {
		t.Errorf("exit %+v, want code 3", s.Exit)
	}
}

func TestAWrapperToldToEndByOthersSaysSo(t *testing.T) {
	e := newExecutor(t, local.Options{})
	j := submit(t, e, launch(t, t.TempDir(), 1, "sleep", "1h"))
	await(t, e, j, executor.Running)
	if err := claimOf(t, j).Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if s := await(t, e, j, executor.Exited); s.Exit.Cause != "terminated" || s.Exit.Signal != "SIGTERM" {
		t.Errorf("exit %+v, want the cause terminated and SIGTERM", s.Exit)
	}
}

func TestASecondWrapperLeavesTheAttemptAlone(t *testing.T) {
	e := newExecutor(t, local.Options{})
	root := t.TempDir()
	ran := filepath.Join(root, "ran")
	l := launch(t, root, 1, "append", ran, "sleep", "1h")
	j := submit(t, e, l)
	await(t, e, j, executor.Running)
	for _, err := os.Stat(ran); err != nil; _, err = os.Stat(ran) {
		time.Sleep(time.Millisecond)
	}
	before := claimOf(t, j)
	dir := wrapper.AttemptDir(l.Dir, 1)
	if out, err := exec.Command(os.Args[0], "__wrap", wrapper.LaunchFile(dir)).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("the second wrapper: %v, %q", err, out)
	}
	if after := claimOf(t, j); after.Identity != before.Identity {
		t.Errorf("the claim has changed from %+v to %+v", before, after)
	}
	cancel(t, e, j)
	if b, err := os.ReadFile(ran); err != nil || string(b) != "x\n" {
		t.Errorf("the program ran %d times, %v", strings.Count(string(b), "x"), err)
	}
}

// TestClaimsOfOtherBoots forges claims as an earlier boot, or another container
// on this machine, would have left them.
func TestClaimsOfOtherBoots(t *testing.T) {
	for name, c := range map[string]struct {
		locked bool
		want   executor.Phase
	}{
		"its wrapper is gone, as after a reboot":  {false, executor.Lost},
		"its wrapper lives, in another container": {true, executor.Running},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			l := launch(t, root, 1, "exit", "0")
			if err := wrapper.WriteSpec(l, nil); err != nil {
				t.Fatal(err)
			}
			claim := wrapper.Claim{Key: l.Key, Host: "elsewhere", Mark: "none/1/1/x"}
			claim.Identity = proctree.Identity{Boot: "another", PID: os.Getpid(), Start: 1}
			b, err := json.Marshal(claim)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(wrapper.AttemptDir(l.Dir, 1), "claim")
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if c.locked {
				if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
					t.Skip(err)
				}
			}
			e := newExecutor(t, local.Options{Root: root})
			if s := await(t, e, submit(t, e, l), executor.Lost, executor.Running); s.Phase != c.want {
				t.Errorf("phase %s (%s), want %s", s.Phase, s.Why, c.want)
			}
		})
	}
}
