package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// measures keeps what was run, for the next figure that needs it.
type measures struct {
	tests    map[string]string // output by package and benchmark
	sleepers *sleepers
}

// benchmark takes a number from a Go benchmark: of its first line whose name has
// part in it, the value with that unit.
func benchmark(pkg, name, time, part, unit string) source {
	return func(m *measures) (float64, error) {
		key := pkg + " " + name
		if _, done := m.tests[key]; !done {
			cmd := exec.Command("go", "test", "-run", "^$", "-bench", "^Benchmark"+name+"$", "-benchtime", time, "-timeout", "20m", pkg)
			cmd.Stderr = os.Stderr
			out, err := cmd.Output()
			if err != nil {
				return 0, fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, out)
			}
			m.tests[key] = string(out)
		}
		return find(m.tests[key], name, part, unit)
	}
}

// find reads a line as `BenchmarkOpen/5000_trials-2  3  81.5 ns/op  2.1 open-ms`.
func find(output, name, part, unit string) (float64, error) {
	for line := range strings.Lines(output) {
		f := strings.Fields(line)
		if len(f) < 4 || !strings.HasPrefix(f[0], "Benchmark"+name) || !strings.Contains(f[0], part) {
			continue
		}
		for i := 3; i < len(f); i += 2 {
			if f[i] == unit {
				return strconv.ParseFloat(f[i-1], 64)
			}
		}
	}
	return 0, fmt.Errorf("benchmark %s says nothing in %s", name, unit)
}

func scaled(by float64, s source) source {
	return func(m *measures) (float64, error) {
		v, err := s(m)
		return v * by, err
	}
}

func sum(sources ...source) source {
	return func(m *measures) (float64, error) {
		total := 0.0
		for _, s := range sources {
			v, err := s(m)
			if err != nil {
				return 0, err
			}
			total += v
		}
		return total, nil
	}
}
