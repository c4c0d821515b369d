package proctree

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// boot joins the kernel's boot id and the process namespace's number: two
// containers on one machine share the first and count processes apart.
func boot() (string, error) {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", err
	}
	ns, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(id)) + "/" + ns, nil
}

// List reads the table of processes. Those that end while it reads are left out.
func List() ([]Process, error) {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	all := make([]Process, 0, len(names))
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		if p, err := lookup(pid); err == nil {
			all = append(all, p)
		}
	}
	return all, nil
}

// lookup reads /proc/PID/stat (proc_pid_stat(5)): "pid (name) state ppid pgrp
// session …", start time in field 22. The name may hold spaces and brackets.
func lookup(pid int) (Process, error) {
	stat, err := readProc(pid, "stat")
	if err != nil {
		return Process{}, err
	}
	_, after, ok := bytes.Cut(stat[max(0, bytes.LastIndexByte(stat, ')')):], []byte(") "))
	f := bytes.Fields(after)
	if !ok || len(f) < 20 {
		return Process{}, fmt.Errorf("/proc/%d/stat has an unknown form: %q", pid, stat)
	}
	p := Process{PID: pid, Zombie: f[0][0] == 'Z' || f[0][0] == 'X'}
	p.Parent, _ = strconv.Atoi(string(f[1]))
	p.Session, _ = strconv.Atoi(string(f[3]))
	p.Start, err = strconv.ParseUint(string(f[19]), 10, 64)
	return p, err
}

// readProc reads a small file of /proc/PID; a process that is gone gives
// [os.ErrProcessDone].
func readProc(pid int, name string) ([]byte, error) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/" + name)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return nil, os.ErrProcessDone
	}
	return b, err
}

// environ is the environment a process was started with, a NUL before and after
// each variable, or nil if it can't be read (another user's, or set-user-id).
func environ(pid int) []byte {
	env, err := readProc(pid, "environ")
	if err != nil {
		return nil
	}
	return append([]byte{0}, env...)
}

func kill(p Process) error      { return send(p, unix.SIGKILL) }
func terminate(p Process) error { return send(p, unix.SIGTERM) }

// send signals the very process that p was read from. The descriptor is opened
// first and the start time read again after, so that a number given to another
// process meanwhile is noticed.
func send(p Process, sig unix.Signal) error {
	fd, err := unix.PidfdOpen(p.PID, 0)
	if err == nil {
		defer unix.Close(fd)
	} else if errors.Is(err, unix.ESRCH) {
		return os.ErrProcessDone
	}
	now, lookErr := lookup(p.PID)
	if lookErr != nil {
		return lookErr
	}
	if now.Start != p.Start {
		return os.ErrProcessDone
	}
	if err != nil { // kernels before 5.3, and some sandboxes
		err = unix.Kill(p.PID, sig)
	} else {
		err = unix.PidfdSendSignal(fd, sig, nil, 0)
	}
	if errors.Is(err, unix.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}

// Signal sends sig to the process id names, and to no other that may have taken
// its number. The error wraps [os.ErrProcessDone] if it has ended.
func (id Identity) Signal(sig os.Signal) error {
	if !id.Alive() {
		return os.ErrProcessDone
	}
	return send(Process{PID: id.PID, Start: id.Start}, sig.(syscall.Signal))
}
