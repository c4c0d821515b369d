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

	if err := HandOver(runs, moved, b); err != nil {
		t.Fatal(err)
	}
	if err := own(runs, b); err != nil {
		t.Errorf("after it was handed over: %v", err)
	}
}

// A store is made where its study's trials have a place, and only there.
func TestAFolderIsAskedBeforeItsStoreIsMade(t *testing.T) {
	runs, stores := t.TempDir(), t.TempDir()
	a, missing := filepath.Join(stores, "a.db"), filepath.Join(stores, "missing.db")
	if err := Vacant(runs, missing); err != nil {
		t.Errorf("a folder that is nobody's: %v", err)
	}
	if err := os.WriteFile(a, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := own(runs, a); err != nil {
		t.Fatal(err)
	}
	if err := Vacant(runs, missing); err == nil {
		t.Error("another store's folder is called vacant")
	}
	if err := Vacant(runs, a); err != nil {
		t.Errorf("its own: %v", err)
	}
	if err := os.Remove(a); err != nil {
		t.Fatal(err)
	}
	if err := Vacant(runs, missing); err != nil {
		t.Errorf("a store that is gone: %v", err)
	}
}
