//go:build !linux && !darwin && !windows

package proctree

import (
	"errors"
	"os"
)

func boot() (string, error) { return "", errors.ErrUnsupported }

// List says that the table of processes can't be read on this platform.
func List() ([]Process, error) { return nil, errors.ErrUnsupported }

func lookup(int) (Process, error) { return Process{}, errors.ErrUnsupported }

func environ(int) []byte { return nil }

func kill(Process) error      { return errors.ErrUnsupported }
func terminate(Process) error { return errors.ErrUnsupported }

// Signal says that processes can't be identified on this platform.
func (id Identity) Signal(os.Signal) error { return errors.ErrUnsupported }
