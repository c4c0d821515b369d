//go:build !unix

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
)

// become starts a program, waits for it, and ends as it does: there is no taking
// another's place here.
func become(argv []string) error {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	var ended *exec.ExitError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &ended):
		os.Exit(ended.ExitCode())
	case errors.Is(err, exec.ErrNotFound):
		return usage("start %s: %w; install it, or name it by its path", argv[0], err)
	}
	return fmt.Errorf("start %s: %w", argv[0], err)
}
