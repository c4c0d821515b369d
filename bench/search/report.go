package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/danlu-ml/danlu/internal/benchmark/record"
	"github.com/danlu-ml/danlu/internal/benchmark/report"
	"github.com/danlu-ml/danlu/internal/benchmark/suite"
)

// preface is the document's beginning: what was measured, how, and how to read it.
//
//go:embed preface.md
var preface string

// writeReport writes docs/benchmarks-search.md and its graphs.
func writeReport(args []string) error {
	var c choice
	fs := c.flags("report")
	docs := fs.String("docs", "docs", "folder of the document")
	if err := fs.Parse(args); err != nil {
		return err
	}
	problems, err := suite.Load(strings.Join(suite.Names(), ","), suite.Options{Tables: c.tables})
	if err != nil {
		return err
	}
	lines, err := record.Read(c.results)
	if err != nil {
		return err
	}
	const charts = "benchmarks-search"
	if err := os.MkdirAll(filepath.Join(*docs, charts), 0o755); err != nil {
		return err
	}
	r := report.New(problems, lines)
	var text bytes.Buffer
	text.WriteString(preface)
	for _, s := range r.Suites() {
		r.Write(&text, s, charts)
		for _, family := range r.Families(s) {
			if svg := r.Chart(s, family); svg != "" {
				if err := os.WriteFile(filepath.Join(*docs, charts, report.ChartName(s, family)), []byte(svg), 0o644); err != nil {
					return err
				}
			}
		}
	}
	crowds, err := record.ReadAs[record.Crowd](workersResults(c.results))
	if err != nil {
		return err
	}
	report.WriteWorkers(&text, crowds)
	file := filepath.Join(*docs, "benchmarks-search.md")
	if err := os.WriteFile(file, append(bytes.TrimSpace(text.Bytes()), '\n'), 0o644); err != nil {
		return err
	}
	fmt.Println("wrote", file)
	return nil
}
