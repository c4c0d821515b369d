package local

import (
	"context"
	"os"

	"github.com/danlu-ml/danlu/internal/proctree"
	"golang.org/x/sys/unix"
)

// awaitEnd returns when the process has ended, or the executor is closed. The
// process need not be a child. It costs a parked goroutine and a descriptor, no
// thread and no polling.
func (e *Executor) awaitEnd(id proctree.Identity) {
	fd, err := unix.PidfdOpen(id.PID, 0)
	if err == nil {
		err = unix.SetNonblock(fd, true) // so that the runtime's poller takes it
	}
	if err != nil { // kernels before 5.3, and some sandboxes
		e.pollEnd(id)
		return
	}
	f := os.NewFile(uintptr(fd), "pidfd")
	defer f.Close()
	if !id.Alive() {
		return // ended, and its number perhaps given to another, before we had the descriptor
	}
	raw, err := f.SyscallConn()
	if err != nil {
		e.pollEnd(id)
		return
	}
	defer context.AfterFunc(e.ctx, func() { f.Close() })()
	err = raw.Read(func(fd uintptr) bool {
		ready := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		n, err := unix.Poll(ready, 0)
		return err == nil && n > 0
	})
	if err != nil && e.ctx.Err() == nil {
		e.pollEnd(id)
	}
}
