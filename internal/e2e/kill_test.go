package e2e

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// rounds is how often the random tests repeat.
func rounds(normal, long int) int {
	if os.Getenv("DANLU_LONG") != "" {
		return long
	}
	return normal
}

// A driver is killed with SIGKILL at random times, again and again, while trials
// run, and another takes over. At the end every attempt was started once, every
// report is there once, and no process is left.
func TestAKilledDriverLosesAndDoublesNothing(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	rng := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	kills, study := 0, 0
	for want := rounds(12, 200); kills < want; study++ {
		p := newProject(t, fmt.Sprintf(`
name: killed
command: [%q, trial, "{params}"]
objective: loss min
params:
  x: {float: [0, 1], default: 0.5}
fidelity: {step: epoch, max: 10}
budget: {trials: 24}
parallel: 4
sampler: random
scheduler: none
seed: %d
`, self, study+1), nil)
		for within := 40; ; within = 700 { // the first while it makes the store
			cmd := p.command("tune", "--json")
			var errOut strings.Builder
			cmd.Stderr = &errOut
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			kill := time.AfterFunc(time.Duration(5+rng.IntN(within))*time.Millisecond, func() { _ = cmd.Process.Kill() })
			_ = cmd.Wait()
			kill.Stop()
			status := cmd.ProcessState.Sys().(syscall.WaitStatus)
			if status.Signaled() && status.Signal() == syscall.SIGKILL {
				kills++
				continue
			}
			if code := cmd.ProcessState.ExitCode(); code != 0 {
				t.Fatalf("after %d kills the driver ends with %d:\n%s", kills, code, errOut.String())
			}
			break
		}
		p.checkKilled()
	}
}

// checkKilled looks at what a study that was killed many times came to.
func (p project) checkKilled() {
	t := p.t
	t.Helper()
	rows := p.export("--points")
	if len(rows) != 24 {
		t.Errorf("%d trials, want 24", len(rows))
	}
	for key, n := range p.starts() {
		if n != 1 {
			t.Errorf("attempt %s was started %d times", key, n)
		}
	}
	for _, r := range rows {
		if r.State != "completed" {
			t.Errorf("trial %d is %s (%s)", r.Trial, r.State, r.Reason)
		}
		seen := map[string]int{}
		for _, pt := range r.Points {
			seen[fmt.Sprint(pt["attempt"], "/", pt["step"])]++
		}
		for step := 1; step <= 10; step++ {
			if n := seen[fmt.Sprint("1/", step)]; n != 1 {
				text, _ := json.Marshal(r.Points)
				t.Errorf("trial %d: step %d is there %d times: %s", r.Trial, step, n, text)
			}
		}
	}
	p.noProcessLeft()
}
