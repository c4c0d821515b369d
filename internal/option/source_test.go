package option

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func readScript(t *testing.T, files map[string]string) *Source {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3")
	}
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s, err := ReadSource(t.Context(), python, filepath.Join(dir, "train.py"), dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSourceTellsOptions(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{
			"argparse, in a file beside the script, with a constant for a default",
			map[string]string{
				"train.py":       "from opts.base import get\nget()\n",
				"opts/base.py":   "import argparse\nLR = 3 * 1e-4\ndef get():\n    p = argparse.ArgumentParser()\n    p.add_argument('--lr', type=float, default=LR)\n    p.add_argument('-o', '--opt', choices=['sgd', 'adam'])\n    p.add_argument('--amp', action='store_true')\n    p.add_argument('data')\n",
				"opts/unused.py": "import argparse\nargparse.ArgumentParser().add_argument('--other')\n",
			},
			"--lr float default=\"0.00030000000000000003\"\n-o --opt {sgd,adam}\n--amp bool default=\"False\" flag\n",
		},
		{
			"click",
			map[string]string{"train.py": "import click\n@click.command()\n@click.option('--lr', default=0.1)\n@click.option('--aug/--no-aug', default=True)\n@click.option('--opt', type=click.Choice(['a', 'b']))\ndef main(lr): pass\n"},
			"--lr float default=\"0.1\"\n--aug off=--no-aug bool default=\"True\" flag\n--opt {a,b}\n",
		},
		{
			"absl",
			map[string]string{"train.py": "from absl import flags\nflags.DEFINE_float('lr', 0.1, 'rate')\nflags.DEFINE_enum('opt', 'a', ['a', 'b'], 'optimizer')\n"},
			"--lr float default=\"0.1\"\n--opt string {a,b} default=\"a\"\n",
		},
		{
			"danlu.params, which stands above all else",
			map[string]string{"train.py": "import danlu, argparse\np = danlu.params(lr=1e-3, opt='sgd')\nargparse.ArgumentParser().add_argument('--gpu')\n"},
			"lr float default=\"0.001\"\nopt string default=\"sgd\"\n",
		},
		{
			"a dataclass for Transformers' parser",
			map[string]string{"train.py": "from dataclasses import dataclass, field\nfrom transformers import HfArgumentParser\n@dataclass\nclass A:\n    lora_r: int = field(default=8, metadata={'help': 'rank'})\nHfArgumentParser(A)\n"},
			"--lora_r int default=\"8\"\n",
		},
		{
			"fire's function, and no other",
			map[string]string{"train.py": "import fire\ndef train(lr=0.1, *, depth=2): pass\ndef other(width=3): pass\nfire.Fire(train)\n"},
			"--lr float default=\"0.1\"\n--depth int default=\"2\"\n",
		},
		{
			"variables that the command line sets",
			map[string]string{"train.py": "import sys\nlr = 6e-4\nn = 5 * 8\nfor a in sys.argv[1:]:\n    assert a.startswith('--')\n    k, v = a[2:].split('=')\n    globals()[k] = v\n"},
			"--lr float default=\"0.0006\"\n--n int default=\"40\"\n",
		},
		{"variables that nothing sets", map[string]string{"train.py": "lr = 6e-4\n"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := show(readScript(t, c.files).Program)
			if _, rest, _ := strings.Cut(got, "\n"); rest != c.want {
				t.Errorf("got:\n%swant:\n%s", rest, c.want)
			}
		})
	}
}

func TestSourceTellsWhatIsPrinted(t *testing.T) {
	s := readScript(t, map[string]string{"train.py": `
for epoch in range(3):
    print(f"Epoch {epoch}: val loss {vl:.3f}")
    print("acc %.2f%% of %d" % (acc, n))
    print("{} ppl {:5.2f} {name}".format(epoch, ppl, name=x))
    print("loss:", loss.item())
    log(Epoch=epoch, Val=acc)
    self.log("val_f1", f1)
    self.log(f"{stage}_loss", loss, prog_bar=True)
print("done")
`})
	var got []string
	for _, p := range s.Prints {
		line := ""
		for _, piece := range p.Pieces {
			if piece.Expression != "" {
				line += "<" + piece.Expression + " " + piece.Format + ">"
			}
			line += piece.Text
		}
		got = append(got, line)
	}
	want := []string{"Epoch <epoch >: val loss <vl .3f>", "acc <acc f>% of <n d>", "<epoch > ppl <ppl 5.2f> <x >", "loss: <loss.item() >", " Epoch=<epoch > Val=<acc >", " val_f1=<f1 >", " val_loss=<loss >"}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestHelpIsCompletedFromTheSource(t *testing.T) {
	s := readScript(t, map[string]string{"train.py": "import argparse\np = argparse.ArgumentParser()\np.add_argument('--lr', type=float, default=1, help='rate')\np.add_argument('--opt', default='sgd')\n"})
	p := ParseHelp("usage: train.py\n\noptions:\n  --lr LR    rate (default: 1)\n  --opt OPT\n  --other X\n")
	p.Complete(s)
	if got, want := show(p), "dashes\n--lr float default=\"1\"\n--opt string default=\"sgd\"\n--other\n"; got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

// A parser that the source tells all about need not be asked, which would import
// all that the program imports.
func TestSourceKnowsWhetherAHelpWouldTellMore(t *testing.T) {
	const parser = "import argparse\np = argparse.ArgumentParser(description='x')\np.add_argument('--lr', type=float, default=1e-3)\n"
	for name, c := range map[string]struct {
		files map[string]string
		whole bool
	}{
		"all of it":                     {map[string]string{"train.py": parser + "g = p.add_argument_group('more')\ng.add_argument('--amp', action='store_true')\n"}, true},
		"in a file beside it":           {map[string]string{"train.py": "from opts import get\nget()\n", "opts.py": parser}, true},
		"a parser passed to a function": {map[string]string{"train.py": "import argparse\ndef add(p):\n    p.add_argument('--lr', default=.1)\np = argparse.ArgumentParser()\nadd(p)\n"}, true},
		"another program's parser":      {map[string]string{"train.py": "import opts\n" + parser, "opts.py": "import argparse\nif __name__ == '__main__':\n    argparse.ArgumentParser()\n"}, true},
		"two parsers":                   {map[string]string{"train.py": "import opts\n" + parser, "opts.py": parser}, false},
		"a parser given to a library":   {map[string]string{"train.py": parser + "import lib\nlib.add_args(p)\n"}, false},
		"subcommands":                   {map[string]string{"train.py": parser + "p.add_subparsers()\n"}, false},
		"defaults set elsewhere":        {map[string]string{"train.py": parser + "p.set_defaults(lr=1)\n"}, false},
		"a default that is computed":    {map[string]string{"train.py": parser + "import os\np.add_argument('--n', default=os.cpu_count())\n"}, false},
		"options made in a loop":        {map[string]string{"train.py": parser + "for n in names:\n    p.add_argument('--' + n)\n"}, false},
		"a parser that inherits":        {map[string]string{"train.py": "import argparse, lib\np = argparse.ArgumentParser(parents=[lib.p])\np.add_argument('--lr')\n"}, false},
		"another parser of that name":   {map[string]string{"train.py": "import jsonargparse\np = jsonargparse.ArgumentParser()\np.add_argument('--lr')\n"}, false},
		"no parser":                     {map[string]string{"train.py": "lr = 0.1\n"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := readScript(t, c.files).Whole; got != c.whole {
				t.Errorf("whole is %v", got)
			}
		})
	}
}

func TestSourceTellsWhichLoopsCountFromZero(t *testing.T) {
	s := readScript(t, map[string]string{"train.py": `
for epoch in range(n):
    print(f"Epoch {epoch}: {loss}")
    print(f"Epoch {epoch + 1}: {loss}")
for epoch in range(1, n + 1):
    print("Epoch", epoch, loss)
for epoch in tqdm(range(n)):
    print("Epoch", epoch, loss)
`})
	var got []bool
	for _, p := range s.Prints {
		got = append(got, slices.ContainsFunc(p.Pieces, func(x Piece) bool { return x.Zero }))
	}
	if want := []bool{true, false, false, true}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestSourceTellsTheGroupsOfHydra(t *testing.T) {
	s := readScript(t, map[string]string{
		"train.py":              "import hydra\n@hydra.main(version_base=None, config_path='conf', config_name='config')\ndef main(cfg): pass\nmain()\n",
		"conf/config.yaml":      "defaults: [model: small]\n",
		"conf/model/small.yaml": "", "conf/model/large.yaml": "", "conf/hydra/a.yaml": "", "conf/hydra/b.yaml": "", "conf/one/only.yaml": "",
	})
	if want := []string{"model=large|small"}; !s.Hydra || !slices.Equal(s.Groups, want) {
		t.Errorf("groups %v, want %v", s.Groups, want)
	}
}
