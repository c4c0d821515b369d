package discover

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// takesRate is how a script begins that has one option.
const takesRate = `
import argparse
p = argparse.ArgumentParser()
p.add_argument("--lr", type=float, default=0.1)
p.parse_args()
`

func TestProgramsWithoutOptionsAreFilled(t *testing.T) {
	needPython(t)
	dir := t.TempDir()
	write(t, dir, "constants.py", `
import os
seed, tag = 1, "x"
LEARNING_RATE = 1e-3
batch_size = 2 ** 5
device = os.environ.get("DEVICE", "cpu")
hidden = 2 * batch_size
if __name__ == "__main__":
    num_epochs = 12
    for epoch in range(1, num_epochs + 1):
        print(f"epoch {epoch}: val loss {1.0:.3f}")
`)
	write(t, dir, "within.py", `
params = {"objective": "binary", "learning_rate": 0.05, "num_leaves": 31}
class Config:
    dropout = 0.1
    def __init__(self): self.width = 3
class Net:
    kernel_size = 3
    def forward(self): pass
print(f"[{1}]	valid_0's auc: {0.5}")
`)
	write(t, dir, "reads.py", `
import argparse, json
parser = argparse.ArgumentParser()
parser.add_argument("-c", "--config")
parser.add_argument("--fast", action="store_true")
config = json.load(open(parser.parse_args().config))
`)
	write(t, dir, "conf/a.json", `{"trainer": {"epochs": 9, "out_dir": "out"}, "optimizer": {"lr": 0.01, "weight_decay": 0}, "seed": 3, "sizes": [8, 8]}`)
	write(t, dir, "some.py", `
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("-c", "--config")
parser.add_argument("--lr", "--learning_rate", type=float)
parser.add_argument("--wd", "--weight_decay")
print(parser.parse_args())
`)
	write(t, dir, "own.py", "import sys\nfrom conf import merge\nmerge(sys.argv[1:])\n")
	for _, c := range []struct {
		name, line string
		command    []string
		says       []string
	}{
		{
			"constants", "python3 constants.py",
			[]string{"danlu", "fill", "constants.py", "{params}", "--", "python3", "constants.py"},
			[]string{
				"LEARNING_RATE: {float: [3e-5, 0.03], log: true, role: learning_rate, default: 0.001}",
				"batch_size:    {choice: [8, 16, 32, 64, 128], ordered: true, role: batch_size, default: 32}", "max: 12}  # by num_epochs",
				"`danlu fill` starts the program with other values in constants.py",
			},
		},
		{
			"constants within others", "python3 within.py",
			[]string{"danlu", "fill", "within.py", "{params}", "--", "python3", "within.py"},
			[]string{"params.learning_rate: {float: [0.001, 1], log: true, role: learning_rate, default: 0.05}", "params.num_leaves: ", "Config.dropout: "},
		},
		{
			"a configuration", "python3 reads.py --config=conf/a.json --fast",
			[]string{"danlu", "fill", "conf/a.json", "{params}", "--trainer.out_dir={dir}", "--seed={seed}", "--", "python3", "reads.py", "--config=conf/a.json", "--fast"},
			[]string{"optimizer.lr: ", "role: learning_rate, default: 0.01}", "optimizer.weight_decay: {choice: [0.0, 1e-6", "max: 9}  # by trainer.epochs"},
		},
		{
			"options whose defaults are in a configuration", "python3 some.py -c conf/a.json",
			[]string{"python3", "some.py", "-c", "conf/a.json", "{params}"},
			[]string{"lr: {float: [0.0003, 0.3], log: true, role: learning_rate, default: 0.01}\n", "fidelity: {step: epoch, max: 9}  # by trainer.epochs"},
		},
		{
			"options that nothing but the command line shows", "python3 own.py --net.depth=3 --net.lr=0.1 --device=cpu",
			[]string{"python3", "own.py", "--device=cpu", "{params}"},
			[]string{"net.depth: {int: [1, 6], role: depth, default: 3}", "net.lr:    {float: [0.003, 1], log: true, role: learning_rate, default: 0.1}"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := found(t, Options{Argv: strings.Fields(c.line), Dir: dir})
			if d := cmp.Diff(c.command, f.File.Command); d != "" {
				t.Errorf("command (-want +got):\n%s", d)
			}
			text := string(f.File.Bytes())
			for _, want := range c.says {
				if !strings.Contains(text, want) {
					t.Errorf("%q is missing in\n%s", want, text)
				}
			}
		})
	}
}

func TestConfigurationsOfMLCollectionsHaveOptions(t *testing.T) {
	needPython(t)
	dir := t.TempDir()
	write(t, dir, "main.py", `
import no_such_module
from absl import app, flags, logging
from ml_collections import config_flags
flags.DEFINE_string("workdir", None, "Where to write.")
config_flags.DEFINE_config_file("config", None, "The settings.")
for epoch in range(1, 9):
    logging.info("epoch:% 3d, test_accuracy: %.2f", epoch, 90.0)
`)
	write(t, dir, "configs/small.py", `
import ml_collections
def get_config():
    config = ml_collections.ConfigDict()
    config.learning_rate = 0.1
    config.batch_size = 128
    config.num_epochs = 8
    config.model = ml_collections.ConfigDict({"dropout": 0.0, "name": "net"})
    config.model.depth = 3
    return config
`)
	f := found(t, Options{Argv: []string{"python3", "main.py", "--workdir=x", "--config=configs/small.py"}, Dir: dir})
	want := []string{"python3", "main.py", "--config=configs/small.py", "{params}", "--workdir={dir}"}
	if d := cmp.Diff(want, f.File.Command); d != "" {
		t.Errorf("command (-want +got):\n%s", d)
	}
	text := string(f.File.Bytes())
	for _, want := range []string{
		"config.learning_rate: {float: [0.003, 1], log: true, role: learning_rate, default: 0.1}", "config.batch_size: ", "config.model.dropout: ", "config.model.depth: ",
		"objective: test_accuracy max", "fidelity: {step: epoch, max: 8}  # by --config.num_epochs",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
}

func TestWhatFillStartsIsLookedFor(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "train.py", "")
	if err := Missing(strings.Fields("danlu fill train.py {params} -- python train.py"), dir); err != nil {
		t.Error(err)
	}
	if err := Missing(strings.Fields("danlu fill train.py --lr=1 -- python missing.py"), dir); err == nil {
		t.Error("a script that is not there was not missed")
	}
}

func TestStepsAreCountedAsTheReportsAre(t *testing.T) {
	needPython(t)
	dir := t.TempDir()
	write(t, dir, "train.py", `
import argparse
p = argparse.ArgumentParser()
p.add_argument("--max_iters", type=int, default=200)
p.add_argument("--warmup_iters", type=int, default=60)
p.add_argument("--lr", type=float, default=0.1)
a = p.parse_args()
for iter_num in range(a.max_iters):
    print(f"step {iter_num}: train loss {1.0:.4f}, val loss {1.0:.4f}")
    print(f"iter {iter_num}: loss {1.0:.4f}")
`)
	text := string(found(t, Options{Argv: []string{"python3", "train.py"}, Dir: dir}).File.Bytes())
	for _, want := range []string{"fidelity: {step: step, max: 200}  # by --max_iters", "warmup_iters: {int: [0, 100], role: warmup, default: 60}"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
}

func TestAProgramThatLooksForATerminalIsToldOfOne(t *testing.T) {
	needPython(t)
	dir := t.TempDir()
	write(t, dir, "train.py", `
import argparse, sys
p = argparse.ArgumentParser()
p.add_argument("--lr", type=float, default=0.1)
p.parse_args()
sys.exit("stty: 'standard input': Inappropriate ioctl for device")
print(f"epoch {1}: val loss {1.0}")
`)
	f := found(t, Options{Argv: []string{"python3", "train.py"}, Dir: dir, Run: true})
	if said := strings.Join(f.Doubts, "\n"); !strings.Contains(said, "it looks for a terminal, and has none here; script(1) gives it one") {
		t.Errorf("it says %s", said)
	}
}

// What stands for a number that the source does not have is no part of a name.
func TestNamesFromTheSourceHaveNoMadeUpNumbers(t *testing.T) {
	needPython(t)
	dir := t.TempDir()
	write(t, dir, "train.py", takesRate+`def progress(i): return str(i)
for epoch in range(1, 4):
    for batch_idx in range(9):
        print("Train Epoch: {} {} Loss: {:.6f}".format(epoch, progress(batch_idx), 0.1))
`)
	f := found(t, Options{Argv: []string{"python3", "train.py"}, Dir: dir})
	if got := f.File.Objective.Value; got != "train_loss min" {
		t.Errorf("the objective is %s, want train_loss min", got)
	}
}

func TestAShortRunTellsHowLongATrainingIs(t *testing.T) {
	needPython(t)
	dir := t.TempDir()
	write(t, dir, "train.py", takesRate+`for i in range(1, 8):
    print(f"step {i}: val loss {1 / i:.4f}", flush=True)
`)
	write(t, dir, "once.py", `
import argparse
p = argparse.ArgumentParser()
p.add_argument("--lr", type=float, default=0.1)
p.add_argument("--epochs", type=int, default=5)
p.parse_args()
print("Checking accuracy on test data\nGot 9 / 10 with accuracy 90.00")
`)
	text := string(found(t, Options{Argv: []string{"python3", "once.py"}, Dir: dir, Run: true}).File.Bytes())
	if want := "fidelity: {step: training, max: 1}  # the objective comes once, at the end"; !strings.Contains(text, want) {
		t.Errorf("%q is missing in\n%s", want, text)
	}
	text = string(found(t, Options{Argv: []string{"python3", "train.py"}, Dir: dir, Run: true}).File.Bytes())
	if want := "fidelity: {step: step, max: 7}  # not sure: the run ended there"; !strings.Contains(text, want) {
		t.Errorf("%q is missing in\n%s", want, text)
	}
}

func TestStudiesAreNamedAfterWhatSaysMost(t *testing.T) {
	for _, c := range []struct{ dir, line, want string }{
		{"/projects/digits", "python train.py", "digits"},
		{"/projects/digits", "python resnet.py", "resnet"},
		{"/projects/digits", "python src/train.py", "digits"},
		{"/projects/digits", "python nets/src/main.py", "nets"},
		{"/projects/digits/src", "python -m nets.train", "nets"},
		{"/src", "python main.py", "study"},
		{"/projects/digits", "make train", "digits"},
	} {
		d := &discovery{o: Options{Dir: c.dir}, launch: takeApart(strings.Fields(c.line), c.dir)}
		if got := d.name(); got != c.want {
			t.Errorf("%s in %s is %q, want %q", c.line, c.dir, got, c.want)
		}
	}
}
