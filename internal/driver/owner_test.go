package driver

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAFolderOfTrialsBelongsToOneStore(t *testing.T) {
	runs, stores := t.TempDir(), t.TempDir()
	a, b := filepath.Join(stores, "a.db"), filepath.Join(stores, "b.db")
	for _, path := range []string{a, b} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := own(runs, a); err != nil {
			t.Fatal(err)
		}
	}
	if err := own(runs, b); err == nil || !strings.Contains(err.Error(), a) {
		t.Errorf("another store gets the folder: %v", err)
	}
	moved := filepath.Join(stores, "moved.db")
	if err := os.Rename(a, moved); err != nil {
		t.Fatal(err)
	}
	if err := own(runs, moved); err != nil {
		t.Errorf("after its store was moved: %v", err)
	}
}
