package trialio_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/internal/inbox"
	"github.com/danlu-ml/danlu/trialio"
)

// driver is the other side of a trial: a real inbox over a sink that keeps the
// first of equal reports, as a store does.
type driver struct {
	t      *testing.T
	dir    string
	server *inbox.Server // nil while away
	stderr bytes.Buffer  // what the trial's person is told

	mu          sync.Mutex // guards all below
	steps       map[int64]map[string]float64
	checkpoints []string
	decision    string
	err         error
}

func newDriver(t *testing.T) *driver {
	d := &driver{t: t, dir: t.TempDir(), steps: map[int64]map[string]float64{}}
	t.Cleanup(d.leave)
	return d
}

func (d *driver) Reports(_ context.Context, _, _ int, rs []inbox.Report) (inbox.Answer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err != nil {
		return inbox.Answer{}, d.err
	}
	for _, r := range rs {
		if d.steps[r.Step] == nil {
			d.steps[r.Step] = r.Values
		}
	}
	return inbox.Answer{Decision: d.decision, Step: rs[len(rs)-1].Step}, nil
}

func (d *driver) Checkpoint(_ context.Context, _, _ int, _ int64, path string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.checkpoints = append(d.checkpoints, path)
	return d.err
}

// come starts to take reports, on a port and with tokens of its own.
func (d *driver) come() {
	d.t.Helper()
	var err error
	if d.server, err = inbox.Listen(inbox.Config{Sink: d}); err != nil {
		d.t.Fatal(err)
	}
	d.point(d.server.Endpoint(7, 1))
}

// point says to the trial where to report.
func (d *driver) point(e inbox.Endpoint) {
	d.t.Helper()
	if err := inbox.WriteEndpoint(d.dir, e); err != nil {
		d.t.Fatal(err)
	}
}

// leave goes away as a process that dies does: the endpoint stays behind.
func (d *driver) leave() {
	if d.server != nil {
		d.server.Close(context.Background())
		d.server = nil
	}
}

// readSpool takes in what the trial said meanwhile and returns how much that was.
func (d *driver) readSpool() int {
	d.t.Helper()
	tail := inbox.NewTail(d.spool(), 7, 1)
	n, err := tail.Drain(d.t.Context(), d)
	if err != nil {
		d.t.Fatal(err)
	}
	if lines, first := tail.Garbage(); lines > 0 {
		d.t.Fatalf("%d garbage lines in the spool: %v", lines, first)
	}
	return n
}

func (d *driver) spool() string { return filepath.Join(d.dir, "spool.jsonl") }

func (d *driver) env(name string) string {
	return map[string]string{
		"DANLU_TRIAL": "7", "DANLU_ATTEMPT": "1", "DANLU_DIR": d.dir, "DANLU_SPOOL": d.spool(),
		"DANLU_ENDPOINT": filepath.Join(d.dir, inbox.EndpointFile),
	}[name]
}

// trial is the trial as its program sees it. It gives up waiting only after
// patience, 0 meaning long.
func (d *driver) trial(patience time.Duration) *trialio.Trial {
	if patience == 0 {
		patience = time.Minute
	}
	return trialio.Impatient(d.env, patience, &d.stderr)
}

// seen returns the steps reported, in order.
func (d *driver) seen() []int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	var steps []int64
	for step := range d.steps {
		steps = append(steps, step)
	}
	slices.Sort(steps)
	return steps
}

func (d *driver) say(decision string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.decision, d.err = decision, err
}

// stranger listens like a driver but answers every connection with what it is
// told, then nothing more. It counts connections.
func stranger(t *testing.T, answer string) (address string, calls func() int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var conns []net.Conn
	done := make(chan bool)
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, conn)
			mu.Unlock()
			fmt.Fprint(conn, answer)
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
		for _, conn := range conns {
			conn.Close()
		}
	})
	return "http://" + l.Addr().String(), func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(conns)
	}
}

func loss(v float64) map[string]float64 { return map[string]float64{"loss": v} }

func mustWrite(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
