package discover

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A study is refused for what is said here, so that what is not known for sure has to
// pass.
func TestOnlyScriptsThatAreSurelyNotThereAreMissing(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "train.py"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wrapper := filepath.Join(dir, "wrap", "python3")
	for path, text := range map[string]string{
		wrapper:                              "#!/bin/sh\nexec docker run image python3 \"$@\"\n",
		filepath.Join(dir, "shims", "pypy3"): "#!/bin/sh\nexec pyenv exec pypy3 \"$@\"\n",
		filepath.Join(dir, "programs", "python3"): "\x7fELF",
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	list := string(os.PathListSeparator)
	t.Setenv("PATH", filepath.Join(dir, "programs")+list+filepath.Join(dir, "shims")+list+os.Getenv("PATH"))
	for _, test := range []struct {
		argv, want string // empty: nothing is said
	}{
		{"python3 trian.py --lr {lr}", "there is no trian.py in " + dir + "; did you mean train.py?"},
		{"pypy3 go.py", "there is no go.py in " + dir},
		{"python3 -u -X importtime sub/train.py", "there is no sub/train.py in " + dir},
		{"torchrun --nproc-per-node 2 go.py", "there is no go.py in " + dir},
		{"env A=1 python3 go.py", "there is no go.py in " + dir},
		{"sh train.sh {params}", "there is no train.sh in " + dir},
		{"python3 train.py {params}", ""},
		{"python3 -m train.missing", ""},
		{"python3 -c print(1)", ""},
		{"python3 {model}.py", ""},
		{"env --chdir=sub python3 go.py", ""},
		{"uv run --directory sub go.py", ""},
		{"sh -c exec/missing.sh", ""},
		{"bash -o pipefail missing.sh", ""},
		{"make train", ""},
		{"srun python3 go.py", ""},
		{wrapper + " go.py", ""},
		{"", ""},
	} {
		switch err := Missing(strings.Fields(test.argv), dir); {
		case test.want == "" && err != nil:
			t.Errorf("%q: %v, which may be there", test.argv, err)
		case test.want != "" && (err == nil || err.Error() != test.want):
			t.Errorf("%q: %v; want %s", test.argv, err, test.want)
		}
	}
}
