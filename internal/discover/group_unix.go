//go:build unix

package discover

import (
	"os"
	"syscall"
)

// ownGroup makes a program the head of a group, to be ended as a whole.
var ownGroup = &syscall.SysProcAttr{Setpgid: true}

// endGroup ends a program with what it started; one that has ended is fine.
func endGroup(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }
