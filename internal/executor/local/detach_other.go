//go:build !unix && !windows

package local

import "syscall"

var detached = &syscall.SysProcAttr{}

func reap(int) {}
