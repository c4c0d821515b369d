package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/danlu-ml/danlu/internal/store"
)

// headerSize is the length of an SQLite file's header
// (https://www.sqlite.org/fileformat2.html, section 1.3).
const headerSize = 100

// probe looks at the file before SQLite may touch it: what is not ours, not whole
// or too new is refused here and stays byte for byte what it was. fresh means
// that there is nothing yet.
func probe(path string) (fresh bool, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("open store %s: %w; check who may enter its folder", path, err)
	}
	refuse := func(sentinel error, what, advice string) (bool, error) {
		return false, fmt.Errorf("open store %s: %w: %s; %s", path, sentinel, what, advice)
	}
	if !info.Mode().IsRegular() {
		return refuse(store.ErrDamaged, "it is not a file", "name one with --store")
	}
	wal := fileSize(path + "-wal")
	if info.Size() == 0 {
		if wal > 0 {
			// SQLite would take the log for a left-over and remove it.
			return refuse(store.ErrDamaged, fmt.Sprintf("it is empty, and %s-wal beside it is not", path), "restore the file from a copy; the other one belongs to it")
		}
		return true, nil
	}
	// Closing a file drops this process's POSIX locks on it. Open has asked for
	// locks that belong to the open file; where there are none, a second handle
	// in one process would have to be opened before the first is written through.
	f, err := os.Open(path)
	if err != nil {
		return false, fmt.Errorf("open store %s: %w; check who may read it, or choose another with --store", path, err)
	}
	defer f.Close()
	var h [headerSize]byte
	if _, err := io.ReadFull(f, h[:]); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, fmt.Errorf("open store %s: read its header: %w", path, err)
	}
	if string(h[:16]) != "SQLite format 3\x00" {
		return refuse(store.ErrDamaged, "it does not begin as a store does", "if that is another kind of file, choose another name with --store; if it was a store, its beginning was overwritten: restore it from a copy")
	}
	if id := binary.BigEndian.Uint32(h[68:]); id != applicationID {
		return refuse(store.ErrDamaged, "it is a database of another program", "choose another name with --store")
	}
	if v := binary.BigEndian.Uint32(h[60:]); v > uint32(len(migrations)) {
		return false, newer(path, int64(v))
	}
	// The size in the header can be trusted if the counters agree and no
	// transaction is under way; and a log that is still to be copied back may hold
	// the missing pages.
	size, pages := int64(binary.BigEndian.Uint16(h[16:])), int64(binary.BigEndian.Uint32(h[28:]))
	if size == 1 {
		size = 65536
	}
	if [4]byte(h[24:28]) == [4]byte(h[92:96]) && wal == 0 && fileSize(path+"-journal") == 0 && fileSize(path) < size*pages {
		return refuse(store.ErrDamaged, fmt.Sprintf("it has %d bytes and should have %d", info.Size(), size*pages), "the end was cut off: restore it from a copy, or run `danlu doctor` on a copy to see what can be saved")
	}
	return false, nil
}

// fileSize is a file's size, 0 if there is none.
func fileSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
