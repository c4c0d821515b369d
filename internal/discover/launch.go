package discover

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// launch is a command line taken apart.
type launch struct {
	before []string // up to the program and with it: torchrun --nproc-per-node 2 train.py
	args   []string // what the program is given
	python []string // what runs Python in it; nil: it is no Python program
	script string   // the path of the script, from dir; empty: none found
	module string   // python -m MODULE
	kind   kind
}

type kind uint8

const (
	anyProgram kind = iota
	pythonScript
	shellScript
	makeTarget
)

var pythonName = regexp.MustCompile(`^(python|pypy)[\d.]*(\.exe)?$`)

// takeApart finds the program in a command line.
func takeApart(argv []string, dir string) *launch {
	l := &launch{}
	for i := 0; i < len(argv); {
		word := argv[i]
		base := filepath.Base(word)
		next := i + 1
		switch {
		case base == "env" || base == "nohup" || base == "time" || base == "stdbuf" || base == "nice":
			for next < len(argv) && (strings.Contains(argv[next], "=") || strings.HasPrefix(argv[next], "-") || isNumber(argv[next])) {
				next++
			}
		case (base == "uv" || base == "poetry" || base == "pdm" || base == "pipenv" || base == "hatch" || base == "rye" || base == "pixi") && next < len(argv) && argv[next] == "run":
			next = skipOptions(argv, i+2, "--with", "--python", "-p", "--extra", "--group", "--project", "-e", "--environment")
			l.python = slices.Concat(argv[:next], []string{"python"})
		case base == "conda" && next < len(argv) && argv[next] == "run":
			next = skipOptions(argv, i+2, "-n", "--name", "-p", "--prefix")
			l.python = slices.Concat(argv[:next], []string{"python"})
		case pythonName.MatchString(base):
			return l.pythonAt(argv, i, dir)
		case base == "torchrun" || base == "deepspeed" || base == "ipexrun" || base == "horovodrun":
			return l.launcherAt(argv, i+1, dir)
		case base == "accelerate" && next < len(argv) && argv[next] == "launch":
			return l.launcherAt(argv, i+2, dir)
		case base == "danlu" && next < len(argv) && argv[next] == "fill":
			if next = i + 1 + slices.Index(argv[i+1:], "--"); next == i {
				return l.programAt(argv, i, anyProgram)
			}
			next++
		case base == "sh" || base == "bash" || base == "zsh" || base == "dash":
			next = skipOptions(argv, next)
			if next < len(argv) && !strings.HasPrefix(argv[next], "-") {
				return l.programAt(argv, next, shellScript)
			}
			return l.programAt(argv, i, anyProgram)
		case base == "make" || base == "gmake" || base == "just":
			l.script = "Makefile"
			return l.end(argv, len(argv), makeTarget)
		case strings.HasSuffix(word, ".py"):
			return l.programAt(argv, i, pythonScript)
		case strings.HasSuffix(word, ".sh"):
			return l.programAt(argv, i, shellScript)
		default:
			return l.programAt(argv, i, l.kindOf(word, dir))
		}
		i = next
	}
	return l.end(argv, len(argv), anyProgram)
}

// Startable is the command line with Python before a script that can't be started
// by its name alone: who writes train.py means python train.py.
func Startable(argv []string, dir string) []string {
	if len(argv) == 0 || !strings.HasSuffix(argv[0], ".py") {
		return argv
	}
	path := in(dir, argv[0])
	if _, err := os.Stat(path); err != nil {
		return argv
	}
	name := argv[0]
	if strings.ContainsAny(name, `/\`) {
		name = path // by its place, and not by PATH
	}
	if _, err := exec.LookPath(name); err == nil {
		return argv
	}
	python := "python"
	if _, err := exec.LookPath(python); err != nil {
		python = "python3"
	}
	return append([]string{python}, argv...)
}

// in is a path that a program in a folder would be given.
func in(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// skipOptions is where the options of a launcher end; those named take a value in
// the next word.
func skipOptions(argv []string, i int, valued ...string) int {
	for i < len(argv) && strings.HasPrefix(argv[i], "-") && len(argv[i]) > 1 {
		if argv[i] == "--" {
			return i + 1
		}
		if slices.Contains(valued, argv[i]) {
			i++
		}
		i++
	}
	return min(i, len(argv))
}

// kindOf looks at a program's first line: what pip installs as a command is a
// Python script.
func (l *launch) kindOf(word, dir string) kind {
	path := word
	if !strings.Contains(word, "/") {
		found, err := exec.LookPath(word)
		if err != nil {
			return anyProgram
		}
		path = found
	} else {
		path = in(dir, word)
	}
	f, err := os.Open(path)
	if err != nil {
		return anyProgram
	}
	defer f.Close()
	head := make([]byte, 128)
	n, _ := f.Read(head) // what can't be read is no script
	first, _, _ := strings.Cut(string(head[:n]), "\n")
	switch {
	case strings.HasPrefix(first, "#!") && strings.Contains(first, "python"):
		return pythonScript
	case strings.HasPrefix(first, "#!") && strings.HasSuffix(strings.TrimSpace(first), "sh"):
		return shellScript
	}
	return anyProgram
}

// pythonAt reads python [OPTIONS] SCRIPT or python [OPTIONS] -m MODULE.
func (l *launch) pythonAt(argv []string, i int, dir string) *launch {
	l.python = argv[:i+1]
	for i++; i < len(argv); i++ {
		switch w := argv[i]; {
		case w == "-m" && i+1 < len(argv):
			switch m := argv[i+1]; m {
			case "torch.distributed.run", "torch.distributed.launch", "accelerate.commands.launch", "deepspeed.launcher.runner":
				return l.launcherAt(argv, i+2, dir)
			default:
				l.module = m
				l.script = moduleFile(m, dir)
				return l.end(argv, i+2, pythonScript)
			}
		case w == "-c":
			return l.end(argv, len(argv), anyProgram)
		case w == "-W" || w == "-X":
			i++
		case !strings.HasPrefix(w, "-"):
			return l.programAt(argv, i, pythonScript)
		}
	}
	return l.end(argv, len(argv), anyProgram)
}

// launcherAt reads [OPTIONS] SCRIPT behind torchrun and its like. Their options may
// stand apart from their values, so the script is the first word that is one.
func (l *launch) launcherAt(argv []string, i int, dir string) *launch {
	if l.python == nil {
		l.python = []string{"python"}
		if p := filepath.Join(filepath.Dir(argv[i-1]), "python"); strings.Contains(argv[i-1], "/") {
			l.python = []string{p}
		}
	}
	for ; i < len(argv); i++ {
		if (argv[i] == "-m" || argv[i] == "--module") && i+1 < len(argv) {
			l.module, l.script = argv[i+1], moduleFile(argv[i+1], dir)
			return l.end(argv, i+2, pythonScript)
		}
		if strings.HasSuffix(argv[i], ".py") {
			return l.programAt(argv, i, pythonScript)
		}
	}
	return l.end(argv, len(argv), anyProgram)
}

func (l *launch) programAt(argv []string, i int, k kind) *launch {
	l.script = argv[i]
	return l.end(argv, i+1, k)
}

func (l *launch) end(argv []string, i int, k kind) *launch {
	l.before, l.args, l.kind = argv[:i:i], slices.Clone(argv[i:]), k
	if k == pythonScript && l.python == nil {
		l.python = []string{"python3"}
	}
	return l
}

// moduleFile is where python -m finds a module of the user's; empty: elsewhere.
func moduleFile(module, dir string) string {
	path := filepath.Join(strings.Split(module, ".")...)
	for _, file := range []string{path + ".py", filepath.Join(path, "__main__.py"), filepath.Join("src", path+".py"), filepath.Join("src", path, "__main__.py")} {
		if _, err := os.Stat(filepath.Join(dir, file)); err == nil {
			return file
		}
	}
	return ""
}

// plainly is the command that asks the program itself, without a launcher that
// would start it several times.
func (l *launch) plainly() []string {
	switch {
	case l.kind != pythonScript || l.python == nil:
		return l.before
	case l.module != "":
		return slices.Concat(l.python, []string{"-m", l.module})
	case strings.HasSuffix(l.script, ".py") && len(l.before) > 1:
		return slices.Concat(l.python, []string{l.script})
	}
	return l.before
}
