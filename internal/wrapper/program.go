package wrapper

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
)

// program finds the file to execute: as given if absolute, in the working
// directory if it has a slash, else along PATH of the program's own environment;
// danlu itself, where PATH has none, is this binary.
// The error is a sentence for the person who wrote the command.
func (s Spec) program() (string, error) {
	if len(s.Command) == 0 || s.Command[0] == "" {
		return "", errors.New("the command is empty: give the program to start, as in command: [python, train.py]")
	}
	if info, err := os.Stat(s.WorkDir); err != nil || !info.IsDir() {
		return "", fmt.Errorf("the working directory %s is not there: was the folder moved or deleted?", s.WorkDir)
	}
	name := s.Command[0]
	if strings.ContainsRune(name, '/') || strings.ContainsRune(name, filepath.Separator) {
		path := s.inWorkDir(name)
		return path, executable(path, name)
	}
	if path := s.lookPath(name); path != "" {
		return path, nil
	}
	if name == "danlu" { // who has not installed it, or runs it by go run, means this one
		if path, err := os.Executable(); err == nil {
			return path, nil
		}
	}
	return "", s.notInPath(name)
}

// Startable says why the command's program could not be started, or nil.
func (s Spec) Startable() error {
	_, err := s.program()
	return err
}

func (s Spec) inWorkDir(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(s.WorkDir, name)
}

func (s Spec) lookPath(name string) string {
	names := []string{name}
	if runtime.GOOS == "windows" && filepath.Ext(name) == "" {
		names = []string{name + ".exe", name + ".com", name}
	}
	for _, dir := range filepath.SplitList(s.getenv("PATH")) {
		for _, n := range names {
			path := s.inWorkDir(filepath.Join(dir, n))
			if executable(path, n) == nil {
				return path
			}
		}
	}
	return ""
}

// getenv is the value the program would see: of doubles the last, as os/exec
// has it; on Windows, where it is Path mostly, however the name is written.
func (s Spec) getenv(name string) string {
	for _, v := range slices.Backward(s.Env) {
		n, value, ok := strings.Cut(v, "=")
		if ok && (n == name || runtime.GOOS == "windows" && strings.EqualFold(n, name)) {
			return value
		}
	}
	return ""
}

func (s Spec) notInPath(name string) error {
	if _, err := os.Stat(s.inWorkDir(name)); err == nil {
		if strings.HasSuffix(name, ".py") {
			return fmt.Errorf("%s is not in PATH, but it is in the working directory: start it as [python, %s]", name, name)
		}
		return fmt.Errorf("%s is not in PATH, but it is in the working directory: write ./%s", name, name)
	}
	if name == "python" && s.lookPath("python3") != "" {
		return errors.New("python is not in PATH, but python3 is: write python3 in the command, or activate your virtual environment first")
	}
	return fmt.Errorf("%s is not in PATH (%s): install it, activate its environment, or give its whole path", name, s.getenv("PATH"))
}

// executable says why the file at path, called name by the user, can't be
// executed, or nil if it looks as if it can.
func executable(path, name string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s is not there (looked for %s): check the name, and that the command starts in the right folder", name, path)
	case err != nil:
		return fmt.Errorf("%s can't be read: %w", name, err)
	case info.IsDir():
		return fmt.Errorf("%s is a folder: give the program in it", name)
	case info.Mode().Perm()&0o111 == 0 && runtime.GOOS != "windows":
		return fmt.Errorf("%s has no execute bit: %s", name, startAs("chmod +x "+name, name))
	}
	return nil
}

// startAs appends to a remedy the other one, naming the interpreter, where the
// file's ending tells it.
func startAs(remedy, name string) string {
	switch filepath.Ext(name) {
	case ".py":
		return fmt.Sprintf("%s, or start it as [python, %s]", remedy, name)
	case ".sh":
		return fmt.Sprintf("%s, or start it as [sh, %s]", remedy, name)
	}
	return remedy
}

// explain turns the kernel's refusal to execute a file that looked executable
// into a sentence.
func explain(err error, path, name string) error {
	interpreter := shebang(path)
	switch {
	case strings.HasSuffix(interpreter, "\r"):
		return fmt.Errorf("%s has Windows line ends, so that its interpreter %q is not found: convert it with sed -i 's/\\r$//' %s", name, interpreter, name)
	case errors.Is(err, fs.ErrNotExist) && interpreter != "":
		return fmt.Errorf("%s asks for the interpreter %s, which is not there: correct its first line, or name the interpreter in the command", name, interpreter)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s needs a loader that is not on this machine: was it built for another system?", name)
	case errors.Is(err, syscall.ENOEXEC) && interpreter == "" && text(path):
		return fmt.Errorf("%s is a script without a first line that says what runs it: %s", name, startAs("begin it with #!/usr/bin/env python3 or the like", name))
	case errors.Is(err, syscall.ENOEXEC):
		return fmt.Errorf("%s is not a program this machine can run: was it built for another processor?", name)
	case errors.Is(err, syscall.E2BIG):
		return fmt.Errorf("%s: arguments and environment are longer than the system allows: pass long values in a file", name)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s may not be executed: is its file system mounted noexec, or a folder above it closed to you? (%w)", name, err)
	case errors.Is(err, syscall.EINVAL):
		return fmt.Errorf("%s: an argument or environment variable holds a NUL byte, which no program can be given", name)
	}
	return fmt.Errorf("start %s: %w", name, err)
}

// shebang is the interpreter a script's first line names, with everything up to
// the line's end that belongs to its path, or "".
func shebang(path string) string {
	line, ok := strings.CutPrefix(firstLine(path), "#!")
	if !ok {
		return ""
	}
	interpreter, _, _ := strings.Cut(strings.TrimLeft(line, " \t"), " ")
	return interpreter
}

func text(path string) bool { return !strings.ContainsRune(firstLine(path), 0) }

func firstLine(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	line, _ := bufio.NewReaderSize(f, 256).ReadSlice('\n')
	return strings.TrimSuffix(string(line), "\n")
}
