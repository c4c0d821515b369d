package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

// pages reads a database file page by page without SQLite, which refuses a file
// whose pages do not fit together. The formats are those of
// https://www.sqlite.org/fileformat2.html, sections 1.6, 2.1 and 4.
type pages struct {
	file   *os.File
	wal    *os.File         // nil where there is none
	frames map[uint32]int64 // a page's last committed copy in the log ahead of the file: its offset
	others []int64          // all copies of pages in there, also of earlier commits and behind a damage
	size   int              // of a page
	usable int              // bytes of it that SQLite uses
	count  uint32
	due    uint32 // how many pages the file should have, as far as it says
}

// maxPayload bounds a row: a length beyond it is damage.
const maxPayload = 1 << 30

// openPages opens a file, whatever it is.
func openPages(path string) (*pages, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	p := &pages{file: f, size: 4096, frames: map[uint32]int64{}}
	var h [headerSize]byte
	_, _ = f.ReadAt(h[:], 0) // a short file has a short header
	if string(h[:16]) == "SQLite format 3\x00" {
		if n := pageSize(uint32(binary.BigEndian.Uint16(h[16:]))); n > 0 {
			p.size, p.due = n, binary.BigEndian.Uint32(h[28:])
		}
	}
	p.usable = p.size
	if reserved := int(h[20]); p.due > 0 && reserved < p.size/2 {
		p.usable -= reserved
	}
	p.count = uint32((info.Size() + int64(p.size) - 1) / int64(p.size))
	p.openLog(path + "-wal")
	return p, nil
}

// pageSize is a size in bytes, 0 if it can't be one; 1 stands for 65536.
func pageSize(n uint32) int {
	switch {
	case n == 1:
		return 65536
	case n < 512 || n > 65536 || n&(n-1) != 0:
		return 0
	}
	return int(n)
}

// openLog finds the pages in the log ahead of the file, up to its last sound
// commit.
func (p *pages) openLog(path string) {
	f, err := os.Open(path)
	if err != nil {
		return
	}
	var h [32]byte
	if _, err := io.ReadFull(f, h[:]); err != nil {
		f.Close()
		return
	}
	magic := binary.BigEndian.Uint32(h[:])
	sum := checksum{order: binary.ByteOrder(binary.LittleEndian)}
	if magic == 0x377f0683 {
		sum.order = binary.BigEndian
	}
	sum.add(h[:24])
	if magic|1 != 0x377f0683 || pageSize(binary.BigEndian.Uint32(h[8:])) != p.size || !sum.is(h[24:]) {
		f.Close()
		return
	}
	p.wal = f
	frame := make([]byte, 24+p.size)
	pending, sound := map[uint32]int64{}, true
	for at := int64(len(h)); ; at += int64(len(frame)) {
		if _, err := f.ReadAt(frame, at); err != nil {
			return
		}
		p.others = append(p.others, at+24)
		sum.add(frame[:8])
		sum.add(frame[24:])
		sound = sound && string(frame[8:16]) == string(h[16:24]) && sum.is(frame[16:24])
		if !sound {
			continue
		}
		pending[binary.BigEndian.Uint32(frame)] = at + 24
		if size := binary.BigEndian.Uint32(frame[4:]); size > 0 { // a commit
			for n, at := range pending {
				p.frames[n] = at
			}
			clear(pending)
			p.count, p.due = max(p.count, size), max(p.due, size)
		}
	}
}

// checksum is the one of the log ahead of the file (section 4.2).
type checksum struct {
	order binary.ByteOrder
	a, b  uint32
}

func (s *checksum) add(data []byte) {
	for ; len(data) >= 8; data = data[8:] {
		s.a += s.order.Uint32(data) + s.b
		s.b += s.order.Uint32(data[4:]) + s.a
	}
}

func (s *checksum) is(stored []byte) bool {
	return s.a == binary.BigEndian.Uint32(stored) && s.b == binary.BigEndian.Uint32(stored[4:])
}

func (p *pages) close() error {
	err := p.file.Close()
	if p.wal != nil {
		err = errors.Join(err, p.wal.Close())
	}
	return err
}

// read is a page as it was last committed; what the file has no more of is zero.
func (p *pages) read(n uint32) []byte {
	data := make([]byte, p.size)
	if at, ok := p.frames[n]; ok {
		_, _ = p.wal.ReadAt(data, at)
	} else {
		_, _ = p.file.ReadAt(data, int64(n-1)*int64(p.size))
	}
	return data
}

// rows gives the rows on a page, where it is a leaf of a table, with their
// columns: nil, int64, float64, string or []byte. What makes no sense is left out.
func (p *pages) rows(n uint32, yield func(id int64, columns []any)) {
	at := 0
	if n == 1 {
		at = headerSize
	}
	p.cells(p.read(n), at, yield)
}

// other gives the rows on another copy of a page, by its offset in the log ahead
// of the file. The first page has no rows of ours.
func (p *pages) other(offset int64, yield func(id int64, columns []any)) {
	page := make([]byte, p.size)
	_, _ = p.wal.ReadAt(page, offset)
	p.cells(page, 0, yield)
}

func (p *pages) cells(page []byte, at int, yield func(id int64, columns []any)) {
	const leaf = 0x0d
	cells := int(binary.BigEndian.Uint16(page[at+3:]))
	if page[at] != leaf || cells > (p.usable-at-8)/2 {
		return
	}
	for i := range cells {
		cell := int(binary.BigEndian.Uint16(page[at+8+2*i:]))
		if cell < at+8 || cell >= p.usable {
			continue
		}
		id, payload, err := p.payload(page[:p.usable], cell)
		if err != nil {
			continue
		}
		if columns, err := record(payload); err == nil {
			yield(id, columns)
		}
	}
}

var errCell = errors.New("a row makes no sense")

// payload is a cell's row, put together from its overflow pages.
func (p *pages) payload(page []byte, at int) (id int64, data []byte, err error) {
	size, n := varint(page[at:])
	key, m := varint(page[min(at+n, len(page)):])
	at += n + m
	if n == 0 || m == 0 || size < 0 || size > maxPayload {
		return 0, nil, errCell
	}
	local, most := int(size), p.usable-35
	if local > most {
		least := (p.usable-12)*32/255 - 23
		if local = least + (int(size)-least)%(p.usable-4); local > most {
			local = least
		}
	}
	if at+local > len(page) {
		return 0, nil, errCell
	}
	data = append(make([]byte, 0, min(size, 1<<20)), page[at:at+local]...)
	if len(data) == int(size) {
		return key, data, nil
	}
	if at+local+4 > len(page) {
		return 0, nil, errCell
	}
	next := binary.BigEndian.Uint32(page[at+local:])
	for len(data) < int(size) {
		if next == 0 || next > p.count {
			return 0, nil, fmt.Errorf("%w: it goes on at page %d", errCell, next)
		}
		more := p.read(next)
		next = binary.BigEndian.Uint32(more)
		data = append(data, more[4:4+min(p.usable-4, int(size)-len(data))]...)
	}
	return key, data, nil
}

// varint reads SQLite's: up to nine bytes, the most significant first. n is 0
// where there is none.
func varint(b []byte) (v int64, n int) {
	for i := range min(len(b), 8) {
		v = v<<7 | int64(b[i]&0x7f)
		if b[i] < 0x80 {
			return v, i + 1
		}
	}
	if len(b) < 9 {
		return 0, 0
	}
	return v<<8 | int64(b[8]), 9
}

// record decodes a row (section 2.1).
func record(b []byte) ([]any, error) {
	head, n := varint(b)
	if n == 0 || head < int64(n) || head > int64(len(b)) {
		return nil, errCell
	}
	types, body := b[n:head], b[head:]
	var columns []any
	for len(types) > 0 {
		t, n := varint(types)
		if n == 0 {
			return nil, errCell
		}
		types = types[n:]
		size := int64(0)
		switch {
		case t >= 12:
			size = (t - 12) / 2
		case t >= 0 && t <= 9:
			size = [...]int64{0, 1, 2, 3, 4, 6, 8, 8, 0, 0}[t]
		default:
			return nil, errCell
		}
		if size > int64(len(body)) {
			return nil, errCell
		}
		columns = append(columns, column(t, body[:size]))
		body = body[size:]
	}
	return columns, nil
}

func column(t int64, b []byte) any {
	switch {
	case t == 0:
		return nil
	case t == 7:
		return math.Float64frombits(binary.BigEndian.Uint64(b))
	case t == 8, t == 9:
		return t - 8
	case t >= 12 && t%2 == 0:
		return b
	case t >= 12:
		return string(b)
	}
	v := int64(int8(b[0]))
	for _, c := range b[1:] {
		v = v<<8 | int64(c)
	}
	return v
}
