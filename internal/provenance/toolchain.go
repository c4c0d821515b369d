package provenance

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

//go:embed versions.py
var versionsProgram string

// versions asks the Python that would run the command for its version and those of
// the packages that matter. They are read from the packages' metadata: importing
// PyTorch takes seconds and may claim a GPU.
func versions(ctx context.Context, o Options) map[string]string {
	python := Interpreter(o)
	if python == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, toolchainWithin)
	defer cancel()
	cmd := exec.CommandContext(ctx, python, "-c", versionsProgram)
	cmd.Dir, cmd.Env = o.Dir, o.Environ // version managers look at both
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return nil
	}
	var found map[string]string
	if json.Unmarshal(out, &found) != nil {
		return nil
	}
	return found
}

// launchers start the rest of their command line in the environment they are in.
// Others, as conda run or docker, choose a Python of their own.
var launchers = set("env nice ionice taskset numactl timeout time nohup setsid stdbuf chrt srun mpirun mpiexec xvfb-run")

// isPython reports whether a program's path is that of a Python: python3.12.
func isPython(path string) bool {
	name := strings.TrimSuffix(filepath.Base(path), ".exe")
	version, ok := strings.CutPrefix(name, "python")
	if !ok {
		version, ok = strings.CutPrefix(name, "pypy")
	}
	return ok && strings.Trim(version, "0123456789.") == ""
}

// Interpreter is the path of the Python that runs the command: named in it, or in
// the first line of the script it starts with, as that of torchrun. It is empty
// where the program is no Python program, as far as one can see.
func Interpreter(o Options) string {
	for i, arg := range o.Command {
		if i > 0 && !launchers[filepath.Base(o.Command[0])] {
			break
		}
		if isPython(arg) {
			return lookPath(o, arg)
		}
		if filepath.Ext(arg) == ".py" {
			break // what follows are the script's arguments
		}
	}
	if len(o.Command) == 0 {
		return ""
	}
	script := lookPath(o, o.Command[0])
	f, err := os.Open(script)
	if err != nil {
		return ""
	}
	defer f.Close()
	line, _ := bufio.NewReader(io.LimitReader(f, 512)).ReadString('\n')
	words := strings.Fields(strings.TrimPrefix(line, "#!"))
	if !strings.HasPrefix(line, "#!") || len(words) == 0 {
		return ""
	}
	if filepath.Base(words[0]) == "env" && len(words) > 1 {
		words = words[1:]
	}
	if !isPython(words[0]) {
		return ""
	}
	return lookPath(o, words[0])
}

// lookPath finds a program as the trial would: beside the study's file where its
// name has a slash, else in the PATH.
func lookPath(o Options, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	if strings.ContainsAny(name, `/\`) {
		return filepath.Join(o.Dir, name)
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return ""
	}
	return path
}
