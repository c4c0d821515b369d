package main

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestResultsAreKeptAcrossRuns(t *testing.T) {
	file := filepath.Join(t.TempDir(), "results.csv")
	r, err := open(file)
	if err != nil {
		t.Fatal(err)
	}
	want := map[training]outcome{}
	for seed := 1; seed <= fineSeeds; seed++ {
		tr, o := training{"a", "cosine", 3, -7, seed}, outcome{0.5, 0.25, 1.5}
		want[tr] = o
		if err := r.keep(tr, o); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if r, err = open(file); err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for tr, o := range want {
		if r.all[tr] != o {
			t.Errorf("%+v: %v, kept %v", tr, r.all[tr], o)
		}
	}
	if best, ok := r.best("a", "cosine", 3); !ok || best.quarter != -7 || len(best.tests()) != fineSeeds {
		t.Errorf("best is %+v, %v", best, ok)
	}
}

func TestADamagedLineIsNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "results.csv")
	if err := os.WriteFile(file, []byte(header+"\na,cosine,3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := open(file); err == nil || !strings.Contains(err.Error(), "results.csv:2: 3 fields in place of 8") {
		t.Error(err)
	}
}

func TestTheBestPeakIsFoundBeyondTheGridAndBetweenItsPoints(t *testing.T) {
	r, err := open(filepath.Join(t.TempDir(), "results.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	const top = 3 // in quarters, beyond a grid that ends at 0
	for q := -6; q <= 8; q++ {
		for seed := 1; seed <= fineSeeds; seed++ {
			r.add(training{"a", "cosine", 3, q, seed}, outcome{val: 1 - math.Abs(float64(q-top))/100})
		}
	}
	c := cell{task{name: "a", low: -6, high: 0}, "cosine", 3, r, nil}
	if err := c.explore(context.Background()); err != nil {
		t.Fatal(err)
	}
	if best, _ := r.best("a", "cosine", 3); best.quarter != top {
		t.Errorf("best at quarter %d, not %d", best.quarter, top)
	}
}
