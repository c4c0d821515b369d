package jsonl_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/jsonl"
)

func read(t *testing.T, path string) (all []int) {
	t.Helper()
	if err := jsonl.Each(path, func(v int) { all = append(all, v) }); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestWhatWasKeptIsReadInOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.jsonl")
	if got := read(t, path); got != nil {
		t.Errorf("of no file: %v", got)
	}
	for _, v := range []int{3, 1, 2} {
		if err := jsonl.Append(path, v); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]int{3, 1, 2}, read(t, path)); diff != "" {
		t.Error(diff)
	}
}

// A writer may be killed at any byte of a line: that line is lost, and no other.
func TestALineCutShortIsLostAlone(t *testing.T) {
	const whole = "1\n23456\n"
	for cut := len("1\n"); cut < len(whole); cut++ {
		path := filepath.Join(t.TempDir(), "results.jsonl")
		if err := os.WriteFile(path, []byte(whole[:cut]+`"`), 0o644); err != nil { // a quote without its end
			t.Fatal(err)
		}
		if err := jsonl.Append(path, 7); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int{1, 7}, read(t, path)); diff != "" {
			t.Errorf("cut at %d: %s", cut, diff)
		}
	}
}
