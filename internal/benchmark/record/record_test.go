package record

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAWriterKilledInALineLosesThatLineOnly(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "optuna.jsonl")
	a := Line{Searcher: "optuna:tpe", Version: "5", Suite: "tables", Task: "t", Seed: 1, Marks: []int{100}, Scores: []float64{.5}}
	b := a
	b.Seed = 2
	if err := Append(file, a); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for cut := range len(text) {
		if err := os.WriteFile(file, append(append([]byte{}, text...), text[:cut]...), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := Append(file, b); err != nil {
			t.Fatal(err)
		}
		got, err := Read(dir)
		if err != nil {
			t.Fatalf("after %d bytes of a line: %v", cut, err)
		}
		want := []Line{a, b}
		if cut == len(text)-1 { // only its end was missing
			want = []Line{a, a, b}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("after %d bytes of a line (-want +got):\n%s", cut, d)
		}
	}
}

func TestNoFolderHasNoResults(t *testing.T) {
	if got, err := Read(filepath.Join(t.TempDir(), "none")); err != nil || got != nil {
		t.Errorf("%v, %v", got, err)
	}
}
