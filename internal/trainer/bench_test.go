//go:build unix

package trainer

import (
	"fmt"
	"runtime"
	"syscall"
	"testing"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// workloads are what the notes on speed speak of.
var workloads = []struct {
	name string
	c    Config
}{
	{"demo cnn 8", Config{Task: "fashion-mnist", Model: "cnn", Set: map[string]string{"channels": "8", "batch_size": "64"}}},
	{"cnn 16", Config{Task: "fashion-mnist", Model: "cnn", Set: map[string]string{"channels": "16", "batch_size": "64"}}},
	{"cnn 16 norm", Config{Task: "fashion-mnist", Model: "cnn", Set: map[string]string{"channels": "16", "batch_size": "64", "norm": "batch"}}},
	{"simplecnn", Config{Task: "fashion-mnist", Model: "simplecnn", Set: map[string]string{"batch_size": "64"}}},
	{"mlp 512x3", Config{Task: "fashion-mnist", Model: "mlp", Set: map[string]string{"width": "512", "depth": "3"}}},
	{"mlp 512x3 norm", Config{Task: "fashion-mnist", Model: "mlp", Set: map[string]string{"width": "512", "depth": "3", "norm": "batch"}}},
	{"bilstm 2x128", Config{Task: "speech-frames", Model: "bilstm", Set: map[string]string{"hidden": "128", "depth": "2"}}},
	{"textcnn", Config{Task: "austen", Model: "textcnn", Set: map[string]string{"dropout": "0.5"}}},
}

// BenchmarkEpoch is one epoch of training, without validation. Its examples/CPU-s
// compare two states of the trainer; `make bench-torch` compares it with PyTorch.
func BenchmarkEpoch(b *testing.B) {
	for _, level := range kernel.Levels() {
		for _, w := range workloads {
			b.Run(fmt.Sprintf("%v/%s", level, w.name), func(b *testing.B) {
				defer kernel.Force(level)()
				benchmarkEpoch(b, w.c)
			})
		}
	}
}

func benchmarkEpoch(b *testing.B, c Config) {
	r := runnerFor(b, c)
	examples := 0
	start := cpuSeconds()
	for b.Loop() {
		r.Sums = sums{}
		r.batches.shuffle(r.Epoch)
		for r.Batch = range r.count {
			r.step(r.Batch*r.batch, min((r.Batch+1)*r.batch, len(r.batches.order)))
		}
		examples += r.Sums.Examples
	}
	b.ReportMetric(float64(examples)/(cpuSeconds()-start), "examples/CPU-s")
}

// BenchmarkThreads is an epoch by the number of threads: by the clock and in CPU-seconds.
func BenchmarkThreads(b *testing.B) {
	for _, w := range workloads {
		for threads := 1; threads <= runtime.GOMAXPROCS(0); threads *= 2 {
			b.Run(fmt.Sprintf("%s/%d", w.name, threads), func(b *testing.B) {
				w.c.Threads = threads
				benchmarkEpoch(b, w.c)
			})
		}
	}
}

// cpuSeconds is what the process has used so far, in all of its threads.
func cpuSeconds() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

func runnerFor(t testing.TB, c Config) *runner {
	p, err := c.plan()
	if err != nil {
		t.Fatal(err)
	}
	r, err := newRunner(p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAStepAllocatesNothing(t *testing.T) {
	for _, w := range workloads {
		c := w.c
		c.Set = map[string]string{"batch_size": "2", "dropout": "0.1", "data_fraction": "0.1"}
		t.Run(w.name, func(t *testing.T) {
			r := runnerFor(t, c)
			r.batches.shuffle(0)
			step := func() { r.step(0, r.batch) }
			step()
			if n := testing.AllocsPerRun(3, step); n != 0 {
				t.Errorf("%g allocations a step, want none", n)
			}
		})
	}
}
