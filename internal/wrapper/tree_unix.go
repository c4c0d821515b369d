//go:build unix

package wrapper

import (
	"errors"
	"os"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// forkExec starts the program. A file that is still open for writing somewhere,
// as one that was just copied may be for a moment, is tried again.
func forkExec(path string, spec Spec, stdout, stderr *os.File, sys *syscall.SysProcAttr) (pid int, err error) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return 0, err
	}
	defer null.Close()
	attr := &syscall.ProcAttr{
		Dir: spec.WorkDir, Env: spec.environ(), Sys: sys,
		Files: []uintptr{null.Fd(), stdout.Fd(), stderr.Fd()},
	}
	for try := 0; ; try++ {
		pid, err = syscall.ForkExec(path, spec.Command, attr)
		if !errors.Is(err, syscall.ETXTBSY) || try == 20 {
			return pid, err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func ended(ws syscall.WaitStatus) outcome {
	o := outcome{code: ws.ExitStatus(), at: now()}
	if ws.Signaled() {
		o.signal = unix.SignalName(ws.Signal())
	}
	return o
}

// usage is what all processes reaped so far have used: seconds of processor
// time together, MiB of memory by the largest.
func usage() (cpuSeconds, maxRSSMB float64) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &u); err != nil {
		return 0, 0
	}
	unit := 1 << 10 // bytes
	if runtime.GOOS == "darwin" {
		unit = 1
	}
	cpu := time.Duration(u.Utime.Nano() + u.Stime.Nano())
	return cpu.Seconds(), float64(u.Maxrss) * float64(unit) / (1 << 20)
}
