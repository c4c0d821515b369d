package fill_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/fill"
)

func values(t *testing.T, line string) []fill.Value {
	t.Helper()
	vs, err := fill.Parse(strings.Fields(line))
	if err != nil {
		t.Fatal(err)
	}
	return vs
}

func TestAConfigurationKeepsAllButTheValues(t *testing.T) {
	for _, c := range []struct{ name, file, text, values, want string }{
		{
			"json", "c.json",
			"{\n\t\"lr\": 0.1, \"opt\" : {\"args\": {\"lr\": 1E-3, \"name\": \"a\\\"b\", \"amsgrad\": true}},\n  \"sizes\": [8, {\"n\": 16}], \"none\": null}",
			"--opt.args.lr=1e-05 --opt.args.name=it's --opt.args.amsgrad=False --sizes.0=9 --sizes.1.n=32 --none=2",
			"{\n\t\"lr\": 0.1, \"opt\" : {\"args\": {\"lr\": 1e-05, \"name\": \"it's\", \"amsgrad\": false}},\n  \"sizes\": [9, {\"n\": 32}], \"none\": 2}",
		},
		{
			"yaml, with its comments", "c.yaml",
			"# ours\nmodel: {width: 64, 'act': \"relu\"}  # wide\noptim:\n  lr: 1e-3   # peak\n  betas: [0.9, 0.999]\n  name: 'adam'\n  nesterov: false\nüber: 1; x\n",
			"--model.width=128 --model.act=gelu --optim.lr=3e-05 --optim.betas.1=0.99 --optim.name=1 --optim.nesterov=true",
			"# ours\nmodel: {width: 128, 'act': \"gelu\"}  # wide\noptim:\n  lr: 3.0e-05   # peak\n  betas: [0.9, 0.99]\n  name: \"1\"\n  nesterov: true\nüber: 1; x\n",
		},
		{"letters of several bytes before it", "c.yml", "a: {ü: é, b: 1}\n", "--a.b=2", "a: {ü: é, b: 2}\n"},
		{"nothing", "c.json", "[1]", "", "[1]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := fill.Text("/x/"+c.file, []byte(c.text), values(t, c.values))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, string(got)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestWhatCannotBeFilledIsRefused(t *testing.T) {
	for _, c := range []struct{ file, text, values, want string }{
		{"c.yaml", "a: 1", "--b=2", "no value at b"},
		{"c.yaml", "a: &x 1\nb: *x", "--a=2", "no value at a"},
		{"c.yaml", "a: [1", "--a=2", "read /x/c.yaml"},
		{"c.json", `{"a": 1`, "--a=2", "read /x/c.json"},
		{"c.json", `{"a": 1}`, "--a=many", `a is the number 1 there, and "many" is none`},
		{"c.json", `{"a": true}`, "--a=2", "neither true nor false"},
		{"c.ini", "a=1", "--a=2", "its ending is none of"},
	} {
		if got, err := fill.Text("/x/"+c.file, []byte(c.text), values(t, c.values)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s of %q: got %q, %v; want …%s…", c.values, c.text, got, err, c.want)
		}
	}
	for _, w := range []string{"lr=1", "--lr", "--=1"} {
		if _, err := fill.Parse([]string{w}); err == nil {
			t.Errorf("%q was taken for a value", w)
		}
	}
}

// Whatever is read where a value stands is what is read there once it was written back.
func FuzzConfigurationsReadBack(f *testing.F) {
	for _, s := range []string{"a: 1\nb: {c: 'x', d: \"y\"}\n", "- 1\n- [2, 3]\n", "a: |\n  1\nb: 2", "{\"a\": {\"b\": [1, \"2\"]}}", "? a\n: 1\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, path := range []string{"c.json", "c.yaml"} {
			leaves, err := fill.Leaves(path, []byte(text))
			if err != nil {
				continue
			}
			for _, l := range leaves {
				if l.Kind != fill.Int {
					continue
				}
				got, err := fill.Text(path, []byte(text), []fill.Value{{Name: l.Name, Text: "7"}})
				if err != nil {
					t.Fatalf("%s of %q: %v", l.Name, text, err)
				}
				after, err := fill.Leaves(path, got)
				if err != nil || len(after) != len(leaves) {
					t.Fatalf("%s of %q became %q: %v", l.Name, text, got, err)
				}
			}
		}
	})
}

func TestAScriptRunsWithOtherConstants(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3")
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"helper.py": "LR = 5\n",
		"train.py": `"""A script."""
from __future__ import annotations
import os, sys
import helper
learning_rate: float = 0.1
batch_size = 2 ** 6
name, amp = "net", False
verbose = False
optimizer = 'sgd'
layers = int("3")
params = {"eta": 0.1, 'depth': 6, **{}, "name": name}
more = dict(rounds=10)
class Config:
    width: int = 8
    lr = 1e-3
def f(learning_rate=2): return learning_rate
if __name__ == "__main__":
    epochs = 3
    print(params["eta"], params["depth"], more["rounds"], Config.width, Config.lr)
    print(learning_rate, type(batch_size).__name__, batch_size, verbose, optimizer, epochs, f(), helper.LR)
    print(os.path.basename(__file__), sys.argv, os.path.realpath(sys.path[0]) == os.path.realpath(os.path.dirname(__file__)))
    raise SystemExit(7)
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "train.py")
	run := func(line string) string {
		text, err := fill.Text(path, nil, values(t, line))
		if err != nil {
			t.Fatal(err)
		}
		other := filepath.Join(t.TempDir(), "train.py")
		if err := os.WriteFile(other, text, 0o644); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(python, other, "--data", "x").CombinedOutput()
		if err == nil {
			t.Errorf("it went well, and should end as the script does")
		}
		return strings.ReplaceAll(string(out), dir, "DIR")
	}
	want := "0.5 9 20 16 1.0\n1.0 int 128 True adam 5 2 5\ntrain.py ['DIR/train.py', '--data', 'x'] True\n"
	if d := cmp.Diff(want, run("--learning_rate=1 --batch_size=128 --verbose=True --optimizer=adam --epochs=5 --params.eta=0.5 --params.depth=9 --more.rounds=20 --Config.width=16 --Config.lr=1")); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if got := run("--learning_rat=1 --layers=4 --params.name=x"); !strings.Contains(got, "has no constant layers, learning_rat, params.name") {
		t.Errorf("got %s", got)
	}
}

func TestAFileIsReplacedWhereverACommandNamesIt(t *testing.T) {
	got, n := fill.Replace([]string{"python", "./a/c.yaml", "--config=a/c.yaml", "-c", "a//c.yaml", "x=a/c.yaml", "a/d.yaml"}, "a/c.yaml", "/t/c.yaml")
	want := []string{"python", "/t/c.yaml", "--config=/t/c.yaml", "-c", "/t/c.yaml", "x=a/c.yaml", "a/d.yaml"}
	if d := cmp.Diff(want, got); d != "" || n != 3 {
		t.Errorf("%d replaced (-want +got):\n%s", n, d)
	}
}
