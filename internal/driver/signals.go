package driver

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/danlu-ml/danlu/internal/runner"
)

// Signals turns the process's signals into wishes to leave, until ctx ends: the
// first SIGINT or SIGTERM lets running trials end, the second ends them, SIGHUP
// leaves them running. said is told what each means. A second signal on the heels
// of the first is the same one: wrappers such as timeout and make pass on what the
// whole group gets.
func Signals(ctx context.Context, said func(text string)) <-chan runner.Signal {
	raw := make(chan os.Signal, 4)
	signal.Notify(raw, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	wishes := make(chan runner.Signal)
	go func() {
		defer signal.Stop(raw)
		asked, last := 0, time.Time{}
		for {
			var s os.Signal
			select {
			case <-ctx.Done():
				return
			case s = <-raw:
			}
			wish := runner.Leave
			if s != syscall.SIGHUP {
				if time.Since(last) < 100*time.Millisecond {
					continue
				}
				last = time.Now()
				asked++
				wish = runner.Drain
				text := "letting the running trials end; once more to end them now"
				if asked > 1 {
					wish, text = runner.Abort, "ending the running trials; they will be started again"
				}
				said(text)
			}
			select {
			case wishes <- wish:
			case <-ctx.Done():
				return
			}
		}
	}()
	return wishes
}
