package executortest

import (
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/danlu-ml/danlu/internal/proctree"
)

var trees = []question{
	{name: "what a program leaves behind ends with it", processes: true, ask: func(p *place) {
		e := p.open()
		for n, orphan := range []string{"orphan", "bare-orphan", "deaf-orphan"} {
			file := filepath.Join(p.TempDir(), "pid")
			l := p.launch(n, orphan, file, "await", file, "exit", "3")
			l.Grace = 200 * time.Millisecond
			exit := p.exit(e, p.submit(e, l))
			if exit.Code != 3 || exit.Cause != "" {
				p.Errorf("%s: exit %+v, want code 3 and no cause", orphan, exit)
			}
			p.gone(orphan, file)
		}
	}},
	{name: "what a program has started ends when it is cancelled", processes: true, ask: func(p *place) {
		e := p.open()
		for n, now := range []bool{false, true} {
			file := filepath.Join(p.TempDir(), "pid")
			l := p.launch(n, "deaf-orphan", file, "await", file, "append", file+".left", "sleep", "1h")
			l.Grace = 200 * time.Millisecond
			j := p.running(e, l)
			p.cancel(e, j, now)
			if exit := p.exit(e, j); exit.Cause != "cancelled" {
				p.Errorf("exit %+v, want the cause cancelled", exit)
			}
			p.gone("deaf-orphan", file)
		}
	}},
	{name: "what a program has started ends at its deadline", processes: true, ask: func(p *place) {
		e := p.open()
		file := filepath.Join(p.TempDir(), "pid")
		l := p.launch(1, "orphan", file, "deaf", "sleep", "1h")
		l.Deadline, l.Grace = time.Second, 100*time.Millisecond
		if exit := p.exit(e, p.submit(e, l)); exit.Cause != "deadline" {
			p.Errorf("exit %+v, want the cause deadline", exit)
		}
		p.gone("orphan", file)
	}},
}

// gone fails the test if the process whose number is in file lives. A file that
// was never written is of a process that was ended before it could.
func (p *place) gone(what, file string) {
	p.Helper()
	if !exists(file) {
		return
	}
	pid, err := strconv.Atoi(p.file(file))
	if err != nil {
		p.Fatal(err)
	}
	if id, err := proctree.Of(pid); err == nil {
		p.Errorf("%s: process %d is left over", what, pid)
		_ = id.Signal(os.Kill)
	}
}
