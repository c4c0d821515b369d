package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/danlu-ml/danlu/internal/command"
	"github.com/danlu-ml/danlu/internal/driver"
)

// self is how a person calls this program from here: by its name where a shell
// finds it, by `go run` where that made it, else by its path.
func self() string {
	exe, err := os.Executable()
	if err != nil {
		return "danlu"
	}
	if found, err := exec.LookPath("danlu"); err == nil && driver.SameFile(found, exe) {
		return "danlu"
	}
	if strings.Contains(exe, string(filepath.Separator)+"go-build") {
		return "go run ./cmd/danlu"
	}
	if cwd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(cwd, exe); err == nil && !strings.HasPrefix(rel, "..") {
			exe = "." + string(filepath.Separator) + rel
		}
	}
	return command.Quote([]string{exe})
}

// offerSelf lets the programs that this one starts find it, which may be on no PATH or
// have another name. Whoever has named another stands.
func offerSelf() {
	const name = "DANLU_BIN"
	exe, err := os.Executable()
	if err != nil || os.Getenv(name) != "" {
		return // then they look on the PATH
	}
	if found, err := exec.LookPath("danlu"); err == nil && driver.SameFile(found, exe) {
		if exe, err = filepath.Abs(found); err != nil {
			return
		}
	}
	_ = os.Setenv(name, exe)
}
