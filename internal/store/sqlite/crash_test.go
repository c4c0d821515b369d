package sqlite_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/internal/proctree"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	"github.com/danlu-ml/danlu/internal/store/storetest"
	"github.com/danlu-ml/danlu/internal/study"
)

// crashStudies are written side by side, so that they share transactions.
var crashStudies = []string{"a", "b", "c"}

// TestAcknowledgedSurvivesKill kills a process that appends, again and again, at
// random times. What it acknowledged on its output must be there, whole and in
// order, and the next one must go on at once. DANLU_LONG=1 kills ten times as
// often.
func TestAcknowledgedSurvivesKill(t *testing.T) {
	rounds := 20
	if os.Getenv("DANLU_LONG") != "" {
		rounds = 200
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	path := filepath.Join(t.TempDir(), "danlu.db")
	acknowledged := map[string]int64{}
	for round := range rounds {
		kill(t, path, time.Duration(rng.IntN(40_000))*time.Microsecond, acknowledged)
		s := open(t, path, sqlite.Options{})
		for _, name := range crashStudies {
			var got, want []study.Event
			for e, err := range s.Replay(t.Context(), name, 0) {
				if errors.Is(err, store.ErrUnknownStudy) && acknowledged[name] == 0 {
					break // the end came before its beginning
				}
				if err != nil {
					t.Fatalf("round %d: %v", round, err)
				}
				got, want = append(got, e), append(want, crashEvent(e.Seq))
			}
			if int64(len(got)) < acknowledged[name] {
				t.Fatalf("round %d: study %s ends at event %d, acknowledged were %d", round, name, len(got), acknowledged[name])
			}
			if d := storetest.Diff(want, got); d != "" {
				t.Fatalf("round %d: study %s: %s", round, name, d)
			}
		}
		if wrong, err := s.Check(t.Context()); err != nil || len(wrong) > 0 {
			t.Fatalf("round %d: Check: %v, %v", round, wrong, err)
		}
		must(t, s.Close())
	}
	t.Logf("acknowledged in the end: %v", acknowledged)
}

// kill starts a process that appends, kills it a while after its first
// acknowledgement, and notes what it acknowledged.
func kill(t *testing.T, path string, after time.Duration, acknowledged map[string]int64) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "DANLU_TEST_APPEND_TO="+path)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	time.AfterFunc(10*time.Second, func() { _ = child.Process.Kill() })
	lines := bufio.NewScanner(out)
	for first := true; lines.Scan(); first = false {
		var name string
		var seq int64
		if _, err := fmt.Sscan(lines.Text(), &name, &seq); err != nil {
			t.Errorf("the process says %q", lines.Text())
		}
		acknowledged[name] = max(acknowledged[name], seq)
		if first {
			time.AfterFunc(after, func() { _ = child.Process.Kill() })
		}
	}
	if err := child.Wait(); err == nil || child.ProcessState.ExitCode() != -1 {
		t.Fatalf("the process ended by itself: %v", err)
	}
}

// appendForEver is the process to be killed. It goes on where the last one was.
func appendForEver(path string) error {
	ctx := context.Background()
	s, err := sqlite.Open(path, sqlite.Options{})
	if err != nil {
		return err
	}
	me, err := proctree.Self()
	if err != nil {
		return err
	}
	failed := make(chan error)
	var said sync.Mutex
	for _, name := range crashStudies {
		l, err := s.Acquire(ctx, name, store.Holder{Boot: me.Boot, PID: me.PID, Started: me.Start}, time.Hour)
		if err != nil {
			return err
		}
		var last int64
		for e, err := range s.Replay(ctx, name, 0) {
			if err != nil {
				return err
			}
			last = e.Seq
		}
		go func() {
			for n := int64(1); ; n = n%7 + 1 {
				var events []study.Event
				for seq := last + 1; seq <= last+n; seq++ {
					events = append(events, crashEvent(seq))
				}
				if err := s.Append(ctx, l, last, events); err != nil {
					failed <- err
				}
				last += n
				said.Lock()
				fmt.Println(name, last)
				said.Unlock()
			}
		}()
	}
	return <-failed
}

// crashEvent is the event with a number, the same whoever makes it: trials of ten
// events each, two at a time.
func crashEvent(seq int64) study.Event {
	trial := study.TrialID(seq/20*2 + seq%2)
	e := study.Event{Seq: seq, Time: time.Unix(seq, 0).UTC()}
	switch {
	case seq%20 >= 18:
		e.Body = study.Ended{Trial: trial, Attempt: 1, State: study.Completed, Values: study.Numbers{"loss": float64(seq)}}
	default:
		e.Body = study.Points{Trial: trial, Attempt: 1, Rows: []study.Point{{Step: seq, Metric: "loss", Value: 1 / float64(seq)}}}
	}
	return e
}
