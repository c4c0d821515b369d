package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/danlu-ml/danlu/internal/benchmark/record"
	"github.com/google/go-cmp/cmp"
)

func TestTimesOnManyWorkersAreATableForEachKindOfCluster(t *testing.T) {
	var lines []record.Crowd
	add := func(version string, workers int, stragglers float64, times ...float64) {
		for seed, at := range times {
			lines = append(lines, record.Crowd{
				Searcher: "danlu:a", Version: version, Task: "t", Seed: uint64(seed), Workers: workers, StartUp: .02, Stragglers: stragglers,
				Regret: .05, Until: 20, Time: at,
			})
		}
	}
	add("old", 8, 0, 9, 9, 9)
	add("new", 64, 0, 1, 2, 3)
	add("new", 8, 0, 0, 5, 0) // two never came to it
	add("new", 8, .2, 7, 7, 7)
	var out bytes.Buffer
	WriteWorkers(&out, lines)
	var rows []string
	for line := range strings.Lines(out.String()) {
		if strings.HasPrefix(line, "|") || strings.HasPrefix(line, "###") {
			rows = append(rows, strings.TrimSpace(line))
		}
	}
	want := []string{
		"### Time to a regret of 0.05: workers that differ by a tenth",
		"| searcher | 8 | 64 |", "|---|---|---|",
		"| danlu:a | – (– … –) | 2.00 (2.00 … 3.00) |",
		"### Time to a regret of 0.05: 20 % of the workers at a fifth of the speed",
		"| searcher | 8 |", "|---|---|",
		"| danlu:a | 7.00 (7.00 … 7.00) |",
	}
	if d := cmp.Diff(want, rows); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
