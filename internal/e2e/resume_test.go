package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/danlu-ml/danlu/trialio"
)

// resumes fails once at step 3, each trial in a way of its own, and goes on from
// its checkpoint: trial 0 leaves it as it should be, trial 1 removes it, trial 2
// has a folder for one, trial 3 cuts it short.
func resumes() int {
	id, resume := os.Getenv("DANLU_TRIAL"), trialio.Resume()
	from := int64(0)
	file := resume
	if id == "2" && resume != "" {
		file = filepath.Join(resume, "state")
	}
	if text, err := os.ReadFile(file); err == nil {
		_, _ = fmt.Sscan(string(text), &from) // 0 if it can't be read, which the test sees
	}
	writeDown("STARTS", fmt.Sprintf("%s/%s/from=%d", id, os.Getenv("DANLU_ATTEMPT"), from))
	for step := from + 1; step <= trialio.MaxStep(); step++ {
		path := filepath.Join(trialio.Dir(), fmt.Sprintf("step-%d", step))
		file := path
		if id == "2" {
			if err := os.Mkdir(path, 0o700); err != nil {
				return 3
			}
			file = filepath.Join(path, "state")
		}
		if os.WriteFile(file, fmt.Append(nil, step), 0o600) != nil || trialio.Checkpoint(path, step) != nil {
			return 3
		}
		trialio.Report(step, map[string]float64{"loss": 1 / float64(step)})
		if step == 3 && from == 0 && os.Getenv("DANLU_ATTEMPT") == "1" {
			switch id { // what fails here the test sees
			case "1":
				_ = os.Remove(path)
			case "3":
				_ = os.Truncate(path, 0)
			}
			return 1
		}
	}
	return 0
}

// An attempt that failed is retried from its last checkpoint, and from the
// beginning where that is gone; superseded checkpoints don't pile up.
func TestARetryGoesOnFromTheCheckpoint(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := newProject(t, fmt.Sprintf(`
name: resumes
command: [%q, resumes]
objective: loss min
params: {x: {float: [0, 1], default: 0.5}}
fidelity: {step: epoch, max: 5}
budget: {trials: 4}
parallel: 1
scheduler: none
`, self), nil)
	r := p.must(0, "tune")
	starts := p.starts()
	for _, want := range []string{"0/1/from=0", "0/2/from=3", "1/1/from=0", "1/2/from=0", "2/1/from=0", "2/2/from=3", "3/1/from=0", "3/2/from=0"} {
		if starts[want] != 1 {
			t.Errorf("%s is not among the starts: %v", want, starts)
		}
	}
	for _, row := range p.export() {
		if row.State != "completed" {
			t.Errorf("trial %d is %s (%s)", row.Trial, row.State, row.Reason)
		}
	}
	left, err := filepath.Glob(filepath.Join(p.dir, "danlu-runs", "resumes", "*", "step-*"))
	if err != nil || len(left) != 4 {
		t.Errorf("checkpoints left: %v (%v)", left, err)
	}
	if !strings.Contains(r.errOut, "a checkpoint is missing") || !strings.Contains(r.errOut, "a checkpoint is damaged: it has 0 bytes of 1") {
		t.Errorf("danlu does not say which checkpoints it could not use:\n%s", r.errOut)
	}
	if strings.Contains(r.errOut, "can't be removed") {
		t.Errorf("danlu complains:\n%s", r.errOut)
	}
}

// A study is driven from any folder, and goes on after its folder was moved in
// the middle.
func TestAStudyWhoseFolderIsMovedGoesOn(t *testing.T) {
	p := newProject(t, slow, slowFiles)
	cmd := p.command("tune", filepath.Join(p.dir, "danlu.yaml"))
	cmd.Dir = os.TempDir()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.await("began-0")
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	moved := p
	moved.dir = filepath.Join(t.TempDir(), "elsewhere")
	if err := os.Rename(p.dir, moved.dir); err != nil {
		t.Fatal(err)
	}
	moved.write("go", "")
	moved.must(0, "tune")
	rows := moved.export()
	if len(rows) != 3 {
		t.Errorf("%d trials, want 3", len(rows))
	}
	for _, row := range rows {
		if row.State != "completed" {
			t.Errorf("trial %d is %s (%s)", row.Trial, row.State, row.Reason)
		}
	}
}
