package amend

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/spec"
)

var wish = Range{
	Param: "lr", Low: 0.0012345, High: 0.03, Default: 0.006, By: "danlu lr", Why: "best at 0.006",
	On: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
}

const head = "command: [python, train.py, \"{params}\"] # keep  this\nobjective: val_loss min\n"

func TestOnlyTheRangeChanges(t *testing.T) {
	for _, test := range []struct{ name, before, after string }{
		{
			"on one line",
			head + "params:\n  # of the paper\n  lr:   {float: [1e-5, 1e-1], log: true, default: 2e-3}   # Adam's\n  width: {int: [1, 9]}\n",
			head + "params:\n  # of the paper\n  # danlu lr: lr was [1e-5, 1e-1], on 2026-03-01; best at 0.006\n  lr:   {float: [0.00123, 0.03], log: true, default: 2e-3}   # Adam's\n  width: {int: [1, 9]}\n",
		},
		{
			"in a block, with a default that falls out",
			head + "params:\n  lr:\n    float:\n      - 1e-5 # low\n      - .1\n    log: true\n    default: 1e-4\n",
			head + "params:\n  # danlu lr: lr was [1e-5, .1], default 1e-4, on 2026-03-01; best at 0.006\n  lr:\n    float:\n      - 0.00123 # low\n      - 0.03\n    log: true\n    default: 0.006\n",
		},
		{
			"all in one mapping, with letters of several bytes before it",
			head + "params: {u: {choice: [ä, ö]}, lr: {float: [1e-5, 1e-1], log: true}}\n",
			head + "# danlu lr: lr was [1e-5, 1e-1], on 2026-03-01; best at 0.006\nparams: {u: {choice: [ä, ö]}, lr: {float: [0.00123, 0.03], log: true}}\n",
		},
		{
			"a repeat replaces its comment, which knows the first range",
			head + "params:\n  # danlu lr: lr was [1, 2], on 2026-02-01; as it was\n  lr: {float: [1e-5, 1e-1], log: true}\n",
			head + "params:\n  # danlu lr: lr was [1, 2], on 2026-03-01; best at 0.006\n  lr: {float: [0.00123, 0.03], log: true}\n",
		},
		{
			"lines that end as on Windows",
			strings.ReplaceAll(head+"params:\n  lr: {float: [1e-5, 1e-1], log: true}\n", "\n", "\r\n"),
			strings.ReplaceAll(head+"params:\n  # danlu lr: lr was [1e-5, 1e-1], on 2026-03-01; best at 0.006\n  lr: {float: [0.00123, 0.03], log: true}\n", "\n", "\r\n"),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Narrow("danlu.yaml", []byte(test.before), wish)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(test.after, string(got)); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

func TestWhatCantBeChangedIsRefusedWithItsLine(t *testing.T) {
	for _, test := range []struct{ name, params, want string }{
		{"a list of values", "params:\n  lr: {choice: [0.1, 0.01]}\n", "danlu.yaml:4: lr can't be changed here: it is not float"},
		{"an alias", "params:\n  a: {float: &r [1e-5, 1e-1], log: true}\n  lr: {float: *r, log: true}\n", "danlu.yaml:5: "},
		{"what an alias elsewhere uses", "params:\n  lr: {float: &r [1e-5, 1e-1], log: true}\n  b: {float: *r, log: true}\n", "danlu.yaml:4: lr can't be changed here: it would make b"},
		{"a merged parameter", "params:\n  a: &p {float: [1e-5, 1e-1], log: true}\n  lr: *p\n", "danlu.yaml:5: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Narrow("danlu.yaml", []byte(head+test.params), wish)
			var at *spec.Error
			if !errors.As(err, &at) || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got %v, want %s…", err, test.want)
			}
		})
	}
}

func TestAFileIsReplacedWholeWithItsMode(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "danlu.yaml"), filepath.Join(dir, "link.yaml")
	text := head + "params:\n  lr: {float: [1e-5, 1e-1], log: true}\n"
	if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, link); err != nil {
		t.Skip("no symbolic links here")
	}
	for _, want := range []bool{true, false} {
		changed, err := File(link, wish)
		if err != nil || changed != want {
			t.Fatalf("changed %v, want %v: %v", changed, want, err)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if link, err := os.Lstat(link); err != nil || link.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".danlu-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
