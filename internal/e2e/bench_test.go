package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// usage is what a process has used by now.
type usage struct {
	cpu time.Duration // its own, without its children's
	rss float64       // MiB, now
	hwm float64       // MiB, at most
}

// usageOf reads /proc. A process that is gone is an error.
func usageOf(pid int) (u usage, err error) {
	dir := filepath.Join("/proc", strconv.Itoa(pid))
	stat, err := os.ReadFile(filepath.Join(dir, "stat"))
	if err != nil {
		return u, err
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+2:]))
	if len(fields) < 13 || fields[0] == "Z" {
		return u, os.ErrProcessDone
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	u.cpu = time.Duration(user+system) * 10 * time.Millisecond
	status, err := os.ReadFile(filepath.Join(dir, "status"))
	if err != nil {
		return u, err
	}
	for _, line := range strings.Split(string(status), "\n") {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		kb, _ := strconv.ParseFloat(f[1], 64)
		switch f[0] {
		case "VmRSS:":
			u.rss = kb / 1024
		case "VmHWM:":
			u.hwm = kb / 1024
		}
	}
	return u, nil
}

// bench makes a project for a benchmark, where no cleanup may fail a test.
func bench(b *testing.B, yaml string) project {
	b.Helper()
	p := project{dir: b.TempDir()}
	if err := os.WriteFile(filepath.Join(p.dir, "danlu.yaml"), []byte(yaml), 0o600); err != nil {
		b.Fatal(err)
	}
	return p
}

// watch runs a driver to its end and returns the last it was seen to have used.
func (p project) watch(b *testing.B, args ...string) (last usage) {
	b.Helper()
	cmd := p.command(args...)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		if u, err := usageOf(cmd.Process.Pid); err == nil {
			last = u
		}
		select {
		case err := <-ended:
			if err != nil {
				b.Fatal(err)
			}
			return last
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// BenchmarkDriverPerTrial is what the driver itself uses for a trial that starts
// a process and sends ten reports, each answered once it is on disk.
func BenchmarkDriverPerTrial(b *testing.B) {
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	const trials = 200
	var cpu time.Duration
	n := 0
	for b.Loop() {
		p := bench(b, fmt.Sprintf(`
command: [%q, trial, "{params}"]
objective: loss min
params: {x: {float: [0, 1]}}
fidelity: {step: epoch, max: 10}
budget: {trials: %d}
parallel: 4
sampler: random
scheduler: none
`, self, trials))
		cpu += p.watch(b, "tune", "--json").cpu
		n++
	}
	b.ReportMetric(float64(cpu.Microseconds())/1000/float64(n*trials), "cpu-ms/trial")
}

// BenchmarkSleepingTrials is what a driver uses that has 200 local trials
// running which do nothing, and what one of their wrappers does.
func BenchmarkSleepingTrials(b *testing.B) {
	const trials = 200
	for b.Loop() {
		p := bench(b, fmt.Sprintf(`
command: [sh, -c, 'while [ ! -e go ]; do sleep 1; done; echo loss=1']
objective: loss min
params: {x: {float: [0, 1]}}
observe: {stdout: 'loss=(?P<loss>\S+)'}
budget: {trials: %d}
parallel: %d
sampler: random
`, trials, trials))
		cmd := p.command("tune", "--json")
		out, err := cmd.StdoutPipe()
		if err != nil {
			b.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		lines := make(chan int, 1)
		go func() {
			n, started, buf := 0, 0, make([]byte, 64<<10)
			for {
				k, err := out.Read(buf)
				n += strings.Count(string(buf[:k]), `"trial_ended"`)
				started += strings.Count(string(buf[:k]), `"trial_started"`)
				if started >= trials {
					started = -1 << 30
					lines <- trials
				}
				if err != nil {
					lines <- n
					return
				}
			}
		}()
		<-lines
		time.Sleep(3 * time.Second)
		before, err := usageOf(cmd.Process.Pid)
		if err != nil {
			b.Fatal(err)
		}
		const span = 10 * time.Second
		time.Sleep(span)
		after, err := usageOf(cmd.Process.Pid)
		if err != nil {
			b.Fatal(err)
		}
		wrappers, most := 0, 0.0
		cmdlines, _ := filepath.Glob("/proc/[0-9]*/cmdline") // the pattern is right
		for _, path := range cmdlines {
			text, err := os.ReadFile(path)
			if err != nil || !strings.Contains(string(text), "__wrap") || !strings.Contains(string(text), p.dir) {
				continue
			}
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			if u, err := usageOf(pid); err == nil {
				wrappers, most = wrappers+1, max(most, u.rss)
			}
		}
		if err := os.WriteFile(filepath.Join(p.dir, "go"), nil, 0o600); err != nil {
			b.Fatal(err)
		}
		ended := <-lines
		if err := cmd.Wait(); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric((after.cpu-before.cpu).Seconds()/span.Seconds(), "driver-cores")
		b.ReportMetric(after.hwm, "driver-MiB")
		b.ReportMetric(most, "wrapper-MiB")
		b.ReportMetric(float64(wrappers), "wrappers")
		b.ReportMetric(float64(trials-ended), "lost")
	}
}

// BenchmarkStart is the time from starting the program to its end when it has
// next to nothing to do, and its size.
func BenchmarkStart(b *testing.B) {
	p := bench(b, "")
	for b.Loop() {
		if err := p.command("version").Run(); err != nil {
			b.Fatal(err)
		}
	}
	info, err := os.Stat(danlu)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size())/(1<<20), "MiB")
}

// BenchmarkBareStart is the same for a program that does nothing, to compare.
func BenchmarkBareStart(b *testing.B) {
	p := bench(b, "")
	for b.Loop() {
		cmd := p.command()
		cmd.Path, cmd.Args = "/bin/true", []string{"true"}
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
	}
}
