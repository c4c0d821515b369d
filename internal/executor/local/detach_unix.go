//go:build unix

package local

import "syscall"

// detached starts a wrapper out of reach of the terminal's signals.
var detached = &syscall.SysProcAttr{Setsid: true}

// reap removes the zombie of a process that has ended, if it was our child.
func reap(pid int) { _, _ = syscall.Wait4(pid, nil, syscall.WNOHANG, nil) }
