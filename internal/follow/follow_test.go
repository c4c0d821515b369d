package follow

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/internal/proctree"
	"github.com/danlu-ml/danlu/internal/wrapper"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

func TestAllOfARunningProgramsOutputIsCopiedOnce(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "stdout.log")
	write(t, out, "one\n")
	var stdout, stderr bytes.Buffer
	done := make(chan error, 1)
	go func() {
		_, err := Copy(t.Context(), dir, []Stream{{"stdout", &stdout}, {"stderr", &stderr}}, true)
		done <- err
	}()
	time.Sleep(every + every/2)
	write(t, out, "two\n")
	write(t, filepath.Join(dir, "stderr.log"), "oh\n")
	time.Sleep(every + every/2)
	// The output goes on in another file, with its offset in the name.
	write(t, filepath.Join(dir, "stdout.00000000000000000008.log"), "three\n")
	write(t, wrapper.ExitFile(dir), "{}")
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got, want := stdout.String(), "one\ntwo\nthree\n"; got != want {
		t.Errorf("stdout %q, want %q", got, want)
	}
	if got, want := stderr.String(), "oh\n"; got != want {
		t.Errorf("stderr %q, want %q", got, want)
	}
}

func TestWithoutFollowItEndsAtOnce(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "stdout.log"), "one\n")
	var out bytes.Buffer
	n, err := Copy(t.Context(), dir, []Stream{{"stdout", &out}}, false)
	if err != nil || n != 4 || out.String() != "one\n" {
		t.Errorf("got %d bytes %q, %v", n, out.String(), err)
	}
}

func TestAPersonWhoLeavesIsNoError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if n, err := Copy(ctx, t.TempDir(), []Stream{{"stdout", os.Stdout}}, true); err != nil || n != 0 {
		t.Errorf("got %d, %v", n, err)
	}
}

func TestAnAttemptWhoseWrapperIsGoneHasEnded(t *testing.T) {
	dir := t.TempDir()
	if Ended(dir) {
		t.Error("an attempt that nobody has claimed yet has ended")
	}
	me, err := proctree.Self()
	if err != nil {
		t.Skip(err)
	}
	claim := func(id proctree.Identity) {
		text, err := json.Marshal(wrapper.Claim{Identity: id})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "claim"), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if claim(me); Ended(dir) {
		t.Error("an attempt whose wrapper lives has ended")
	}
	me.Start++ // the number belongs to another process
	if claim(me); !Ended(dir) {
		t.Error("an attempt whose wrapper is gone still runs")
	}
}
