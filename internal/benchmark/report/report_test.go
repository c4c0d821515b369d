package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/danlu-ml/danlu/internal/benchmark/problem"
	"github.com/danlu-ml/danlu/internal/benchmark/record"
)

// results have 8 tasks of family a and 2 of b, 2 seeds: on a, ours has a tenth of the
// peer's regret, on b ten times as much.
func results(extra ...record.Line) *Results {
	var ps []problem.Problem
	var lines []record.Line
	for i := range 10 {
		p := problem.Problem{Suite: "s", Family: "a", Name: fmt.Sprintf("t%d", i)}
		ours, peer := .01, .1
		if i >= 8 {
			p.Family = "b"
			ours, peer = peer, ours
		}
		ps = append(ps, p)
		for seed := range uint64(2) {
			lines = append(lines, line("danlu:auto", "2", p.Name, seed, ours), line("optuna:tpe", "5", p.Name, seed, peer*(1+.01*float64(i))))
		}
	}
	return New(ps, append(extra, lines...))
}

func line(searcher, version, task string, seed uint64, regret float64) record.Line {
	return record.Line{Searcher: searcher, Version: version, Suite: "s", Task: task, Seed: seed, Marks: []int{10, 25, 50, 100}, Scores: []float64{1, .5, .2, regret}}
}

func TestComparisonIsOverTasksOfAllFamilies(t *testing.T) {
	ds := results().Compare("s", 100)
	if len(ds) != 1 {
		t.Fatalf("%d comparisons, want 1", len(ds))
	}
	d := ds[0]
	if d.Tasks != 10 || math.Abs(d.Families[0].Mean+1.0149) > 1e-3 || math.Abs(d.Families[1].Mean-.9645) > 1e-3 {
		t.Errorf("%+v", d)
	}
	// Two losses of about the size of the eight gains, the smallest in rank: w = 3 of 55.
	if d.Verdict() != "ahead" || math.Abs(d.P-.009765625) > 1e-12 || !d.Families[1].loses() || d.Families[0].loses() {
		t.Errorf("verdict %q at p = %v, %+v", d.Verdict(), d.Adjusted, d.Families)
	}
}

func TestFewTasksHaveNoVerdict(t *testing.T) {
	ps := []problem.Problem{{Suite: "s", Family: "a", Name: "t"}}
	d := New(ps, []record.Line{line("danlu:auto", "1", "t", 0, .001), line("optuna:tpe", "5", "t", 0, 1)}).Compare("s", 100)[0]
	if d.Verdict() != "too few tasks" || !math.IsInf(d.Families[0].Half, 1) {
		t.Errorf("verdict %q, interval ± %v", d.Verdict(), d.Families[0].Half)
	}
}

func TestOnlyTheLatestVersionCounts(t *testing.T) {
	r := results(line("danlu:auto", "1", "t0", 7, 1))
	if _, runs := r.Count("danlu:auto", "s", "a"); runs != 16 {
		t.Errorf("%d runs, want the 16 of version 2", runs)
	}
}

func TestOnlySeedsOfBothArePaired(t *testing.T) {
	d := results(line("danlu:auto", "2", "t0", 9, 1)).Compare("s", 100)[0]
	if math.Abs(d.Families[0].Mean+1.0149) > 1e-3 {
		t.Errorf("difference %v with a seed that the peer lacks", d.Families[0].Mean)
	}
}

func TestTheDocumentSaysWhereWeLose(t *testing.T) {
	var b bytes.Buffer
	results().Write(&b, "s", "charts")
	for _, want := range []string{
		"| danlu:auto | −0.30 (0.00) | −0.70 (0.00) | −2.00 (0.00) | 0.500 | 0.010 | – | 8 | 16 |",
		"danlu:auto is behind optuna:tpe in family b: by 0.96 ± 0.03, 2 tasks",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the document lacks %q:\n%s", want, b.String())
		}
	}
}

func TestChartsAreXML(t *testing.T) {
	svg := results().Chart("s", "a")
	d := xml.NewDecoder(strings.NewReader(svg))
	lines := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "polyline" {
			lines++
		}
	}
	if lines != 2 {
		t.Errorf("%d lines, want one a searcher", lines)
	}
}
