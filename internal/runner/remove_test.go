package runner

import (
	"os"
	"path/filepath"
	"testing"
)

// A superseded checkpoint may be a file or a folder; what a link leads to outside
// the trial's folder is somebody else's.
func TestCheckpointsAreRemovedInsideTheTrialOnly(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	for _, path := range []string{filepath.Join(dir, "epoch1"), filepath.Join(dir, "epoch2", "model", "w.bin"), filepath.Join(outside, "theirs")} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("w"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"epoch1", "epoch2", "never"} {
		if err := removeInside(dir, filepath.Join(dir, name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(filepath.Join(dir, name)); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", name, err)
		}
	}
	if err := removeInside(dir, filepath.Join(dir, "link", "theirs")); err == nil {
		t.Error("a path through a link was removed without an error")
	}
	if _, err := os.Stat(filepath.Join(outside, "theirs")); err != nil {
		t.Errorf("the file outside is gone: %v", err)
	}
}
