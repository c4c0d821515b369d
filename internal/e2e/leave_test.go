package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// await waits for a file of the project to appear.
func (p project) await(name string) {
	p.t.Helper()
	for range 600 {
		if _, err := os.Stat(filepath.Join(p.dir, name)); err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.t.Fatalf("%s does not appear", name)
}

const slow = `
command: [./train.sh, "{trial}"]
objective: loss min
params: {x: {float: [0, 1], default: 0.5}}
observe: {stdout: 'loss=(?P<loss>\S+)'}
budget: {trials: 3}
parallel: 1
`

var slowFiles = map[string]string{"train.sh": "#!/bin/sh\ntouch began-$1; while [ ! -e go ]; do sleep 0.05; done; echo loss=1\n"}

// Ctrl-C once lets running trials end and leaves; the next tune goes on.
func TestOneInterruptLetsTrialsEnd(t *testing.T) {
	p := newProject(t, slow, slowFiles)
	cmd := p.command("tune")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.await("began-0")
	_ = cmd.Process.Signal(os.Interrupt)
	time.Sleep(300 * time.Millisecond)
	p.write("go", "")
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 4 {
		t.Errorf("exit code %d, want 4", code)
	}
	if rows := p.export(); len(rows) != 1 || rows[0].State != "completed" {
		t.Errorf("after the interrupt: %+v", rows)
	}
	p.must(0, "tune")
	if rows := p.export(); len(rows) != 3 {
		t.Errorf("after going on: %d trials", len(rows))
	}
}

// Ctrl-C twice ends running trials with all their processes; they are started
// again by the next tune.
func TestTwoInterruptsEndTrials(t *testing.T) {
	p := newProject(t, slow, slowFiles)
	cmd := p.command("tune")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.await("began-0")
	_ = cmd.Process.Signal(os.Interrupt)
	time.Sleep(200 * time.Millisecond)
	_ = cmd.Process.Signal(os.Interrupt)
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 4 {
		t.Errorf("exit code %d, want 4", code)
	}
	p.noProcessLeft()
	if rows := p.export(); len(rows) != 1 || rows[0].State != "waiting" {
		t.Errorf("after the interrupts: %+v", rows)
	}
	p.write("go", "")
	p.must(0, "tune")
	if rows := p.export(); len(rows) != 3 || rows[0].State != "completed" {
		t.Errorf("after going on: %+v", rows)
	}
}

// SIGHUP leaves trials running; what they do meanwhile is not lost, and the next
// tune takes them up.
func TestAHangUpLeavesTrialsRunning(t *testing.T) {
	p := newProject(t, slow, slowFiles)
	cmd := p.command("tune")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.await("began-0")
	_ = cmd.Process.Signal(syscall.SIGHUP)
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 4 {
		t.Errorf("exit code %d, want 4", code)
	}
	if len(p.processes()) == 0 {
		t.Error("the trial was not left running")
	}
	p.write("go", "")
	p.must(0, "tune")
	rows := p.export()
	if len(rows) != 3 || rows[0].State != "completed" || strings.Count(string(rows[0].Attempts), "started") > 1 {
		t.Errorf("after going on: %+v", rows)
	}
}

// Verbs act while a driver runs, and without one.
func TestStopRetryAndEnqueueWhileADriverRuns(t *testing.T) {
	p := newProject(t, slow, slowFiles)
	cmd := p.command("tune")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.await("began-0")
	p.must(0, "enqueue", "x=0.25")
	p.must(0, "stop", "0")
	p.await("began-1")
	p.must(1, "retry", "1") // it runs
	p.must(0, "retry", "0")
	p.write("go", "")
	if err := cmd.Wait(); err != nil {
		t.Errorf("the driver: %v", err)
	}
	rows := p.export()
	if len(rows) != 3 || rows[0].State != "completed" || rows[1].Params["x"] != 0.25 {
		t.Errorf("at the end: %+v", rows)
	}
	p.must(0, "retry", "2") // no driver: the verb takes the lease itself
	if rows := p.export(); rows[2].State != "waiting" {
		t.Errorf("after a retry without a driver: %+v", rows[2])
	}
}

// A study that a person stopped goes on when it is started again.
func TestAStoppedStudyGoesOn(t *testing.T) {
	p := newProject(t, slow, slowFiles)
	cmd := p.command("tune")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.await("began-0")
	p.must(0, "stop")
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 4 {
		t.Errorf("the driver of a stopped study ends with %d, want 4", code)
	}
	p.write("go", "")
	p.must(0, "tune")
	if rows := p.export(); len(rows) != 3 || rows[0].State != "stopped" || rows[2].State != "completed" {
		t.Errorf("after going on: %+v", rows)
	}
}
