package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
)

// Many shells stop, retry, enqueue and note at once while a driver runs: each is
// answered, and the study comes to its end with every attempt started once.
func TestManyShellsActAtOnce(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := newProject(t, fmt.Sprintf(`
name: hammered
command: [%q, trial]
objective: loss min
params: {x: {float: [0, 1], default: 0.5}}
fidelity: {step: epoch, max: 15}
budget: {trials: %d}
parallel: 4
scheduler: none
`, self, rounds(20, 120)), nil) // more than the shells enqueue: those beyond a budget wait
	driver := p.command("tune")
	var errOut strings.Builder
	driver.Stderr = &errOut
	if err := driver.Start(); err != nil {
		t.Fatal(err)
	}
	p.await("said")
	var shells sync.WaitGroup
	for shell := range 6 {
		rng := rand.New(rand.NewPCG(1, uint64(shell)))
		shells.Go(func() {
			for range rounds(4, 40) {
				trial := fmt.Sprint(rng.IntN(8))
				args := [][]string{{"stop", trial}, {"retry", trial}, {"enqueue", fmt.Sprintf("x=0.%d", 1+rng.IntN(99999))}, {"note", trial, "hello"}}[rng.IntN(4)]
				r := p.run(args...)
				// 0: done; 1: not in this state; 2: no such trial yet
				if r.code > 2 || r.code > 0 && r.errOut == "" {
					t.Errorf("danlu %v: exit code %d\n%s", args, r.code, r.errOut)
				}
			}
		})
	}
	shells.Wait()
	if err := driver.Wait(); err != nil {
		t.Errorf("the driver: %v\n%s", err, errOut.String())
	}
	p.must(0, "tune") // what was enqueued or retried after its end
	for attempt, n := range p.starts() {
		if n != 1 {
			t.Errorf("attempt %s was started %d times", attempt, n)
		}
	}
	for _, row := range p.export() {
		if row.State != "completed" && row.State != "stopped" {
			t.Errorf("trial %d is %s (%s)", row.Trial, row.State, row.Reason)
		}
	}
}
