package sqlite

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/danlu-ml/danlu/internal/study"
)

// segment is one event of a block: its number, its time in nanoseconds since 1970
// and how many of the block's rows are its.
type segment struct {
	seq, time int64
	rows      int
}

// appendBlock writes several events of points, all of one attempt, as one body.
//
//	byte 0        version, 1
//	uvarint n     number of events, each
//	  uvarint     its number less the one before; the first less the row's seq
//	  varint      its time less the one before; the first less the row's time
//	  uvarint     how many rows it has
//	the rest      the rows of all, as study.EncodePoints has them
func appendBlock(dst []byte, segments []segment, rows []study.Point) []byte {
	dst = append(dst, 1)
	dst = binary.AppendUvarint(dst, uint64(len(segments)))
	before := segments[0]
	for _, g := range segments {
		dst = binary.AppendUvarint(dst, uint64(g.seq-before.seq))
		dst = binary.AppendVarint(dst, g.time-before.time)
		dst = binary.AppendUvarint(dst, uint64(g.rows))
		before = g
	}
	return study.EncodePoints(dst, rows)
}

var errBlock = errors.New("a block of points is damaged")

// readBlock reads what appendBlock wrote, given the row's seq and time. Damaged
// input is an error, never a panic.
func readBlock(b []byte, seq, time int64) ([]segment, []study.Point, error) {
	if len(b) == 0 || b[0] != 1 {
		return nil, nil, errBlock
	}
	b = b[1:]
	number := func() uint64 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			b = nil
			return math.MaxUint64
		}
		b = b[n:]
		return v
	}
	n := number()
	if n == 0 || n > uint64(len(b))/3 {
		return nil, nil, errBlock
	}
	segments := make([]segment, n)
	total := 0
	for i := range segments {
		step := number()
		delta, k := binary.Varint(b)
		if k <= 0 || step > math.MaxInt64 || (step == 0) != (i == 0) {
			return nil, nil, errBlock
		}
		b = b[k:]
		rows := number()
		if rows > uint64(len(b)) {
			return nil, nil, errBlock
		}
		seq, time, total = seq+int64(step), time+delta, total+int(rows)
		segments[i] = segment{seq: seq, time: time, rows: int(rows)}
	}
	rows, err := study.DecodePoints(b)
	if err == nil && len(rows) != total {
		err = errBlock
	}
	return segments, rows, err
}
