package inproc_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/executor/executortest"
	"github.com/danlu-ml/danlu/internal/executor/inproc"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestExecutor(t *testing.T) {
	executortest.Run(t, func(*testing.T) executortest.Harness {
		return executortest.Harness{Open: func(*testing.T) executor.Executor {
			return inproc.New(func(ctx context.Context, l executor.Launch) error {
				return executortest.Play(ctx, l.Command)
			}, inproc.Options{})
		}}
	})
}

func TestHowAFunctionEndedIsItsExit(t *testing.T) {
	for name, c := range map[string]struct {
		fn        inproc.Func
		code      int
		err, tail string
	}{
		"well":          {fn: func(context.Context, executor.Launch) error { return nil }},
		"with an error": {fn: func(context.Context, executor.Launch) error { return errors.New("no data\nin here") }, code: 1, err: "no data", tail: "in here"},
		"with a panic":  {fn: func(context.Context, executor.Launch) error { panic("oh") }, code: 2, err: "panic: oh", tail: "inproc_test.go"},
		"with Goexit":   {fn: func(context.Context, executor.Launch) error { runtime.Goexit(); return nil }, code: 2, err: "panic: the function ended its goroutine"},
	} {
		t.Run(name, func(t *testing.T) {
			e := inproc.New(c.fn, inproc.Options{})
			defer e.Close()
			j, err := e.Submit(t.Context(), executor.Launch{Key: executor.Key{Study: "s", Trial: 1, Attempt: 1}})
			if err != nil {
				t.Fatal(err)
			}
			for range e.Wake() {
				all, err := e.Poll(t.Context(), []executor.Job{j})
				if err != nil {
					t.Fatal(err)
				}
				exit := all[0].Exit
				if exit == nil {
					continue
				}
				if exit.Code != c.code || exit.Error != c.err || !strings.Contains(exit.Tail, c.tail) {
					t.Errorf("exit %+v, want code %d, error %q and %q in the tail", exit, c.code, c.err, c.tail)
				}
				return
			}
		})
	}
}

func TestDevicesDoNotFit(t *testing.T) {
	e := inproc.New(nil, inproc.Options{Slots: 1})
	defer e.Close()
	for gpus, want := range []int{1, 0} {
		c, err := e.Capacity(t.Context(), executor.Resources{GPUs: gpus})
		if err != nil || c.Slots != want {
			t.Errorf("with %d GPUs: %+v, %v; want %d slots", gpus, c, err, want)
		}
	}
}
