package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/danlu-ml/danlu/internal/benchmark/record"
)

// WriteWorkers writes the document's part about many workers: how long searchers take
// to a regret, a table for each kind of cluster. Of several versions of a searcher the
// one whose line is last counts.
func WriteWorkers(w io.Writer, lines []record.Crowd) {
	if len(lines) == 0 {
		return
	}
	latest := map[string]string{}
	for _, l := range lines {
		latest[l.Searcher] = l.Version
	}
	lines = slices.DeleteFunc(slices.Clone(lines), func(l record.Crowd) bool { return latest[l.Searcher] != l.Version })
	kind := func(l record.Crowd) record.Crowd {
		return record.Crowd{StartUp: l.StartUp, Stragglers: l.Stragglers, Failing: l.Failing, Regret: l.Regret, Until: l.Until}
	}
	fmt.Fprint(w, "\n## Many workers\n\nStudies on recorded trainings whose workers and clock are imagined. Of a copy, as `pbt` makes\nthem, is known what becomes of its own parameters, not of the weights it came with.\n")
	for _, k := range inOrder(lines, kind) {
		some := slices.DeleteFunc(slices.Clone(lines), func(l record.Crowd) bool { return kind(l) != k })
		writeCluster(w, k, some)
	}
}

func writeCluster(w io.Writer, k record.Crowd, lines []record.Crowd) {
	title := "workers that differ by a tenth"
	if k.Stragglers > 0 {
		title = fmt.Sprintf("%.0f %% of the workers at a fifth of the speed", 100*k.Stragglers)
	}
	if k.Failing > 0 {
		title = fmt.Sprintf("a worker fails in %.0f %% of full trainings", 100*k.Failing)
	}
	tasks := inOrder(lines, func(l record.Crowd) string { return l.Task })
	seeds := inOrder(lines, func(l record.Crowd) uint64 { return l.Seed })
	fmt.Fprintf(w, "\n### Time to a regret of %v: %s\n\n", k.Regret, title)
	fmt.Fprintf(w, "Medians and quartiles over %d tables (%s) and %d seeds, in full trainings of an average worker; – is more than %v. To start takes %v.\n\n",
		len(tasks), strings.Join(tasks, ", "), len(seeds), k.Until, k.StartUp)
	numbers := inOrder(lines, func(l record.Crowd) int { return l.Workers })
	slices.Sort(numbers)
	fmt.Fprint(w, "| searcher |")
	for _, n := range numbers {
		fmt.Fprintf(w, " %d |", n)
	}
	fmt.Fprintf(w, "\n|---|%s\n", strings.Repeat("---|", len(numbers)))
	for _, s := range inOrder(lines, func(l record.Crowd) string { return l.Searcher }) {
		fmt.Fprintf(w, "| %s |", s)
		for _, n := range numbers {
			var times []float64
			for _, l := range lines {
				if l.Searcher == s && l.Workers == n {
					times = append(times, cmp.Or(l.Time, math.Inf(1)))
				}
			}
			fmt.Fprintf(w, " %s |", Middle(times))
		}
		fmt.Fprintln(w)
	}
}

// Middle is the median of some times with their quartiles, nothing where there are none.
func Middle(times []float64) string {
	if len(times) == 0 {
		return ""
	}
	slices.Sort(times)
	at := func(share float64) string {
		x := times[int(share*float64(len(times)-1)+0.5)]
		if math.IsInf(x, 1) {
			return "–"
		}
		return number(x, 2)
	}
	return fmt.Sprintf("%s (%s … %s)", at(0.5), at(0.25), at(0.75))
}

// inOrder are the different values of some lines, as they first come.
func inOrder[T comparable](lines []record.Crowd, of func(record.Crowd) T) (values []T) {
	for _, l := range lines {
		if v := of(l); !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	return values
}
