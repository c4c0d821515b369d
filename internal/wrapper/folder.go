package wrapper

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/proctree"
)

// The files of an attempt's folder, beside the streams' logs (logwriter.go).
const (
	launchFile  = "launch.json" // Spec: what to start
	claimFile   = "claim"       // Claim: who runs it; appears complete, once
	childFile   = "child"       // proctree.Identity of the program itself
	cancelFile  = "cancel"      // an Order: it was asked to end
	exitFile    = "exit.json"   // executor.Exit: how it ended; renamed into place last
	exitReserve = "exit.json.new"
	wrapperLog  = "wrapper.log" // the wrapper's standard error
)

// AttemptDir is the folder of one attempt within its trial's folder.
func AttemptDir(trialDir string, attempt int) string {
	return filepath.Join(trialDir, "attempt-"+strconv.Itoa(attempt))
}

// ErrDamaged is wrapped by the errors of reading a file whose content can't be
// what a wrapper wrote.
var ErrDamaged = errors.New("the file is damaged")

// LaunchFile, ExitFile and LogFile are the launch, the exit record and the
// wrapper's own standard error in an attempt's folder.
func LaunchFile(dir string) string { return filepath.Join(dir, launchFile) }
func ExitFile(dir string) string   { return filepath.Join(dir, exitFile) }
func LogFile(dir string) string    { return filepath.Join(dir, wrapperLog) }

// ReadExit reads how an attempt ended. The error wraps [fs.ErrNotExist] if it
// hasn't.
func ReadExit(dir string) (executor.Exit, error) {
	var e executor.Exit
	return e, readJSON(filepath.Join(dir, exitFile), &e)
}

// Child reads who the program of an attempt is. The error wraps [fs.ErrNotExist]
// where it has not been started yet.
func Child(dir string) (proctree.Identity, error) {
	var id proctree.Identity
	return id, readJSON(filepath.Join(dir, childFile), &id)
}

// now is the time as records keep it.
func now() time.Time { return time.Now().UTC() }

func readJSON(path string, v any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("read %s: %w: %w", path, ErrDamaged, err)
	}
	return nil
}

// replaceJSON writes v under a name of its own and renames it to path, so that a
// reader sees all of it or what was there before.
func replaceJSON(path string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode %s: %w", path, err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.new") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(append(b, '\n'))
	if err := errors.Join(err, f.Close()); err != nil {
		os.Remove(f.Name())
		return err
	}
	return os.Rename(f.Name(), path)
}

func removeIfEmpty(path string) {
	if info, err := os.Stat(path); err == nil && info.Size() == 0 {
		os.Remove(path)
	}
}
