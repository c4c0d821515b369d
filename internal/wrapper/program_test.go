package wrapper

import (
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/danlu-ml/danlu/internal/executor"
)

func TestDanluIsThisBinaryWherePathHasNone(t *testing.T) {
	here := t.TempDir()
	s := Spec{Launch: executor.Launch{WorkDir: here, Env: []string{"PATH=" + here}, Command: []string{"danlu", "train"}}}
	if got, err := s.program(); err != nil || got != self(t) {
		t.Errorf("%q, %v; want %q", got, err, self(t))
	}
	if runtime.GOOS == "windows" {
		return // the file below is no program there
	}
	installed := here + "/danlu"
	if err := os.WriteFile(installed, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if got, err := s.program(); err != nil || got != installed {
		t.Errorf("%q, %v; want the one in PATH, %q", got, err, installed)
	}
	s.Command[0] = "danlv"
	if _, err := s.program(); err == nil || !strings.Contains(err.Error(), "danlv is not in PATH") {
		t.Errorf("%v; want to hear that danlv is not in PATH", err)
	}
}

func self(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
