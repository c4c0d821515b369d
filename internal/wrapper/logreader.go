package wrapper

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// LogReader reads what is kept of a stream, oldest first, with a line in place
// of each part that was not kept.
type LogReader struct {
	pieces []piece
	offset int64
	note   []byte // of a gap, not yet read
}

// piece is an open file that holds the stream from start on.
type piece struct {
	start int64
	file  *os.File
}

// OpenLog opens the stream ("stdout" or "stderr") of the attempt in dir, from a
// byte of the whole stream on: 0 for all of it, [LogReader.Offset] of an earlier
// reader to go on where that one ended. A stream without output reads as empty.
func OpenLog(dir, stream string, from int64) (*LogReader, error) {
	for {
		pieces, err := openPieces(dir, stream)
		if errors.Is(err, fs.ErrNotExist) {
			continue // a segment was replaced while we looked
		}
		if err != nil {
			return nil, fmt.Errorf("open %s of %s: %w", stream, dir, err)
		}
		// The pieces wholly before from are of no use.
		for len(pieces) > 1 && pieces[1].start <= from {
			pieces[0].file.Close()
			pieces = pieces[1:]
		}
		r := &LogReader{pieces: pieces, offset: from}
		if len(pieces) == 0 || pieces[0].start >= from {
			return r, nil
		}
		if _, err := pieces[0].file.Seek(from-pieces[0].start, io.SeekStart); err != nil {
			r.Close()
			return nil, fmt.Errorf("open %s of %s: %w", stream, dir, err)
		}
		return r, nil
	}
}

// openPieces opens every file of the stream, in order. It fails with
// [fs.ErrNotExist] if one was removed between listing and opening.
func openPieces(dir, stream string) ([]piece, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var pieces []piece
	for _, e := range entries {
		start, ok := pieceStart(e.Name(), stream)
		if !ok {
			continue
		}
		f, err := os.Open(filepath.Join(dir, e.Name()))
		if err != nil {
			for _, p := range pieces {
				p.file.Close()
			}
			return nil, err
		}
		pieces = append(pieces, piece{start: start, file: f})
	}
	slices.SortFunc(pieces, func(a, b piece) int { return int(min(max(a.start-b.start, -1), 1)) })
	return pieces, nil
}

// pieceStart reads the offset out of a file's name; see logWriter.
func pieceStart(name, stream string) (int64, bool) {
	if name == stream+".log" {
		return 0, true
	}
	digits, ok := strings.CutPrefix(name, stream+".")
	digits, ok2 := strings.CutSuffix(digits, ".log")
	start, err := strconv.ParseInt(digits, 10, 64)
	return start, ok && ok2 && err == nil
}

// Read implements [io.Reader]. At [io.EOF] everything that was kept at the time
// of OpenLog, and what was added to the last file since, has been read.
func (r *LogReader) Read(p []byte) (int, error) {
	for {
		if len(r.note) > 0 {
			n := copy(p, r.note)
			r.note = r.note[n:]
			return n, nil
		}
		if len(r.pieces) == 0 {
			return 0, io.EOF
		}
		if gap := r.pieces[0].start - r.offset; gap > 0 {
			r.note = fmt.Appendf(nil, "\n[danlu: %d bytes of output were left out here]\n", gap)
			r.offset += gap
			continue
		}
		n, err := r.pieces[0].file.Read(p)
		r.offset += int64(n)
		if n > 0 || (err != nil && err != io.EOF) {
			return n, err
		}
		if len(r.pieces) == 1 {
			return 0, io.EOF // the last piece may still grow
		}
		r.pieces[0].file.Close()
		r.pieces = r.pieces[1:]
	}
}

// Offset is the place in the whole stream of the next byte to read.
func (r *LogReader) Offset() int64 { return r.offset }

// Close closes the files.
func (r *LogReader) Close() error {
	var errs []error
	for _, p := range r.pieces {
		errs = append(errs, p.file.Close())
	}
	r.pieces = nil
	return errors.Join(errs...)
}
