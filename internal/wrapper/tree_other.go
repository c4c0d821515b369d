//go:build !unix

package wrapper

import (
	"os"

	"github.com/danlu-ml/danlu/internal/proctree"
)

// startTree starts the program. Here its descendants are found only while their
// parents live, it can't be asked to end, and what it used is not known.
func startTree(path string, spec Spec, stdout, stderr *os.File) (*tree, error) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	p, err := os.StartProcess(path, spec.Command, &os.ProcAttr{
		Dir: spec.WorkDir, Env: spec.environ(), Files: []*os.File{null, stdout, stderr},
	})
	if err != nil {
		return nil, err
	}
	main, empty := make(chan outcome, 1), make(chan struct{})
	go func() {
		state, err := p.Wait()
		if err == nil {
			main <- outcome{code: state.ExitCode(), at: now()}
		} else {
			main <- outcome{code: -1, at: now()}
		}
		close(empty)
	}()
	leader, err := proctree.Of(p.Pid)
	if err != nil {
		leader = proctree.Identity{}
	}
	return &tree{Tree: proctree.Tree{Root: os.Getpid(), Leader: leader}, main: main, empty: empty}, nil
}

func usage() (cpuSeconds, maxRSSMB float64) { return 0, 0 }
