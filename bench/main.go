// Command bench measures the figures of docs/benchmarks.md and prints their table:
// it runs the benchmarks that stand for them, and the built program (dist/danlu) as
// a user would. `make bench` does it all.
//
// With names as arguments it measures only the figures that have one of them in
// theirs.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/danlu-ml/danlu/trialio"
)

// figure is a line of the table.
type figure struct {
	name   string
	aim    string
	unit   string
	source source
}

// source measures one number. Sources that run the same thing share its result.
type source func(*measures) (float64, error)

// figures are in the order of the table.
var figures = []figure{
	{"start to the program's first instruction, over the bare process", "< 10", "ms", benchmark("./internal/executor/local", "Launch", "50x", "", "ms-over")},
	{"driver: CPU a trial with 10 durable reports, whole program", "< 2", "ms", driverCPU},
	{"driver: CPU with 200 sleeping trials", "< 0.2", "cores", sleeping(func(s sleepers) float64 { return s.cores })},
	{"driver: memory with 200 sleeping trials", "< 200", "MB", sleeping(func(s sleepers) float64 { return s.megabytes })},
	{"trials lost of 200 sleeping", "0", "", sleeping(func(s sleepers) float64 { return float64(s.lost) })},
	{"driver: CPU with 1,000 simulated trials, 100 reports a second", "< 1", "cores", benchmark("./bench", "ThousandTrials", "1x", "", "driver-cores")},
	{"driver: memory with 1,000 simulated trials", "< 200", "MB", benchmark("./bench", "ThousandTrials", "1x", "", "MB")},
	{"wrapper: memory", "< 8", "MB", benchmark("./internal/executor/local", "SleepingTrials", "10x", "", "MB-rss/wrapper")},
	{"start of the binary (`danlu version`)", "< 10", "ms", binaryStart},
	{"size of the binary", "< 30", "MB", binarySize},
	{"open a study of 5,000 trials, 20 events each", "< 1000", "ms", sum(
		benchmark("./internal/store/sqlite", "Open", "3x", "5000_trials", "open-ms"),
		benchmark("./internal/store/sqlite", "Open", "3x", "5000_trials", "replay+fold-ms"))},
	{"fold 5,000 trials, 20 events each", "≪ 1000", "ms", scaled(1e-6, benchmark("./internal/study", "Fold", "5x", "events", "ns/op"))},
	{"trial with 10 reports in memory, library", "< 100", "µs", scaled(1e-3, benchmark(".", "Trial", "2s", "", "ns/op"))},
	{"trial with 10 reports in memory, pipe", "< 400", "µs", scaled(1e-3, benchmark("./internal/pipe", "Trial", "2s", "", "ns/op"))},
	{"durable intake, 16 clients, batches of 20", "> 40000", "points/s", benchmark("./internal/store/sqlite", "Intake", "2s", "", "points/s")},
	{"store: CPU a trial with 10 durable reports", "", "µs", benchmark("./internal/store/sqlite", "Trial", "2s", "", "cpu-µs/trial")},
	{"inbox: CPU a report of 20 points", "", "µs", benchmark("./internal/inbox", "Server", "2s", "points=20", "cpu-µs/request")},
	{"sobol: a suggestion at 1,000 trials of 10 parameters", "< 1", "ms", scaled(1e-6, benchmark("./internal/sampler", "Suggest", "1s", "sobol/1000", "ns/op"))},
}

func main() {
	if trialio.InTrial() { // the program of the studies measured is this one
		if err := train(); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	flag.Parse()
	if err := run(flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(only []string) error {
	if _, err := os.Stat(binary); err != nil {
		return fmt.Errorf("%w: build it first, with make build", err)
	}
	m := &measures{tests: map[string]string{}}
	fmt.Printf("%s, %s/%s, %s\n\n", cpuName(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	fmt.Println("| what | aim | measured |")
	fmt.Println("|---|---|---|")
	var missing []error
	for _, f := range figures {
		if !wanted(f.name, only) {
			continue
		}
		v, err := f.source(m)
		if err != nil {
			missing = append(missing, fmt.Errorf("%s: %w", f.name, err))
			continue
		}
		fmt.Printf("| %s | %s | %s |\n", f.name, aim(f), strings.TrimSpace(number(v)+" "+f.unit))
	}
	return errors.Join(missing...)
}

func wanted(name string, only []string) bool {
	for _, o := range only {
		if strings.Contains(name, o) {
			return true
		}
	}
	return len(only) == 0
}

// number has three digits that count.
func number(v float64) string {
	switch {
	case v >= 100 || v == 0:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	case v >= 1:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.2g", v)
}

// aim is what was aimed for, with its unit.
func aim(f figure) string {
	if f.aim == "" {
		return "–"
	}
	return strings.TrimSpace(f.aim + " " + f.unit)
}
