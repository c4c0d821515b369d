package wrapper

import (
	"errors"
	"os"
	"runtime"
	"syscall"

	"github.com/danlu-ml/danlu/internal/proctree"
	"golang.org/x/sys/unix"
)

// startTree starts the program in a session of its own. Whatever loses its
// parent below it becomes a child of this process, so that the tree is empty
// when there are no children left. If this process is killed, so is the program.
func startTree(path string, spec Spec, stdout, stderr *os.File) (*tree, error) {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return nil, err
	}
	main, empty := make(chan outcome, 1), make(chan struct{})
	type started struct {
		pid int
		err error
	}
	start := make(chan started)
	go func() {
		// Pdeathsig follows the thread that forks, which therefore must last.
		runtime.LockOSThread()
		pid, err := forkExec(path, spec, stdout, stderr, &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL})
		start <- started{pid, err}
		if err == nil {
			reap(pid, main, empty)
		}
	}()
	s := <-start
	if s.err != nil {
		return nil, s.err
	}
	leader, err := proctree.Of(s.pid)
	if err != nil && !errors.Is(err, os.ErrProcessDone) {
		return nil, err
	}
	return &tree{
		Tree: proctree.Tree{Root: os.Getpid(), Leader: leader},
		main: main, empty: empty,
	}, nil
}

// reap collects every process of the tree. The program's own end goes to main
// when others are left, or together with the end of all.
func reap(pid int, main chan<- outcome, empty chan<- struct{}) {
	var end outcome
	flags, killed := 0, false
	for {
		var ws syscall.WaitStatus
		switch p, err := syscall.Wait4(-1, &ws, flags, nil); {
		case errors.Is(err, syscall.EINTR):
		case err != nil: // ECHILD
			close(empty)
			if flags != 0 {
				main <- end
			}
			return
		case p == pid:
			end = ended(ws)
			end.lostChild = killed
			flags = syscall.WNOHANG // is anything left?
		case p == 0:
			main <- end
			flags = 0
		default:
			killed = killed || (ws.Signaled() && ws.Signal() == syscall.SIGKILL)
		}
	}
}
