package proctree

import (
	"errors"
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// boot is constant: a process's Start is an absolute time here, which no
// process of another boot shares.
func boot() (string, error) { return "windows", nil }

// List reads the table of processes.
func List() ([]Process, error) {
	snapshot, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPPROCESS, 0)
	if err != nil {
		return nil, err
	}
	defer windows.CloseHandle(snapshot)
	var all []Process
	row := windows.ProcessEntry32{}
	row.Size = uint32(unsafe.Sizeof(row))
	for err = windows.Process32First(snapshot, &row); err == nil; err = windows.Process32Next(snapshot, &row) {
		p, err := lookup(int(row.ProcessID))
		if err != nil {
			continue
		}
		p.Parent = int(row.ParentProcessID)
		all = append(all, p)
	}
	if !errors.Is(err, windows.ERROR_NO_MORE_FILES) {
		return nil, err
	}
	return all, nil
}

func lookup(pid int) (Process, error) {
	h, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION|windows.SYNCHRONIZE, false, uint32(pid))
	if err != nil {
		return Process{}, errors.Join(os.ErrProcessDone, err)
	}
	defer windows.CloseHandle(h)
	var created, exited, kernel, user windows.Filetime
	if err := windows.GetProcessTimes(h, &created, &exited, &kernel, &user); err != nil {
		return Process{}, err
	}
	ended, err := windows.WaitForSingleObject(h, 0)
	return Process{
		PID: pid, Start: uint64(created.Nanoseconds()),
		Zombie: err == nil && ended == windows.WAIT_OBJECT_0,
	}, nil
}

// environ is nothing: environments of other processes are not readable.
func environ(int) []byte { return nil }

func kill(p Process) error {
	now, err := lookup(p.PID)
	if err != nil {
		return err
	}
	if now.Start != p.Start {
		return os.ErrProcessDone
	}
	proc, err := os.FindProcess(p.PID)
	if err != nil {
		return err
	}
	defer proc.Release()
	return proc.Kill()
}

func terminate(Process) error { return errors.ErrUnsupported }

// Signal ends the process id names if sig is [os.Kill]; other signals don't
// exist here.
func (id Identity) Signal(sig os.Signal) error {
	if sig != os.Kill {
		return errors.ErrUnsupported
	}
	if !id.Alive() {
		return os.ErrProcessDone
	}
	return kill(Process{PID: id.PID, Start: id.Start})
}
