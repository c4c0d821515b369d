package executortest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var output = []question{
	{name: "logs give each stream, or both with standard output first", processes: true, ask: func(p *place) {
		e := p.open()
		j := p.submit(e, p.launch(1, "err", "to err", "out", "to out", "err", "more err"))
		p.exit(e, j)
		for stream, want := range map[string]string{
			"stdout": "to out\n", "stderr": "to err\nmore err\n", "": "to out\nto err\nmore err\n",
		} {
			if got := p.logs(e, j, stream); got != want {
				p.Errorf("Logs(%q) = %q, want %q", stream, got, want)
			}
		}
		if r, err := e.Logs(p.Context(), j, "stdin"); err == nil {
			r.Close()
			p.Error("Logs of a stream that doesn't exist succeeded")
		}
	}},
	{name: "logs of a running attempt give what it has written so far", processes: true, ask: func(p *place) {
		e := p.open()
		said := filepath.Join(p.TempDir(), "said")
		j := p.running(e, p.launch(1, "out", "so far", "append", said, "sleep", "1h"))
		for p.logs(e, j, "stdout") != "so far\n" { // the wrapper may need a moment
		}
		p.cancel(e, j, true)
		p.exit(e, j)
	}},
	{name: "an attempt that wrote nothing has an empty log", ask: func(p *place) {
		e := p.open()
		j := p.submit(e, p.launch(1, "sleep", "1ms"))
		p.exit(e, j)
		if got := p.logs(e, j, ""); got != "" {
			p.Errorf("the log says %q", got)
		}
	}},
	{name: "the exit holds the last lines, standard error last", processes: true, ask: func(p *place) {
		e := p.open()
		exit := p.exit(e, p.submit(e, p.launch(1,
			"flood", "20000", "err", "Traceback", "err", "ValueError: no", "out", "progress 1%\rprogress 2%", "exit", "1")))
		if len(exit.Tail) > 4096 {
			p.Errorf("the tail has %d bytes", len(exit.Tail))
		}
		if !strings.HasSuffix(exit.Tail, "\nprogress 2%\nTraceback\nValueError: no") {
			p.Errorf("the tail ends in %q", exit.Tail[max(0, len(exit.Tail)-100):])
		}
		if _, after, _ := strings.Cut(exit.Tail, "\n"); !strings.HasPrefix(after, "00000") {
			p.Errorf("the tail begins with %q, want whole lines", exit.Tail[:40])
		}
	}},
	{name: "of very much output the first and the last are kept", processes: true, ask: func(p *place) {
		e := p.open()
		bytes := 200 << 20
		if testing.Short() {
			bytes /= 10
		}
		l := p.launch(1, "flood", fmt.Sprint(bytes))
		l.LogLimit = 1 << 20
		j := p.submit(e, l)
		if exit := p.exit(e, j); exit.Code != 0 || exit.Dropped != 0 {
			p.Fatalf("exit %+v, want code 0 and nothing dropped", exit)
		}
		log := p.logs(e, j, "stdout")
		if len(log) > int(l.LogLimit)+200 || len(log) < int(l.LogLimit)/2 {
			p.Errorf("%d bytes are kept of %d, want about %d", len(log), bytes, l.LogLimit)
		}
		if !strings.HasPrefix(log, "000000000000000\n000000000000001\n") {
			p.Errorf("the log begins with %q", log[:32])
		}
		if want := fmt.Sprintf("%015d\n", bytes/16-1); !strings.HasSuffix(log, want) {
			p.Errorf("the log ends in %q, want %q", log[len(log)-32:], want)
		}
		before, after, _ := strings.Cut(log, "[danlu: ")
		missing, after, ok := strings.Cut(after, " bytes of output were left out here]\n")
		if want := fmt.Sprint(bytes - (len(before) - 1) - len(after)); !ok || missing != want {
			p.Errorf("it says that %q bytes are missing, want %s", missing, want)
		}
	}},
	{name: "lines that match a pattern become reports", processes: true, ask: func(p *place) {
		e := p.open()
		l := p.launch(1, "out", "step=3 loss=0.25 acc=91.5%", "err", "step=4 loss=nan acc=-", "out", "nothing here", "out", "no newline: loss 1")
		l.Observe = []string{`step=(?P<step>\d+) loss=(?P<loss>\S+) acc=(?P<acc>\S+)`, `loss (?P<other>\d)`}
		if exit := p.exit(e, p.submit(e, l)); exit.LostReports != 0 {
			p.Errorf("%d reports were lost", exit.LostReports)
		}
		got := make(map[string]bool)
		for line := range strings.Lines(p.file(l.Spool)) {
			got[line] = true
		}
		for _, want := range []string{
			`{"step":3,"values":{"loss":0.25,"acc":0.915}}` + "\n",
			`{"step":4,"values":{"loss":"nan"}}` + "\n",
			`{"step":1,"values":{"other":1}}` + "\n",
		} {
			if !got[want] {
				p.Errorf("the spool lacks %s; it has %v", want, got)
			}
		}
		if len(got) != 3 {
			p.Errorf("the spool has %d reports, want 3: %v", len(got), got)
		}
	}},
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
