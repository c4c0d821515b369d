package wrapper

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/google/go-cmp/cmp"
)

var anExit = executor.Exit{
	Code: -1, Signal: "SIGKILL", Cause: "oom", Tail: strings.Repeat("\x00", tailSize),
	Started: time.Unix(1, 0).UTC(), Ended: time.Unix(2, 0).UTC(), CPU: 1.5, MaxRSSMB: 3,
}

func TestAnExitRecordFitsIntoItsReserve(t *testing.T) {
	dir := t.TempDir()
	reserveExit(dir)
	if err := writeExit(dir, anExit, nil); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(ExitFile(dir))
	if err != nil || info.Size() > exitRoom || info.Size() < tailSize {
		t.Errorf("the record has %d bytes, %v; want no more than the %d reserved", info.Size(), err, exitRoom)
	}
	got, err := ReadExit(dir)
	if d := cmp.Diff(anExit, got); d != "" || err != nil {
		t.Errorf("read again it differs, %v (-want +got):\n%s", err, d)
	}
}

func TestAnExitRecordIsTriedUntilItIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		inTheWay := filepath.Join(dir, exitReserve)
		if err := os.Mkdir(inTheWay, 0o700); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(10*time.Minute, func() { os.Remove(inTheWay) })
		if err := writeExit(dir, anExit, nil); err != nil {
			t.Fatal(err)
		}
		if got, err := ReadExit(dir); err != nil || got.Signal != anExit.Signal {
			t.Errorf("ReadExit = %+v, %v", got, err)
		}
	})
}

func TestAnExitRecordIsGivenUpWhenNobodyCanReadIt(t *testing.T) {
	gone := filepath.Join(t.TempDir(), "gone")
	if err := writeExit(gone, anExit, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without its folder: %v", err)
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, exitReserve), 0o700); err != nil {
		t.Fatal(err)
	}
	orders := make(chan Order, 1)
	orders <- Kill
	if err := writeExit(dir, anExit, orders); err == nil {
		t.Error("ordered to kill, it still claims to have written")
	}
}

func TestDamagedFiles(t *testing.T) {
	dir := t.TempDir()
	for _, content := range []string{"", "{", "\x00\x00", `{"code":"x"}`} {
		for _, path := range []string{ExitFile(dir), filepath.Join(dir, claimFile)} {
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := ReadExit(dir); !errors.Is(err, ErrDamaged) {
			t.Errorf("an exit record of %q: %v, want ErrDamaged", content, err)
		}
		c, err := ReadClaim(dir)
		if err != nil {
			t.Errorf("a claim of %q: %v", content, err)
		}
		if c.Life() == Alive {
			t.Errorf("the wrapper of a claim of %q is alive", content)
		}
	}
}

func TestMainWantsALaunch(t *testing.T) {
	for name, args := range map[string][]string{"nothing": nil, "no file": {filepath.Join(t.TempDir(), launchFile)}} {
		if code := Main(args); code != 2 {
			t.Errorf("%s: exit code %d, want 2", name, code)
		}
	}
}
