package sqlite_test

import (
	"bytes"
	databasesql "database/sql"
	"os"
	"testing"

	"github.com/danlu-ml/danlu/internal/store/sqlite"
)

// An injury hurts the files of a store: path, and those beside it with -wal and
// -shm at the end.
type injury = func(t *testing.T, path string)

func both(a, b injury) injury {
	return func(t *testing.T, path string) {
		a(t, path)
		b(t, path)
	}
}

// copyBack empties the log into the file, as the last one to close does.
func copyBack(t *testing.T, path string) {
	must(t, open(t, path, sqlite.Options{}).Close())
	if _, err := os.Stat(path + "-wal"); err == nil {
		t.Fatal("the log is still there")
	}
}

// sql changes the tables behind the store's back.
func sql(text string) injury {
	return func(t *testing.T, path string) {
		db, err := databasesql.Open("sqlite", path)
		must(t, err)
		_, err = db.Exec(text)
		must(t, err)
		must(t, db.Close())
	}
}

func remove(end string) injury {
	return func(t *testing.T, path string) { must(t, os.Remove(path+end)) }
}

func write(text string) injury {
	return func(t *testing.T, path string) {
		must(t, os.Remove(path+"-wal"))
		must(t, os.WriteFile(path, []byte(text), 0o600))
	}
}

// truncate cuts a file to a size or, where that is negative, by so many bytes.
func truncate(end string, size int64) injury {
	return func(t *testing.T, path string) {
		if size < 0 {
			size += int64(len(read(t, path+end)))
		}
		must(t, os.Truncate(path+end, size))
	}
}

// truncateTo keeps a fraction of the file.
func truncateTo(keep float64) injury {
	return func(t *testing.T, path string) {
		must(t, os.Truncate(path, int64(keep*float64(len(read(t, path))))))
	}
}

func overwrite(end string, at int, with []byte) injury {
	return func(t *testing.T, path string) {
		data := read(t, path+end)
		copy(data[at:], with)
		must(t, os.WriteFile(path+end, data, 0o600))
	}
}

// overwriteAt overwrites whole pages of the file, from a fraction of it on.
func overwriteAt(fraction float64, with []byte) injury {
	return func(t *testing.T, path string) {
		at := int(fraction*float64(len(read(t, path)))) / 4096 * 4096
		overwrite("", at, with)(t, path)
	}
}

// flip flips a bit, a fraction of the file from its beginning.
func flip(end string, fraction float64) injury {
	return func(t *testing.T, path string) {
		data := read(t, path+end)
		at := int(fraction * float64(len(data)))
		overwrite(end, at, []byte{data[at] ^ 4})(t, path)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	return bytes.Clone(data)
}
