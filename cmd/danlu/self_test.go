package main

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestProgramsAreToldWhereDanluIs(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "danlu")
	if err := os.WriteFile(other, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "danlu")
	if runtime.GOOS != "windows" {
		if err := os.Symlink(exe, link); err != nil {
			t.Fatal(err)
		}
	} else {
		link = exe
	}
	for _, test := range []struct{ name, path, set, want string }{
		{"on no PATH, whatever its name", "", "", exe},
		{"another is on the PATH", filepath.Dir(other), "", exe},
		{"this one is", filepath.Dir(link), "", link},
		{"a person has named one", filepath.Dir(link), "/opt/danlu", "/opt/danlu"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("PATH", test.path)
			t.Setenv("DANLU_BIN", test.set)
			offerSelf()
			if got := os.Getenv("DANLU_BIN"); got != test.want {
				t.Errorf("told of %s, want %s", got, test.want)
			}
		})
	}
}
