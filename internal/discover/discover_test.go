package discover

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/danlu-ml/danlu/internal/option"
	"github.com/danlu-ml/danlu/internal/spec"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestCommandLinesAreTakenApart(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"train.py", "pkg/train.py", "mod/__main__.py"} {
		write(t, dir, name, "")
	}
	for _, c := range []struct{ line, before, args, script, plainly string }{
		{"python train.py --lr 1", "python train.py", "--lr 1", "train.py", "python train.py"},
		{"python3.11 -u -W ignore train.py a", "python3.11 -u -W ignore train.py", "a", "train.py", "python3.11 train.py"},
		{".venv/bin/python -m pkg.train --lr 1", ".venv/bin/python -m pkg.train", "--lr 1", "pkg/train.py", ".venv/bin/python -m pkg.train"},
		{"python -m mod", "python -m mod", "", "mod/__main__.py", "python -m mod"},
		{"torchrun --nproc-per-node 2 train.py --lr 1", "torchrun --nproc-per-node 2 train.py", "--lr 1", "train.py", "python train.py"},
		{"python -m torch.distributed.run --nnodes 1 train.py x", "python -m torch.distributed.run --nnodes 1 train.py", "x", "train.py", "python train.py"},
		{"accelerate launch --mixed_precision fp16 train.py", "accelerate launch --mixed_precision fp16 train.py", "", "train.py", "python train.py"},
		{"uv run train.py --lr 1", "uv run train.py", "--lr 1", "train.py", "uv run python train.py"},
		{"uv run --with rich python train.py --lr 1", "uv run --with rich python train.py", "--lr 1", "train.py", "uv run --with rich python train.py"},
		{"env A=1 python train.py", "env A=1 python train.py", "", "train.py", "env A=1 python train.py"},
		{"bash run.sh a", "bash run.sh", "a", "run.sh", "bash run.sh"},
		{"make train X=1", "make train X=1", "", "Makefile", "make train X=1"},
		{"no-such-program --lr 1", "no-such-program", "--lr 1", "no-such-program", "no-such-program"},
	} {
		l := takeApart(strings.Fields(c.line), dir)
		got := []string{strings.Join(l.before, " "), strings.Join(l.args, " "), l.script, strings.Join(l.plainly(), " ")}
		if d := cmp.Diff([]string{c.before, c.args, c.script, c.plainly}, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.line, d)
		}
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

func TestAScriptIsStartedByPython(t *testing.T) {
	dir, bin := t.TempDir(), t.TempDir()
	for path, mode := range map[string]os.FileMode{
		filepath.Join(dir, "train.py"): 0o600, filepath.Join(dir, "run.py"): 0o700,
		filepath.Join(bin, "python"): 0o700, filepath.Join(bin, "tool.py"): 0o700, filepath.Join(dir, "tool.py"): 0o600,
	} {
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"), mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin)
	for given, want := range map[string]string{
		"train.py --lr 1":        "python train.py --lr 1",
		"./train.py":             "python ./train.py",
		dir + "/train.py":        "python " + dir + "/train.py",
		"run.py":                 "python run.py", // PATH does not have it
		"./run.py":               "./run.py",
		"tool.py":                "tool.py", // PATH has it
		"missing.py":             "missing.py",
		"torchrun train.py":      "torchrun train.py",
		"python train.py --lr 1": "python train.py --lr 1",
	} {
		if got := strings.Join(Startable(strings.Fields(given), dir), " "); got != want {
			t.Errorf("%s: %s, want %s", given, got, want)
		}
	}
	if err := os.Rename(filepath.Join(bin, "python"), filepath.Join(bin, "python3")); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(Startable([]string{"train.py"}, dir), " "); got != "python3 train.py" {
		t.Errorf("where there is no python: %s", got)
	}
}

func TestArgumentsAreReadByTheOptionsThereAre(t *testing.T) {
	p := option.ParseHelp("options:\n  --lr LR\n  --amp\n  --aug, --no-aug\n  -b N, --batch N\n  --betas B B\n")
	var got []string
	for _, a := range readArguments(strings.Fields("data --lr 1 --amp x --no-aug -b 8 --betas .9 -.1 --other 3 --lr=2 -- --lr 4"), p) {
		name := ""
		if a.option != nil {
			name = a.option.Long() + "=" + a.value
		}
		got = append(got, strings.Join(a.words, " ")+"|"+name)
	}
	want := []string{"data|", "--lr 1|--lr=1", "--amp|--amp=true", "x|", "--no-aug|--aug=false", "-b 8|--batch=8", "--betas .9 -.1|--betas=.9 -.1", "--other 3|", "--lr=2|--lr=2", "-- --lr 4|"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

const script = `
import argparse, os, sys, time
p = argparse.ArgumentParser()
p.add_argument("--lr", type=float, default=0.1)
p.add_argument("--opt", choices=["sgd", "adam"], default="sgd")
p.add_argument("--momentum", type=float, default=0.9)
p.add_argument("--nesterov", action="store_true")
p.add_argument("--epochs", type=int, default=10)
p.add_argument("--seed", type=int, default=0)
p.add_argument("--save", default="model.pt")
p.add_argument("--batch-size", type=int)
a = p.parse_args()
print("started")
open("ran", "w").write(a.save)
for epoch in range(a.epochs):
    print(f"Epoch {epoch}: train loss {a.lr:.3f} | valid loss {a.lr:.2f}, acc {50.5:.1f}%", flush=True)
time.sleep(600)
`

// found discovers a script, and checks that danlu reads what is drafted.
func found(t *testing.T, o Options) *Found {
	t.Helper()
	f, err := Program(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := spec.Parse("danlu.yaml", f.File.Bytes(), spec.Options{RequireCommand: true}); err != nil {
		t.Fatalf("%v\n%s", err, f.File.Bytes())
	}
	return f
}

func needPython(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("there is no python3")
	}
}

func TestAScriptIsDescribedWithoutBeingRun(t *testing.T) {
	needPython(t)
	dir := t.TempDir()
	write(t, dir, "train.py", script)
	f := found(t, Options{Argv: []string{"python3", "train.py", "--epochs", "3", "--lr", "0.5", "--", "x"}, Dir: dir})
	if _, err := os.Stat(filepath.Join(dir, "ran")); err == nil || f.Ran {
		t.Error("it was run")
	}
	want := []string{"python3", "train.py", "--epochs", "3", "--lr={lr}", "--opt={opt}", "{momentum?--momentum={momentum}}", "{nesterov?--nesterov}", "--batch-size={batch-size}", "--seed={seed}", "--save={dir}/model.pt", "--", "x"}
	if d := cmp.Diff(want, f.File.Command); d != "" {
		t.Errorf("command (-want +got):\n%s", d)
	}
	text := string(f.File.Bytes())
	for _, want := range []string{
		"objective: val_acc max", "not sure: read from the source, not seen in a run", "fidelity: {step: epoch, max: 2}  # by --epochs, counted from 0",
		"default: 0.5}  # the default is what was on the command line", "as given, in every trial: --epochs 3", "when: {opt: sgd}",
		"batch-size: {choice: [16, 32, 64, 128, 256], ordered: true, role: batch_size}  # not sure: no default is known",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
}

func TestARunIsShortAndLeavesNothing(t *testing.T) {
	needPython(t)
	dir := t.TempDir()
	write(t, dir, "train.py", script)
	started := time.Now()
	f := found(t, Options{Argv: []string{"python3", "train.py"}, Dir: dir, Run: true, RunLimit: 5 * time.Minute})
	if !f.Ran || time.Since(started) > 4*time.Minute {
		t.Errorf("ran %v, for %s", f.Ran, time.Since(started))
	}
	if text := string(f.File.Bytes()); !strings.Contains(text, "objective: val_acc max  # also found") || !strings.Contains(text, "max: 9}  # by --epochs, counted from 0") {
		t.Errorf("what it printed was not heard:\n%s", text)
	}
	saved, err := os.ReadFile(filepath.Join(dir, "ran"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Dir(string(saved))); err == nil {
		t.Errorf("%s is left", saved)
	}
}

func TestProgramsThatAreNotThere(t *testing.T) {
	dir := t.TempDir()
	for _, argv := range []string{
		"python missing.py --lr 1", "missing.py", "./missing", "torchrun --nproc-per-node 2 sub/missing.py",
		"sh missing.sh", "make missing", "no-such-program",
	} {
		_, err := Program(t.Context(), Options{Argv: strings.Fields(argv), Dir: dir})
		if err == nil || !strings.Contains(err.Error(), ": there is no ") || !strings.Contains(err.Error(), "; ") {
			t.Errorf("%s: %v; want to hear what is not there", argv, err)
		}
	}
}

func TestProgramsThatCannotBeAsked(t *testing.T) {
	needPython(t)
	dir := t.TempDir()
	write(t, dir, "broken.py", "import argparse, no_such_module\nargparse.ArgumentParser().add_argument('--lr', type=float, default=0.1, choices=no_such_module.rates)\n")
	f := found(t, Options{Argv: []string{"python3", "broken.py"}, Dir: dir})
	if text := string(f.File.Bytes()); !strings.Contains(text, "no_such_module") || !strings.Contains(text, "lr: {float") {
		t.Errorf("neither the reason nor what the source tells:\n%s", text)
	}

	write(t, dir, "import.py", "import no_such_module\nfrom no_such_module import get_parser\nimport argparse\n")
	for _, want := range []string{"path/to/python", "try danlu init -- venv/bin/python"} {
		_, err := Program(t.Context(), Options{Argv: []string{"python3", "import.py"}, Dir: dir})
		if err == nil || !strings.Contains(err.Error(), "it lacks no_such_module here") || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want %q", err, want)
		}
		write(t, dir, "venv/bin/python", "")
	}

	// Without a parser --help would start the training.
	write(t, dir, "silent.py", "open('started', 'w')\nlr = float('0.1')\nprint(lr)\n")
	_, err := Program(t.Context(), Options{Argv: []string{"python3", "silent.py"}, Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "danlu.params") {
		t.Errorf("error is %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "started")); err == nil {
		t.Error("it was started")
	}

	write(t, dir, "client.py", "import danlu\np = danlu.params(lr=1e-3, depth=2)\ndanlu.report(step=1, val_f1=0.5, train_loss=1)\n")
	f = found(t, Options{Argv: []string{"python3", "client.py"}, Dir: dir})
	if d := cmp.Diff([]string{"python3", "client.py"}, f.File.Command); d != "" || f.File.Objective.Value != "val_f1 max" || len(f.File.Params) != 2 {
		t.Errorf("command (-want +got):\n%s\n%s", d, f.File.Bytes())
	}
}

func TestMetricsOfPrints(t *testing.T) {
	for _, c := range []struct {
		lines []string
		want  string // objective; empty: none
	}{
		{[]string{"Epoch 1 train loss 0.5 val loss 0.6", "Epoch 2 train loss 0.4 val loss 0.5"}, "val_loss min"},
		{[]string{"Test set: Average loss: 0.05, Accuracy: 9820/10000 (98%)"}, "test_accuracy max"},
		{[]string{"{'eval_loss': 0.3, 'eval_f1': 0.9, 'epoch': 1.0}"}, "eval_f1 max"},
		{[]string{"step 250: train loss 1.9, val loss 2.0"}, "val_loss min"},
		{[]string{"[0]\tvalidation_0-mlogloss:0.9\tvalidation_1-mlogloss:0.95", "[1]\tvalidation_0-mlogloss:0.8\tvalidation_1-mlogloss:0.85"}, "validation_1_mlogloss min"},
		{[]string{"[1]\ttraining's auc: 0.9\tvalid_1's auc: 0.8\tvalid_1's binary_logloss: 0.4"}, "valid_1_auc max"},
		{[]string{"[1]\tvalid_0's l2: 0.9"}, "valid_0_l2 min"},
		{[]string{"0:\tlearn: 0.65\ttest: 0.66\tbest: 0.66 (0)\ttotal: 1ms\tremaining: 9ms"}, "test min"},
		{[]string{"Epoch: 001, Loss: 1.9, Train: 0.2, Val: 0.3, Test: 0.3"}, "Val max"},
		{[]string{"epoch     train_loss  valid_loss  accuracy  time", "0         0.18    0.11    0.963     00:07"}, "valid_loss min"},
		{[]string{"loading 3 files", "lr 0.1 time 3.5s"}, ""},
	} {
		e := newEar()
		for _, l := range c.lines {
			e.write([]byte(l + "\n"))
		}
		e.close()
		got := ""
		if best := e.best(); best != nil {
			got = best.objective() + " " + e.goal(best)
		}
		if got != c.want {
			t.Errorf("%q: got %q, want %q", c.lines, got, c.want)
		}
	}
}

func TestArgumentsByTheirPlace(t *testing.T) {
	needPython(t)
	dir := t.TempDir()
	write(t, dir, "train.py", `
import sys
batch_size = 32
lr = float(sys.argv[1]) if len(sys.argv) > 1 else 1e-2
if len(sys.argv) > 2:
    batch_size = int(sys.argv[2])
data = sys.argv[3] if len(sys.argv) > 3 else "here"
dropout = float(sys.argv[4]) if len(sys.argv) > 4 else 0.1
epochs = int(sys.argv[5]) if len(sys.argv) > 5 else 7
print("val loss", lr)
`)
	for _, c := range []struct{ given, want string }{
		{"", "python3 train.py {lr} {batch_size} here {dropout}"},
		{"0.5 64 there 0.2 3 more", "python3 train.py {lr} {batch_size} there {dropout} 3 more"},
	} {
		f := found(t, Options{Argv: append([]string{"python3", "train.py"}, strings.Fields(c.given)...), Dir: dir})
		if got := strings.Join(f.File.Command, " "); got != c.want {
			t.Errorf("with %q: got %s, want %s", c.given, got, c.want)
		}
	}
	write(t, dir, "train.py", "import sys\n_, lr, what, dropout = sys.argv\nlr = float(lr)\n")
	f := found(t, Options{Argv: []string{"python3", "train.py"}, Dir: dir})
	if got := strings.Join(f.File.Command, " "); got != "python3 train.py {lr}" || len(f.Doubts) == 0 {
		t.Errorf("got %s, doubts %q", got, f.Doubts)
	}
}
