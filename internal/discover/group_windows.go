package discover

import (
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

var ownGroup = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}

// endGroup ends a program with what it started; one that has ended is fine.
func endGroup(p *os.Process) {
	_ = exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(p.Pid)).Run()
	_ = p.Kill()
}
