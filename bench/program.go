package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danlu-ml/danlu/trialio"
)

// binary is the program as it is shipped.
const binary = "dist/danlu"

func binarySize(*measures) (float64, error) {
	info, err := os.Stat(binary)
	if err != nil {
		return 0, err
	}
	return float64(info.Size()) / 1e6, nil
}

// binaryStart is the median of 51 starts, in milliseconds.
func binaryStart(*measures) (float64, error) {
	var took []time.Duration
	for range 51 {
		began := time.Now()
		if err := exec.Command(binary, "version").Run(); err != nil {
			return 0, err
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took[len(took)/2].Seconds() * 1000, nil
}

// train is a trial of the studies measured: ten reports, each answered before the
// next.
func train() error {
	for step := range int64(10) {
		trialio.Report(step+1, map[string]float64{"loss": 1 / float64(step+1)})
	}
	return nil
}

// quickTrials is how many the driver's CPU is averaged over.
const quickTrials = 300

// driverCPU is the driver's processor time a trial in milliseconds, its start and
// its display included, that of wrappers and programs not.
func driverCPU(*measures) (float64, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	s, err := tune(fmt.Sprintf(`
name: quick
command: [%q]
objective: loss min
params: {lr: {float: [1e-5, 1e-1], log: true}, width: {int: [8, 512], log: true}}
fidelity: {step: epoch, max: 10}
scheduler: asha
budget: {trials: %d}
parallel: %d
`, self, quickTrials, runtime.NumCPU()))
	if err != nil {
		return 0, err
	}
	defer s.close()
	var cpu time.Duration
	for s.running() {
		if now, err := s.cpu(); err == nil {
			cpu = now
		}
		time.Sleep(5 * time.Millisecond)
	}
	if s.err != nil {
		return 0, s.err
	}
	return cpu.Seconds() * 1000 / quickTrials, nil
}

// sleepers is what many trials that only wait cost their driver.
type sleepers struct {
	cores, megabytes float64
	lost             int
}

func sleeping(pick func(sleepers) float64) source {
	return func(m *measures) (float64, error) {
		if m.sleepers == nil {
			s, err := measureSleepers()
			if err != nil {
				return 0, err
			}
			m.sleepers = &s
		}
		return pick(*m.sleepers), nil
	}
}

func measureSleepers() (got sleepers, err error) {
	const trials, sleep, settle, window = 200, 60, 30 * time.Second, 15 * time.Second
	s, err := tune(fmt.Sprintf(`
name: sleepers
command: [sh, -c, "sleep %d; echo loss=1"]
objective: loss min
observe: {stdout: 'loss=(?P<loss>\S+)'}
params: {lr: {float: [1e-5, 1e-1], log: true}}
sampler: random
scheduler: none
budget: {trials: %d}
parallel: %d
`, sleep, trials, trials))
	if err != nil {
		return got, err
	}
	defer s.close()
	time.Sleep(settle)
	before, err := s.cpu()
	if err != nil {
		return got, fmt.Errorf("the driver has ended early: %w; %w", err, s.err)
	}
	time.Sleep(window)
	after, err := s.cpu()
	if err != nil {
		return got, err
	}
	got.cores = (after - before).Seconds() / window.Seconds()
	if got.megabytes, err = s.peak(); err != nil {
		return got, err
	}
	for s.running() {
		time.Sleep(50 * time.Millisecond)
	}
	if s.err != nil {
		return got, s.err
	}
	out, err := exec.Command(s.program, "--store", filepath.Join(s.dir, "danlu.db"), "export", "--format", "json").Output()
	if err != nil {
		return got, fmt.Errorf("export: %w", err)
	}
	got.lost = trials - strings.Count(string(out), `"state":"completed"`)
	return got, nil
}

// study is `danlu tune` under way.
type study struct {
	program, dir string
	cmd          *exec.Cmd
	ended        chan struct{}
	err          error // once ended
}

// tune starts the program on a file with that text.
func tune(yaml string) (*study, error) {
	program, err := filepath.Abs(binary)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "danlu-bench")
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "danlu.yaml"), []byte(yaml), 0o600); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	s := &study{program: program, dir: dir, ended: make(chan struct{})}
	s.cmd = exec.Command(program, "tune", "danlu.yaml")
	s.cmd.Dir = dir
	said, err := os.Create(filepath.Join(dir, "said"))
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	s.cmd.Stdout, s.cmd.Stderr = said, said
	if err := s.cmd.Start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	go func() {
		defer close(s.ended)
		defer said.Close()
		if err := s.cmd.Wait(); err != nil {
			text, _ := os.ReadFile(said.Name())
			s.err = fmt.Errorf("danlu tune: %w\n%s", err, text)
		}
	}()
	return s, nil
}

func (s *study) running() bool {
	select {
	case <-s.ended:
		return false
	default:
		return true
	}
}

// close ends the study if it still runs, its trials too.
func (s *study) close() {
	for range 3 { // end well, end now, no more patience
		if !s.running() {
			break
		}
		_ = s.cmd.Process.Signal(os.Interrupt)
		select {
		case <-s.ended:
		case <-time.After(10 * time.Second):
		}
	}
	_ = os.RemoveAll(s.dir)
}

// cpu is the driver's own processor time, without that of its children.
func (s *study) cpu() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	f := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(f) < 13 || f[0] == "Z" {
		return 0, errors.New("it has ended")
	}
	user, err1 := strconv.ParseInt(f[11], 10, 64)
	system, err2 := strconv.ParseInt(f[12], 10, 64)
	return time.Duration(user+system) * time.Second / 100, errors.Join(err1, err2) // Linux counts hundredths
}

// peak is the most memory the driver has had, in megabytes.
func (s *study) peak() (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.ParseFloat(strings.Fields(value)[0], 64)
			return kb * 1024 / 1e6, err
		}
	}
	return 0, errors.New("the kernel does not tell its memory")
}

func cpuName() string {
	text, _ := os.ReadFile("/proc/cpuinfo") // elsewhere the architecture must do
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return fmt.Sprintf("%s × %d", strings.TrimSpace(value), runtime.NumCPU())
		}
	}
	return fmt.Sprintf("%d cores", runtime.NumCPU())
}
