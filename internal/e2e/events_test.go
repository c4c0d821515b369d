package e2e

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/internal/tfevents"
)

func init() { programs["events"] = events }

const eventSteps = 60

// events is a program that knows nothing of danlu: it writes an event file as
// TensorBoard's writers do, buffered, so that what is on the disk ends anywhere in a
// record.
func events() int {
	f, err := os.Create(filepath.Join(os.Getenv("DANLU_DIR"), "events.out.tfevents.1.host"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 3
	}
	writeDown("STARTS", os.Getenv("DANLU_TRIAL")+"/"+os.Getenv("DANLU_ATTEMPT"))
	var buffer bytes.Buffer
	w, err := tfevents.NewWriter(&buffer, time.Now())
	for step := int64(1); step <= eventSteps && err == nil; step++ {
		time.Sleep(20 * time.Millisecond)
		err = w.Scalars(time.Now(), step, tfevents.Scalar{Tag: "val/loss", Value: float64(step) / 4}, tfevents.Scalar{Tag: "lr", Value: 0.5})
		n := buffer.Len() * int(step%3) / 2 // nothing, half of it, all of it
		_, _ = f.Write(buffer.Next(min(n, buffer.Len())))
	}
	if _, last := f.Write(buffer.Bytes()); err != nil || last != nil {
		fmt.Fprintln(os.Stderr, err, last)
		return 3
	}
	return 0
}

// The driver is killed again and again while event files grow: the wrapper goes on
// reading them, and the next driver finds every scalar once.
func TestEventFilesAreReadWhileDriversDie(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := newProject(t, fmt.Sprintf(`
command: [%q, events, "{params}"]
objective: val_loss min
params: {x: {float: [0, 1], default: 0.5}}
observe: {tensorboard: '{dir}'}
fidelity: {step: step, max: %d}
budget: {trials: 2}
parallel: 2
scheduler: none
`, self, eventSteps), nil)
	for range rounds(3, 30) {
		cmd := p.command("tune", "--json")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		p.await("starts") // from here on trials run without a driver
		kill := time.AfterFunc(time.Duration(20+rand.IntN(300))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		kill.Stop()
	}
	p.must(0, "tune")
	for key, n := range p.starts() {
		if n != 1 {
			t.Errorf("attempt %s was started %d times", key, n)
		}
	}
	rows := p.export("--points")
	if len(rows) != 2 {
		t.Fatalf("%d trials, want 2", len(rows))
	}
	for _, r := range rows {
		if r.State != "completed" {
			t.Errorf("trial %d is %s (%s)", r.Trial, r.State, r.Reason)
		}
		told := map[string]int{}
		for _, pt := range r.Points {
			values := pt["values"].(map[string]any)
			for name, v := range values {
				told[fmt.Sprint(name, " ", pt["step"])]++
				if name == "val_loss" && v != pt["step"].(float64)/4 {
					t.Errorf("trial %d: step %v has %v", r.Trial, pt["step"], v)
				}
			}
		}
		for step := range eventSteps {
			for _, name := range []string{"val_loss", "lr"} {
				if n := told[fmt.Sprint(name, " ", step+1)]; n != 1 {
					t.Errorf("trial %d: %s of step %d is there %d times", r.Trial, name, step+1, n)
				}
			}
		}
	}
}
