package executortest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var programs = []question{
	{name: "arguments and environment arrive byte for byte", processes: true, ask: func(p *place) {
		e := p.open()
		odd := []string{
			"two words", `"double" and 'single'`, "two\nlines\r\n", "", "tab\there", "$HOME `id` \\ * ?",
			"--lr=1e-3", "丹炉", "<a href=\"&\">", "not \xff\xfe UTF-8", "-",
		}
		file := filepath.Join(p.TempDir(), "dump")
		l := p.launch(1, append([]string{"dump", file, "rest"}, odd...)...)
		for i, v := range odd {
			l.Env = append(l.Env, "ODD_"+string(rune('A'+i))+"="+v)
		}
		if exit := p.exit(e, p.submit(e, l)); exit.Code != 0 {
			p.Fatalf("exit %+v", exit)
		}
		var d Dump
		if err := json.Unmarshal([]byte(p.file(file)), &d); err != nil {
			p.Fatal(err)
		}
		if diff := cmp.Diff(l.Command, asStrings(d.Args)); diff != "" {
			p.Errorf("arguments (-want +got):\n%s", diff)
		}
		got := asStrings(d.Env)
		for _, want := range l.Env {
			if !contained(got, want) {
				p.Errorf("the environment lacks %q", want)
			}
		}
		for _, v := range got {
			name, _, _ := strings.Cut(v, "=")
			if !contained(l.Env, v) && !ofThePlace(name) {
				p.Errorf("the environment holds %q, which was not asked for", v)
			}
		}
	}},
	{name: "a program starts in its working directory and reads nothing", processes: true, ask: func(p *place) {
		e := p.open()
		l := p.launch(1, "cat", "stdin", "dump", "dumped")
		l.WorkDir = p.TempDir()
		if exit := p.exit(e, p.submit(e, l)); exit.Code != 0 {
			p.Fatalf("exit %+v", exit)
		}
		var d Dump
		if err := json.Unmarshal([]byte(p.file(filepath.Join(l.WorkDir, "dumped"))), &d); err != nil {
			p.Fatal(err)
		}
		if got, _ := filepath.EvalSymlinks(d.Dir); got != mustEval(p.T, l.WorkDir) {
			p.Errorf("it started in %s, want %s", d.Dir, l.WorkDir)
		}
		if b, err := os.ReadFile(filepath.Join(l.WorkDir, "stdin")); err != nil || len(b) > 0 {
			p.Errorf("standard input gave %q, %v; want nothing", b, err)
		}
	}},
	{name: "a path with a slash is relative to the working directory, a bare name is looked up in PATH", processes: true, ask: func(p *place) {
		e := p.open()
		script(p.T, filepath.Join(p.TempDir(), "unused"), "")
		for n, where := range []string{"bin/tool", "tool"} {
			l := p.launch(n)
			script(p.T, filepath.Join(l.WorkDir, "bin", "tool"), "#!/bin/sh\nexit 7\n")
			l.Command = []string{where}
			l.Env = []string{"PATH=/nowhere:" + filepath.Join(l.WorkDir, "bin") + ":" + os.Getenv("PATH")}
			if exit := p.exit(e, p.submit(e, l)); exit.Code != 7 {
				p.Errorf("%s: exit %+v, want code 7", where, exit)
			}
		}
	}},
	{name: "a program that can't be started says why", processes: true, ask: func(p *place) {
		e := p.open()
		for n, c := range []struct {
			name, file, content string
			mode                os.FileMode
			command             []string
			want                []string
		}{
			{"no execute bit", "train.py", "#!/bin/sh\n", 0o600, []string{"./train.py"}, []string{"no execute bit", "chmod +x ./train.py", "[python, ./train.py]"}},
			{"missing", "other.py", "", 0o600, []string{"./train.py"}, []string{"./train.py is not there"}},
			{"not in PATH", "x", "", 0o600, []string{"no-such-program"}, []string{"no-such-program is not in PATH"}},
			{"in the folder, not in PATH", "train.py", "", 0o700, []string{"train.py"}, []string{"[python, train.py]"}},
			{"interpreter missing", "train", "#!/no/such/python\n", 0o700, []string{"./train"}, []string{"/no/such/python", "not there"}},
			{"windows line ends", "train", "#!/bin/sh\r\n", 0o700, []string{"./train"}, []string{"Windows line ends"}},
			{"no interpreter", "train.py", "print(1)\n", 0o700, []string{"./train.py"}, []string{"[python, ./train.py]"}},
			{"another machine's", "train", "\x7fELF\x00nonsense", 0o700, []string{"./train"}, []string{"not a program this machine can run"}},
			{"a folder", "d/x", "", 0o600, []string{"./d"}, []string{"./d is a folder"}},
			{"nothing", "x", "", 0o600, nil, []string{"command is empty"}},
		} {
			l := p.launch(n)
			script(p.T, filepath.Join(l.WorkDir, c.file), c.content)
			if err := os.Chmod(filepath.Join(l.WorkDir, c.file), c.mode); err != nil {
				p.Fatal(err)
			}
			l.Command = c.command
			exit := p.exit(e, p.submit(e, l))
			if exit.Cause != "start" || exit.Code != -1 {
				p.Errorf("%s: exit %+v, want the cause start and code -1", c.name, exit)
			}
			contains(p.T, c.name, exit.Error, c.want...)
		}
		l := p.launch(99, "exit", "0")
		l.WorkDir += "-gone"
		contains(p.T, "no working directory", p.exit(e, p.submit(e, l)).Error, "working directory", "is not there")
	}},
	{name: "a signal that ended it is named", processes: true, ask: func(p *place) {
		e := p.open()
		for n, c := range []struct{ number, name string }{{"9", "SIGKILL"}, {"15", "SIGTERM"}} {
			exit := p.exit(e, p.submit(e, p.launch(n, "signal", c.number)))
			if exit.Code != -1 || exit.Signal != c.name || exit.Cause != "" {
				p.Errorf("exit %+v, want code -1, %s and no cause", exit, c.name)
			}
		}
	}},
	{name: "what it used is counted", processes: true, ask: func(p *place) {
		e := p.open()
		exit := p.exit(e, p.submit(e, p.launch(1, "flood", "100000")))
		if exit.CPU <= 0 || exit.MaxRSSMB < 1 {
			p.Errorf("%v CPU seconds and %v MiB", exit.CPU, exit.MaxRSSMB)
		}
	}},
}

// ofThePlace are the variables an executor may add.
func ofThePlace(name string) bool {
	switch name {
	case "DANLU_MARK", "CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_WAIT_POLICY":
		return true
	}
	return strings.HasPrefix(name, "SLURM_") || strings.HasPrefix(name, "KUBERNETES_")
}

func script(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o700); err != nil {
		t.Fatal(err)
	}
}

func contains(t *testing.T, what, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("%s: %q does not say %q", what, text, want)
		}
	}
}

func contained(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}

func asStrings(in [][]byte) []string {
	out := make([]string, len(in))
	for i, b := range in {
		out[i] = string(b)
	}
	return out
}

func mustEval(t *testing.T, path string) string {
	t.Helper()
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		t.Fatal(err)
	}
	return real
}
