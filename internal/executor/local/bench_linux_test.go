package local_test

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/executor/local"
)

// wrapBinary is DANLU_BINARY if set, else a binary like danlu built for the
// occasion.
func wrapBinary(b *testing.B) string {
	b.Helper()
	path := cmp.Or(os.Getenv("DANLU_BINARY"), filepath.Join(b.TempDir(), "wrap"))
	if os.Getenv("DANLU_BINARY") == "" {
		build := exec.Command("go", "build", "-ldflags=-s -w", "-o", path, "./testdata/wrap")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
	return path
}

// BenchmarkLaunch measures the time from asking for a program to its first
// instruction, bare and through Submit, in turns. The program opens a named pipe.
func BenchmarkLaunch(b *testing.B) {
	root := b.TempDir()
	sh, err := exec.LookPath("sh")
	if err != nil {
		b.Skip(err)
	}
	e := newExecutor(b, local.Options{Self: []string{wrapBinary(b), "__wrap"}})
	fifo := filepath.Join(root, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		b.Skip(err)
	}
	toFirstInstruction := func(start func()) time.Duration {
		began := time.Now()
		start()
		f, err := os.Open(fifo) // returns when the program has it open too
		took := time.Since(began)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, f)
		f.Close()
		return took
	}
	var bare, wrapped, cpu time.Duration
	trial := 0
	for b.Loop() {
		trial++
		cmd := exec.Command(sh, "-c", ": > "+fifo)
		bare += toFirstInstruction(func() {
			if err := cmd.Start(); err != nil {
				b.Fatal(err)
			}
		})
		_ = cmd.Wait()
		before := ownCPU()
		l := launch(b, root, trial)
		l.Command = []string{sh, "-c", ": > " + fifo}
		var j executor.Job
		wrapped += toFirstInstruction(func() { j = submit(b, e, l) })
		await(b, e, j, executor.Exited)
		cpu += ownCPU() - before
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 / float64(b.N) }
	b.ReportMetric(ms(bare), "ms-bare")
	b.ReportMetric(ms(wrapped), "ms-wrapped")
	b.ReportMetric(ms(wrapped-bare), "ms-over")
	b.ReportMetric(ms(cpu), "driver-cpu-ms/trial")
}

// BenchmarkSleepingTrials measures what 200 running trials cost: processor time
// of the driver, which polls on every wake and each second besides, and memory
// of a wrapper.
func BenchmarkSleepingTrials(b *testing.B) {
	root := b.TempDir()
	e := newExecutor(b, local.Options{Root: root, Self: []string{wrapBinary(b), "__wrap"}})
	var jobs []executor.Job
	for trial := range 200 {
		l := launch(b, root, trial)
		l.Command = []string{"sleep", "3600"}
		jobs = append(jobs, submit(b, e, l))
	}
	for _, j := range jobs {
		await(b, e, j, executor.Running)
	}
	time.Sleep(time.Second)
	var rss, pss, cpu float64
	for _, j := range jobs {
		pid := claimOf(b, j).PID
		rss += procKB(b, fmt.Sprintf("/proc/%d/smaps_rollup", pid), "Rss:")
		pss += procKB(b, fmt.Sprintf("/proc/%d/smaps_rollup", pid), "Pss:")
		cpu += procCPU(b, pid)
	}
	began, before := time.Now(), ownCPU()
	for b.Loop() {
		select {
		case <-e.Wake():
		case <-time.After(time.Second):
		}
		if _, err := e.Poll(b.Context(), jobs); err != nil {
			b.Fatal(err)
		}
	}
	wall := time.Since(began)
	b.ReportMetric((ownCPU()-before).Seconds()/wall.Seconds(), "driver-cores")
	var wrapperCPU float64
	for _, j := range jobs {
		wrapperCPU += procCPU(b, claimOf(b, j).PID)
	}
	b.ReportMetric((wrapperCPU-cpu)/wall.Seconds(), "all-wrappers-cores")
	b.ReportMetric(rss/1024/float64(len(jobs)), "MB-rss/wrapper")
	b.ReportMetric(pss/1024/float64(len(jobs)), "MB-pss/wrapper")
	for _, j := range jobs {
		if err := e.Cancel(b.Context(), j, true); err != nil {
			b.Error(err)
		}
	}
	for _, j := range jobs {
		await(b, e, j, executor.Exited)
	}
}

func procKB(b *testing.B, file, field string) (kb float64) {
	b.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		b.Skip(err)
	}
	for line := range strings.Lines(string(text)) {
		if after, ok := strings.CutPrefix(line, field); ok {
			if _, err := fmt.Sscan(after, &kb); err != nil {
				b.Fatal(err)
			}
		}
	}
	return kb
}

// procCPU is a process's processor time in seconds.
func procCPU(b *testing.B, pid int) float64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Fatal(err)
	}
	f := strings.Fields(string(text[strings.LastIndexByte(string(text), ')'):]))
	var user, system float64
	if _, err := fmt.Sscan(f[12]+" "+f[13], &user, &system); err != nil {
		b.Fatal(err)
	}
	return (user + system) / 100
}

func ownCPU() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
