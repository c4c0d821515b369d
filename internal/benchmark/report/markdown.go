package report

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/danlu-ml/danlu/internal/benchmark/stats"
)

// Write writes the document's part of a suite. Graphs are expected in the folder charts,
// one a family, by [ChartName].
func (r *Results) Write(w io.Writer, suite, charts string) {
	fmt.Fprintf(w, "\n## Suite %s\n\n", suite)
	for _, family := range r.Families(suite) {
		r.writeFamily(w, suite, family, charts)
	}
	r.writeComparisons(w, suite)
	r.writeLosses(w, suite)
}

// compared are the shares of the budget at which searchers are compared.
func compared(suite string) []int {
	if suite == "fidelity" {
		return []int{25, 50, 100}
	}
	return []int{25, 100}
}

func (r *Results) writeFamily(w io.Writer, suite, family, charts string) {
	if r.Chart(suite, family) == "" {
		return
	}
	fmt.Fprintf(w, "### %s: %s\n\n![regret by evaluations](%s/%s)\n\n", suite, family, charts, ChartName(suite, family))
	fmt.Fprintln(w, "| searcher | log10 NR at 25 % | at 50 % | at 100 % | NR at 25 % | at 100 % | CPU s a run | tasks | runs |")
	fmt.Fprintln(w, "|---|---|---|---|---|---|---|---|---|")
	for _, s := range r.Searchers(suite) {
		tasks, runs := r.Count(s, suite, family)
		if tasks == 0 {
			continue
		}
		cell := func(mark int) string {
			ms := r.of(s, suite, family, logRegret(mark))
			return fmt.Sprintf("%s (%s)", number(stats.Mean(ms), 2), number(stats.SE(ms), 2))
		}
		plain := func(mark int) string { return number(stats.Mean(r.of(s, suite, family, regret(mark))), 3) }
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s | %s | %d | %d |\n", s, cell(25), cell(50), cell(100), plain(25), plain(100),
			number(stats.Mean(r.of(s, suite, family, cpu)), 3), tasks, runs)
	}
	fmt.Fprintln(w)
}

func (r *Results) writeComparisons(w io.Writer, suite string) {
	for _, mark := range compared(suite) {
		ds := r.Compare(suite, mark)
		if len(ds) == 0 {
			continue
		}
		fmt.Fprintf(w, "### %s: paired differences at %d %%\n\n", suite, mark)
		families := r.Families(suite)
		fmt.Fprintf(w, "| ours | peer | %s | all | tasks | p | Holm | verdict |\n|---|---|%s---|---|---|---|---|\n", strings.Join(families, " | "), strings.Repeat("---|", len(families)))
		for _, d := range ds {
			var cells []string
			for _, name := range families {
				cell := "–"
				for _, f := range d.Families {
					if f.Family == name {
						cell = f.String()
					}
				}
				cells = append(cells, cell)
			}
			fmt.Fprintf(w, "| %s | %s | %s | %s | %d | %s | %s | %s |\n", d.Ours, d.Peer, strings.Join(cells, " | "), signed(d.Mean), d.Tasks, small(d.P), small(d.Adjusted), d.Verdict())
		}
		fmt.Fprintln(w)
	}
}

// writeLosses says where a peer is better.
func (r *Results) writeLosses(w io.Writer, suite string) {
	var lines []string
	for _, mark := range compared(suite) {
		for _, d := range r.Compare(suite, mark) {
			if d.Verdict() == "behind" {
				lines = append(lines, fmt.Sprintf("- At %d %% of the budget %s is behind %s over all tasks: by %.2f (p = %s).", mark, d.Ours, d.Peer, d.Mean, small(d.Adjusted)))
			}
			for _, f := range d.Families {
				if f.loses() {
					lines = append(lines, fmt.Sprintf("- At %d %% of the budget %s is behind %s in family %s: by %.2f ± %.2f, %d tasks.", mark, d.Ours, d.Peer, f.Family, f.Mean, f.Half, f.Tasks))
				}
			}
		}
	}
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(w, "### %s: where we lose\n\n%s\n\n", suite, strings.Join(lines, "\n"))
}

// String is the difference with its interval.
func (f FamilyDifference) String() string {
	if math.IsInf(f.Half, 1) {
		return signed(f.Mean)
	}
	return fmt.Sprintf("%s ± %.2f", signed(f.Mean), f.Half)
}

func signed(x float64) string { return strings.ReplaceAll(fmt.Sprintf("%+.2f", x), "-", "−") }

func number(x float64, digits int) string {
	if math.IsNaN(x) {
		return "–"
	}
	return strings.ReplaceAll(fmt.Sprintf("%.*f", digits, x), "-", "−")
}

func small(p float64) string {
	if p < .001 {
		return "< .001"
	}
	return fmt.Sprintf("%.3f", p)
}
