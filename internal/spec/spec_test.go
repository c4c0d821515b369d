package spec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// testdata/contract.yaml is the example that other programs are written against.
func TestTheContractsExample(t *testing.T) {
	o := names
	o.RequireCommand = true
	got, warnings, err := Read("testdata/contract.yaml", o)
	if err != nil {
		t.Fatal(err)
	}
	if len(warnings) > 0 {
		t.Errorf("warnings: %v", warnings)
	}
	dir, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("testdata/contract.yaml")
	if err != nil {
		t.Fatal(err)
	}
	ints := func(xs ...int64) (vs []space.Value) {
		for _, x := range xs {
			vs = append(vs, space.IntValue(x))
		}
		return vs
	}
	sgd, adamw := space.StringValue("sgd"), space.StringValue("adamw")
	sp, err := space.New([]space.Param{
		{Name: "lr", Domain: space.Float{Low: 1e-5, High: 1e-1, Log: true}, Role: "learning_rate", Default: space.FloatValue(1e-3)},
		{Name: "batch_size", Domain: space.Choice{Values: ints(32, 64, 128, 256), Ordered: true}, Default: space.IntValue(128)},
		{Name: "width", Domain: space.Int{Low: 32, High: 1024, Log: true}},
		{Name: "optimizer", Domain: space.Choice{Values: []space.Value{sgd, adamw}}, Default: adamw},
		{Name: "momentum", Domain: space.Float{Low: 0.8, High: 0.99}, When: []space.Condition{{Param: "optimizer", In: []space.Value{sgd}}}, Default: space.FloatValue(0.9)},
		{Name: "warm_lr", Domain: space.Float{Low: 1e-4, High: 1e-2, Log: true}, Scale: &space.Scale{To: "batch_size", Exponent: 0.5, At: 128}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := &study.Definition{
		Name:       "speech-frames",
		Command:    []string{"python", "train.py", "{params}", "--tag", "run {trial}"},
		Objectives: []study.Objective{{Metric: "val_accuracy", Maximize: true}},
		Space:      sp, Fidelity: study.Fidelity{Step: "epoch", Max: 30},
		Budget:      study.Budget{Trials: 60, Time: 2 * time.Hour, Steps: 1000, GPUHours: 8},
		Target:      &study.Target{Metric: "val_accuracy", Op: ">=", Value: 0.95},
		Constraints: []string{"params_millions <= 20", "kernel <= width"},
		Observe:     study.Observe{Stdout: []string{`step=(?P<step>\d+) val_accuracy=(?P<val_accuracy>\S+)`}},
		Sampler:     study.Algorithm{Name: "auto"}, Scheduler: study.Algorithm{Name: "auto"}, Mode: "auto",
		Seed: 1, Parallel: 4, Resources: study.Resources{CPUs: 2, GPUs: 1, Share: 0.5}, Retries: 1,
		Deadline: 30 * time.Minute, Grace: 30 * time.Second, Env: map[string]string{"TOKENIZERS_PARALLELISM": "false"},
		Checkpoints: study.Checkpoints{MaxSize: 20e9},
		Dir:         dir, File: "testdata/contract.yaml", Source: string(source),
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(space.Value{}, space.Space{})); d != "" {
		t.Errorf("definition (-want +got):\n%s", d)
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	_, _, err := Read(filepath.Join(t.TempDir(), "danlu.yaml"), Options{})
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "the smallest study has") {
		t.Errorf("a missing file: %v", err)
	}
	if _, _, err := Read(t.TempDir(), Options{}); err == nil || !strings.Contains(err.Error(), "not a folder?") {
		t.Errorf("a folder: %v", err)
	}
	large := filepath.Join(t.TempDir(), "large.yaml")
	if err := os.WriteFile(large, bytes.Repeat([]byte("# large\n"), 1<<18), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Read(large, Options{}); err == nil || !strings.HasSuffix(err.Error(), "large.yaml:1: the file is larger than 1024 KiB; a study's file is a page or two: is this the right one?") {
		t.Errorf("a large file: %v", err)
	}
}

func TestFilesThatAreNotText(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a program":  {"#!x\n\x7fELF", "danlu.yaml:2: the file is not text: it has the byte 0x7f here; it must be YAML in UTF-8"},
		"NUL":        {"a: 1\nb: \x00", "danlu.yaml:2: the file is not text: it has the byte 0x00 here; it must be YAML in UTF-8"},
		"UTF-16":     {"\xff\xfea\x00", "danlu.yaml:1: the file is not text: it has the byte 0xff here; it must be YAML in UTF-8"},
		"cut letter": {"a: 1\n\nb: \xe5\xad", "danlu.yaml:3: the file is not text: it has the byte 0xe5 here; it must be YAML in UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := Parse("danlu.yaml", []byte(c.text), Options{}); err == nil || err.Error() != c.want {
				t.Errorf("error is %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestACommandIsNeededUnlessOneOnlyAsks(t *testing.T) {
	text := []byte("objective: val_loss min\nparams:\n  lr: {float: [1, 2]}\n")
	if _, _, err := Parse("danlu.yaml", text, Options{}); err != nil {
		t.Error(err)
	}
	_, _, err := Parse("danlu.yaml", text, Options{RequireCommand: true})
	if err == nil || err.Error() != `danlu.yaml:1: command is missing; write command: [python, train.py, "{params}"]` {
		t.Errorf("error is %v", err)
	}
}

func TestTheNameIsTheFoldersUnlessGiven(t *testing.T) {
	text := []byte("objective: val_loss min\nparams:\n  lr: {float: [1, 2]}\n")
	for dir, want := range map[string]string{
		"/home/me/frames": "frames", "/home/me/my frames (2)": "my-frames-2", "/": "study", "/x/学习": "学习", "/x/..hidden": "hidden",
		"/x/con": "study", "/x/" + strings.Repeat("é", 80): strings.Repeat("é", 30),
	} {
		def, _, err := Parse(filepath.Join(dir, "danlu.yaml"), text, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if def.Name != want {
			t.Errorf("in %s the name is %q, want %q", dir, def.Name, want)
		}
	}
}

func TestObjectivesInShort(t *testing.T) {
	for text, want := range map[string]study.Objective{
		"val_loss min": {Metric: "val_loss"}, "  acc   maximize ": {Metric: "acc", Maximize: true},
	} {
		if got, err := ParseObjective(text); got != want || err != nil {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "max", "val_loss", "min val_loss", "a b max", "val_loss upwards"} {
		if got, err := ParseObjective(text); err == nil {
			t.Errorf("%q is %+v", text, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/*.yaml", "testdata/accepted/*.yaml", "testdata/refused/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range files {
			text, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(text))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		def, _, err := Parse("danlu.yaml", []byte(text), names)
		if err != nil {
			var all Errors
			if !errors.As(err, &all) || len(all) == 0 {
				t.Fatalf("error without a place: %v", err)
			}
			lines := 2 // one, and the end of the text counts as the line after it
			for _, c := range text {
				if strings.ContainsRune("\r\n\u0085\u2028\u2029", c) { // YAML 1.1, 5.4
					lines++
				}
			}
			for _, e := range all {
				if e.Line < 1 || e.Line > lines || e.Text == "" {
					t.Fatalf("error at line %d of %d: %v", e.Line, lines, e)
				}
			}
			return
		}
		kept, err := json.Marshal(def)
		if err != nil {
			t.Fatalf("accepted, and can't be kept: %v", err)
		}
		var back study.Definition
		if err := json.Unmarshal(kept, &back); err != nil {
			t.Fatalf("kept, and can't be read back: %v\n%s", err, kept)
		}
		if d := cmp.Diff(def, &back, cmp.AllowUnexported(space.Value{}, space.Space{}), cmp.Comparer(sameOptions)); d != "" {
			t.Fatalf("changed by the log (-before +after):\n%s", d)
		}
		again, _, err := Parse("danlu.yaml", []byte(text), names)
		if d := cmp.Diff(def, again, cmp.AllowUnexported(space.Value{}, space.Space{})); d != "" || err != nil {
			t.Fatalf("read twice, different: %v\n%s", err, d)
		}
	})
}

// sameOptions compares options as JSON values: the log may space or escape them
// otherwise.
func sameOptions(a, b study.Algorithm) bool { return algorithm(a) == algorithm(b) }

// A file within the limit of its size must not keep anybody waiting, whatever it
// holds.
func TestLargeFilesAreAnswered(t *testing.T) {
	const head = "objective: val_loss min\n"
	list := func(n int, item string) string { return "[" + strings.Repeat(item+", ", n) + item + "]" }
	numbered := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	for name, c := range map[string]struct{ text, want string }{
		"parameters":  {head + "params:\n" + numbered(2000, "  p%d: {float: [1, 0]}\n"), "2000 parameters"},
		"wrong ones":  {head + "params:\n" + numbered(1000, "  p%d: {float: [1, 0]}\n"), "parameter p9 has"},
		"bad ones":    {head + "params:\n" + numbered(1000, "  p%d: 3\n"), "and 990 more"},
		"choices":     {head + "params:\n  a: {choice: [" + numbered(50000, "%d, ") + "]}\n", "50000 values"},
		"equal ones":  {head + "params:\n  a: {choice: " + list(9000, "1") + "}\n", "listed twice"},
		"when":        {head + "params:\n  a: {int: [1, 2]}\n  b: {int: [1, 2], when: {a: " + list(50000, "1") + "}}\n", "use a comparison"},
		"constraints": {head + "params:\n  lr: {float: [1, 2]}\nconstraints: " + list(50000, `"lq < 2"`) + "\n", "at most 100"},
		"values":      {head + "params: " + list(150000, "1") + "\n", "more than 100000 values"},
		"keys":        {numbered(40000, "key%d: 1\n"), "and 39992 more"},
		"brackets":    {strings.Repeat("[", maxBytes), "nested too deep"},
		"long word":   {"objective: " + strings.Repeat("a", maxBytes-20), "has no direction"},
		"chain":       {head + "params:\n  p0: {int: [1, 2]}\n" + chain(999), "no budget"},
	} {
		t.Run(name, func(t *testing.T) {
			_, warnings, err := Parse("danlu.yaml", []byte(c.text), names)
			got := fmt.Sprint(err, warnings)
			if !strings.Contains(got, c.want) {
				t.Errorf("got %s, want …%s…", clip(got), c.want)
			}
			if len(got) > 4000 {
				t.Errorf("an error of %d bytes", len(got))
			}
		})
	}
}

// chain is parameters each of which needs the one after it.
func chain(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "  c%d: {int: [1, 2], when: {%s: 1}}\n", i, map[bool]string{true: "p0", false: fmt.Sprintf("c%d", i+1)}[i == n-1])
	}
	return b.String()
}
