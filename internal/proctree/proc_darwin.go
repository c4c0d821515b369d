package proctree

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

func boot() (string, error) { return unix.Sysctl("kern.bootsessionuuid") }

// List reads the table of processes.
func List() ([]Process, error) {
	rows, err := unix.SysctlKinfoProcSlice("kern.proc.all")
	if err != nil {
		return nil, err
	}
	all := make([]Process, len(rows))
	for i, r := range rows {
		all[i] = process(&r)
	}
	return all, nil
}

func lookup(pid int) (Process, error) {
	r, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if err != nil || int(r.Proc.P_pid) != pid {
		return Process{}, os.ErrProcessDone
	}
	return process(r), nil
}

func process(r *unix.KinfoProc) Process {
	const zombie = 5 // SZOMB, <sys/proc.h>
	start := r.Proc.P_starttime
	p := Process{
		PID: int(r.Proc.P_pid), Parent: int(r.Eproc.Ppid),
		Start:  uint64(start.Sec)*1e6 + uint64(start.Usec),
		Zombie: r.Proc.P_stat == zombie,
	}
	p.Session, _ = unix.Getsid(p.PID)
	return p
}

// environ is the strings a process was started with, its arguments among them, a
// NUL before and after each.
func environ(pid int) []byte {
	args, err := unix.SysctlRaw("kern.procargs2", pid)
	if err != nil {
		return nil
	}
	return args
}

func kill(p Process) error      { return send(p, unix.SIGKILL) }
func terminate(p Process) error { return send(p, unix.SIGTERM) }

func send(p Process, sig syscall.Signal) error {
	now, err := lookup(p.PID)
	if err != nil {
		return err
	}
	if now.Start != p.Start {
		return os.ErrProcessDone
	}
	if err := unix.Kill(p.PID, sig); !errors.Is(err, unix.ESRCH) {
		return err
	}
	return os.ErrProcessDone
}

// Signal sends sig to the process id names. The error wraps [os.ErrProcessDone]
// if it has ended.
func (id Identity) Signal(sig os.Signal) error {
	if !id.Alive() {
		return os.ErrProcessDone
	}
	return send(Process{PID: id.PID, Start: id.Start}, sig.(syscall.Signal))
}
