package discover

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// environment is what a program is asked and tried in: wide lines without colour,
// and nothing sent to anybody.
func environment() []string {
	env := os.Environ()
	return append(env,
		"COLUMNS=200", "TERMINAL_WIDTH=200", "NO_COLOR=1", "TERM=dumb", "PYTHONUNBUFFERED=1", "_TYPER_STANDARD_TRACEBACK=1",
		"WANDB_MODE=disabled", "TOKENIZERS_PARALLELISM=false", "TF_CPP_MIN_LOG_LEVEL=3")
}

// maxOutput is how much of a program's output is looked at.
const maxOutput = 4 << 20

// run starts a program in dir and hands its output to took as it comes, until it
// ends, took returns false, or limit has passed. What it started is ended with it.
// ended says that it did so by itself, err how. Now and then enough is asked whether
// it may end; nil: nobody is.
func run(ctx context.Context, dir string, argv, env []string, limit time.Duration, took func([]byte) bool, enough func() bool) (ended bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.Command(argv[0], argv[1:]...)
	if exe, err := os.Executable(); cmd.Err != nil && argv[0] == "danlu" && err == nil { // it is on no PATH, and means this one
		cmd.Path, cmd.Err = exe, nil
	}
	cmd.Dir, cmd.Env, cmd.SysProcAttr = dir, env, ownGroup
	w := &sink{took: took, enough: cancel}
	cmd.Stdout, cmd.Stderr = w, w
	cmd.WaitDelay = 2 * time.Second // a child it left may hold the pipe
	if err := cmd.Start(); err != nil {
		return true, err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for over := false; !over; {
		select {
		case err := <-done:
			endGroup(cmd.Process)
			if errors.Is(err, exec.ErrWaitDelay) { // it went well, and left a child that is ended now
				err = nil
			}
			return true, err
		case <-ctx.Done():
			over = true
		case <-tick.C:
			over = enough != nil && enough()
		}
	}
	endGroup(cmd.Process)
	err = <-done
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return false, nil
	}
	return false, err
}

// sink takes both streams of a program.
type sink struct {
	mu     sync.Mutex // guards what follows: both streams come here
	n      int
	took   func([]byte) bool
	enough func()
}

func (s *sink) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.n += len(b); s.n > maxOutput {
		s.enough()
		return len(b), nil
	}
	if !s.took(b) {
		s.enough()
	}
	return len(b), nil
}

// output is all that a program prints within limit.
func output(ctx context.Context, dir string, argv []string, limit time.Duration) (text string, ended bool, err error) {
	var b bytes.Buffer
	ended, err = run(ctx, dir, argv, environment(), limit, func(p []byte) bool {
		b.Write(p)
		return true
	}, nil)
	return strings.ToValidUTF8(b.String(), "\uFFFD"), ended, err
}
