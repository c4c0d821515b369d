package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A program that empties its own folder ends like any other, or fails with a
// reason; it is not started for ever.
func TestAProgramThatRemovesItsFolder(t *testing.T) {
	t.Parallel()
	p := newProject(t, `
command: [./train.sh]
objective: loss min
params: {x: {float: [0, 1], default: 0.5}}
budget: {trials: 2}
parallel: 1
observe: {stdout: 'loss=(?P<loss>\S+)'}
`, map[string]string{"train.sh": "#!/bin/sh\necho start >> starts\nrm -rf \"$DANLU_DIR\"\nsleep 0.1\nrm -rf \"$DANLU_DIR\"\necho loss=1\n"})
	r := p.run("tune")
	if r.code != 0 && r.code != 3 {
		t.Errorf("exit code %d\n%s", r.code, r.errOut)
	}
	if n := p.starts()["start"]; n > 10 {
		t.Errorf("it was started %d times", n)
	}
	for _, row := range p.export() {
		if row.State != "completed" && !strings.Contains(row.Reason, "DANLU_DIR") {
			t.Errorf("trial %d is %s, for the reason %q", row.Trial, row.State, row.Reason)
		}
	}
}

// A program's children are ended with it, also those that have left its session,
// its output and its environment.
func TestNoChildOutlivesItsTrial(t *testing.T) {
	p := newProject(t, `
command: [./train.sh]
objective: loss min
params: {x: {float: [0, 1], default: 0.5}}
budget: {trials: 1}
observe: {stdout: 'loss=(?P<loss>\S+)'}
`, map[string]string{"train.sh": `#!/bin/sh
(env -i setsid sh -c 'echo $$ >> pids; exec sleep 987' >/dev/null 2>&1 </dev/null &)
(setsid sh -c 'echo $$ >> pids; exec sleep 987' &)
nohup sh -c 'echo $$ >> pids; exec sleep 987' &
while [ $(wc -l < pids) -lt 3 ]; do sleep 0.01; done
echo loss=1
`, "pids": ""})
	p.must(0, "tune")
	for pid := range p.lines("pids") {
		cmdline, err := os.ReadFile(filepath.Join("/proc", pid, "cmdline"))
		if err == nil && strings.Contains(string(cmdline), "987") {
			t.Errorf("process %s is left over", pid)
		}
	}
}

// A store that goes away under a driver is said, and nothing is written to another
// file in its place; the next driver begins anew and ends what still ran.
func TestAStoreThatIsRemovedWhileADriverRuns(t *testing.T) {
	t.Parallel()
	p := newProject(t, slow, slowFiles)
	cmd := p.command("tune")
	var errOut strings.Builder
	cmd.Stderr = &errOut
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.await("began-0")
	for _, name := range []string{"danlu.db", "danlu.db-wal", "danlu.db-shm"} {
		if err := os.Remove(filepath.Join(p.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	p.must(1, "ls")
	_ = os.WriteFile(filepath.Join(p.dir, "go"), nil, 0o600)
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(errOut.String(), "removed") {
		t.Errorf("exit code %d, want 1:\n%s", code, errOut.String())
	}
	if _, err := os.Stat(filepath.Join(p.dir, "danlu.db")); err == nil {
		t.Error("a store has appeared again")
	}
	p.must(0, "tune")
	if rows := p.export(); len(rows) != 3 {
		t.Errorf("%d trials after starting anew, want 3", len(rows))
	}
}

// What a program prints can't reach the terminal through danlu's own words.
func TestControlCharactersStayOut(t *testing.T) {
	p := newProject(t, `
command: [./train.sh]
objective: loss min
params: {x: {float: [0, 1], default: 0.5}}
budget: {trials: 1}
retries: 0
observe: {stdout: 'loss=(?P<loss>\S+)'}
`, map[string]string{"train.sh": "#!/bin/sh\nprintf 'loss=1\\n\\033]0;title\\007\\033[2J boom\\n' >&2\nexit 3\n"})
	said := p.run("tune").out + p.run("note", "0", "a\x1b[31mb").out
	for _, args := range [][]string{{"ls"}, {"show"}, {"show", "0"}, {"export"}} {
		r := p.run(args...)
		said += r.out + r.errOut
	}
	if strings.ContainsAny(said, "\x1b\x07") {
		t.Errorf("danlu passes on control characters:\n%q", said)
	}
}
