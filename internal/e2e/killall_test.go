package e2e

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Whatever is killed, and however often: every report that a program has made is
// stored once, no attempt is started twice, and the study comes to its end.
func TestWhateverIsKilledNoReportIsLost(t *testing.T) {
	tests := []struct {
		name                     string
		driver, wrapper, program bool
	}{
		{"wrappers", false, true, false},
		{"programs", false, false, true},
		{"drivers and wrappers", true, true, false},
		{"all of them", true, true, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			seed := uint64(time.Now().UnixNano())
			t.Logf("seed %d", seed)
			rng := rand.New(rand.NewPCG(seed, 0))
			p := newProject(t, fmt.Sprintf(`
name: killed
command: [%q, trial]
objective: loss min
params: {x: {float: [0, 1], default: 0.5}}
fidelity: {step: epoch, max: 15}
budget: {trials: %d}
parallel: 4
retries: 50
sampler: random
scheduler: none
`, self, rounds(8, 60)), nil)
			for left := rounds(4, 40); ; left-- {
				cmd := p.command("tune")
				var errOut bytes.Buffer
				cmd.Stderr = &errOut
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				ended := make(chan struct{})
				go func() { _ = cmd.Wait(); close(ended) }()
				for left > 0 {
					select {
					case <-ended:
					case <-time.After(time.Duration(50+rng.IntN(400)) * time.Millisecond):
						if tt.wrapper || tt.program {
							p.killSome(rng, cmd.Process.Pid, tt.wrapper, tt.program)
						}
						if tt.driver {
							_ = cmd.Process.Kill()
						} else {
							left--
							continue
						}
					}
					break
				}
				<-ended
				if cmd.ProcessState.Success() {
					break
				}
				if status := cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() {
					t.Fatalf("the driver ends with %d:\n%s", status.ExitStatus(), errOut.String())
				}
			}
			for attempt, n := range p.starts() {
				if n != 1 {
					t.Errorf("attempt %s was started %d times", attempt, n)
				}
			}
			stored := map[string]int{}
			for _, row := range p.export("--points") {
				if row.State != "completed" {
					t.Errorf("trial %d is %s (%s)", row.Trial, row.State, row.Reason)
				}
				for _, pt := range row.Points {
					stored[fmt.Sprintf("%d/%v/%v", row.Trial, pt["attempt"], pt["step"])]++
				}
			}
			for report, n := range stored {
				if n != 1 {
					t.Errorf("report %s is there %d times", report, n)
				}
			}
			for report := range p.lines("said") {
				if stored[report] == 0 {
					t.Errorf("report %s is lost", report)
				}
			}
		})
	}
}

// killSome kills each wrapper and program of the project, where asked for, with a
// probability of 1/2, but not the driver.
func (p project) killSome(rng *rand.Rand, driver int, wrappers, programs bool) {
	for _, line := range p.processes() {
		path, cmdline, _ := strings.Cut(line, ": ")
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		wrapper := strings.Contains(cmdline, "__wrap")
		if err != nil || pid == driver || wrapper && !wrappers || !wrapper && !programs || rng.IntN(2) == 0 {
			continue
		}
		if process, err := os.FindProcess(pid); err == nil {
			_ = process.Kill() // it may have ended just now
		}
	}
}
