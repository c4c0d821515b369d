package optuna

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/transfer"
)

// Read reads the studies in a file of Optuna's: SQLite, or a journal. Studies without
// any parameter are left out.
func Read(ctx context.Context, path string) ([]*transfer.Study, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	magic := make([]byte, 16)
	n, err := io.ReadFull(f, magic)
	if err != nil && n == 0 {
		return nil, fmt.Errorf("read %s: the file is empty", path)
	}
	var records []*record
	if bytes.HasPrefix(magic[:n], []byte("SQLite format 3\x00")) {
		records, err = readSQLite(ctx, path)
	} else {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		records, err = readJournal(path, bufio.NewReaderSize(f, 64<<10))
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	var studies []*transfer.Study
	for _, r := range records {
		if !r.tuned() {
			continue
		}
		s, err := r.study()
		if err != nil {
			return nil, fmt.Errorf("read study %s of %s: %w", r.name, path, err)
		}
		studies = append(studies, s)
	}
	return studies, nil
}

func (r *record) tuned() bool {
	if r.space != nil {
		return true
	}
	for _, t := range r.trials {
		if len(t.params) > 0 {
			return true
		}
	}
	return false
}

func (r *record) readSpace(text string) {
	s := new(space.Space)
	if json.Unmarshal([]byte(text), s) == nil {
		r.space = s
	}
}

// uri names a file to SQLite.
func uri(path, mode string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive's letter
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: "mode=" + mode}
	return u.String()
}
