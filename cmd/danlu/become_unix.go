//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// become puts a program in the place of this one, which comes back only where that
// can't be done.
func become(argv []string) error {
	path, err := exec.LookPath(argv[0])
	if err != nil {
		return usage("start %s: %w; install it, or name it by its path", argv[0], err)
	}
	return fmt.Errorf("start %s: %w", path, syscall.Exec(path, argv, os.Environ()))
}
