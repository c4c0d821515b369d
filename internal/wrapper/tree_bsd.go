//go:build unix && !linux

package wrapper

import (
	"errors"
	"os"
	"syscall"
	"time"

	"github.com/danlu-ml/danlu/internal/proctree"
)

// startTree starts the program in a session of its own. Orphans go to init here,
// so what is left of the tree is looked for by session and mark.
func startTree(path string, spec Spec, stdout, stderr *os.File) (*tree, error) {
	pid, err := forkExec(path, spec, stdout, stderr, &syscall.SysProcAttr{Setsid: true})
	if err != nil {
		return nil, err
	}
	leader, err := proctree.Of(pid)
	if err != nil {
		leader = proctree.Identity{}
	}
	main, empty := make(chan outcome, 1), make(chan struct{})
	t := &tree{
		Tree: proctree.Tree{Root: os.Getpid(), Leader: leader, Mark: spec.marker(), Since: leader.Start},
		main: main, empty: empty,
	}
	go func() {
		defer close(empty)
		var ws syscall.WaitStatus
		for {
			if _, err := syscall.Wait4(pid, &ws, 0, nil); !errors.Is(err, syscall.EINTR) {
				break
			}
		}
		main <- ended(ws)
		for {
			if table, err := proctree.ReadTable(); err != nil || len(t.Members(table)) == 0 {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	}()
	return t, nil
}
