package tfevents

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
)

// A record is a length (8 bytes, little endian), its checksum (4), the data, and
// the data's checksum (4).
const (
	headSize = 12
	footSize = 4
)

// largest is the largest record that is read, in bytes. Larger ones hold pictures,
// graphs and histograms, never only scalars; they are passed over.
const largest = 64 << 10

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum is CRC-32C, masked as TFRecord files have it: rotated right by 15 bits,
// plus a constant.
func checksum(p []byte) uint32 {
	c := crc32.Checksum(p, castagnoli)
	return (c>>15 | c<<17) + 0xa282ead8
}

// Damage is a part of a file that could not be read. What follows it can be.
type Damage struct {
	From, To int64 // offsets in the file
	What     string
}

func (d *Damage) Error() string {
	return fmt.Sprintf("bytes %d to %d of the event file are damaged: %s", d.From, d.To, d.What)
}

// records cuts a file that may still grow into records.
type records struct {
	in      io.ReaderAt
	at      int64  // offset of the next record
	buf     []byte // what is in the file from at on, as far as it was read
	scanned int64  // up to here no record begins after the damage at at
}

// next returns the next record, valid until it is called again. io.EOF means that
// no further record is whole yet; a *Damage that some bytes were passed over.
func (r *records) next() ([]byte, error) {
	for {
		if err := r.fill(headSize); err != nil {
			return nil, err
		}
		n, ok := head(r.buf)
		if !ok {
			return nil, r.resync()
		}
		if n > largest {
			if _, err := r.in.ReadAt(make([]byte, 1), r.at+headSize+n+footSize-1); err != nil {
				return nil, r.end(err)
			}
			r.skip(headSize + n + footSize)
			continue
		}
		whole := headSize + n + footSize
		if err := r.fill(int(whole)); err != nil {
			return nil, err
		}
		data := r.buf[headSize : headSize+n]
		want := binary.LittleEndian.Uint32(r.buf[headSize+n:])
		r.skip(whole)
		if checksum(data) != want {
			return nil, &Damage{r.at - whole, r.at, "the checksum is another"}
		}
		return data, nil
	}
}

// head reads the length at the beginning of p, if its checksum is right.
func head(p []byte) (length int64, ok bool) {
	n := binary.LittleEndian.Uint64(p)
	return int64(n), n < 1<<40 && checksum(p[:8]) == binary.LittleEndian.Uint32(p[8:])
}

// resync looks for the next place where a record begins. Where there is none yet
// it stays, and goes on looking when the file has grown.
func (r *records) resync() error {
	const block = 32 << 10
	p := make([]byte, block)
	for from := max(r.at+1, r.scanned); ; {
		n, err := r.in.ReadAt(p, from)
		for i := 0; i+headSize <= n; i++ {
			if _, ok := head(p[i:]); ok {
				to := from + int64(i)
				d := &Damage{r.at, to, "no record begins where one should"}
				r.skip(to - r.at)
				return d
			}
		}
		if n >= headSize {
			from += int64(n - headSize + 1)
			r.scanned = from
		}
		if err != nil {
			return r.end(err)
		}
	}
}

// fill makes n bytes of the file available in buf.
func (r *records) fill(n int) error {
	if len(r.buf) >= n {
		return nil
	}
	have := len(r.buf)
	buf := make([]byte, max(n, 16<<10))
	copy(buf, r.buf)
	more, err := r.in.ReadAt(buf[have:], r.at+int64(have))
	r.buf = buf[:have+more]
	if len(r.buf) >= n {
		return nil
	}
	return r.end(err)
}

// end forgets what was read ahead: it may be rewritten before it is looked at
// again, and a reader that waits should hold no memory.
func (r *records) end(err error) error {
	r.buf = nil
	return err
}

func (r *records) skip(n int64) {
	r.at += n
	r.buf = r.buf[min(n, int64(len(r.buf))):]
}
