package study

import (
	"encoding/binary"
	"errors"
	"math"
)

// EncodePoints appends rows to dst in the form stores keep them: a table of the
// metrics' names, then a row a point, its step as the difference to the one
// before. About ten bytes a point where steps follow each other.
//
//	byte 0        version, 1
//	uvarint n     number of names, each a uvarint length and its bytes
//	uvarint m     number of rows, each
//	  uvarint     index of the name
//	  varint      step less the previous row's step
//	  8 bytes     value, IEEE 754, little-endian
func EncodePoints(dst []byte, rows []Point) []byte {
	dst = append(dst, 1)
	names := make([]string, 0, 8)
	find := func(metric string) int {
		for i, n := range names {
			if n == metric {
				return i
			}
		}
		names = append(names, metric)
		return len(names) - 1
	}
	index := make([]int, len(rows))
	for i, r := range rows {
		index[i] = find(r.Metric)
	}
	dst = binary.AppendUvarint(dst, uint64(len(names)))
	for _, n := range names {
		dst = binary.AppendUvarint(dst, uint64(len(n)))
		dst = append(dst, n...)
	}
	dst = binary.AppendUvarint(dst, uint64(len(rows)))
	var step int64
	for i, r := range rows {
		dst = binary.AppendUvarint(dst, uint64(index[i]))
		dst = binary.AppendVarint(dst, r.Step-step)
		dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(r.Value))
		step = r.Step
	}
	return dst
}

var errPoints = errors.New("a block of points in the log is damaged: run `danlu doctor`, which tells what can be saved")

// DecodePoints reads what EncodePoints wrote. Damaged input is an error, never a
// panic.
func DecodePoints(b []byte) ([]Point, error) {
	if len(b) == 0 || b[0] != 1 {
		return nil, errPoints
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
	if n > uint64(len(b)) {
		return nil, errPoints
	}
	names := make([]string, n)
	for i := range names {
		size := number()
		if size > uint64(len(b)) {
			return nil, errPoints
		}
		names[i] = string(b[:size])
		b = b[size:]
	}
	m := number()
	if m > uint64(len(b))/10 {
		return nil, errPoints
	}
	rows := make([]Point, m)
	var step int64
	for i := range rows {
		name := number()
		delta, k := binary.Varint(b)
		if name >= uint64(len(names)) || k <= 0 || len(b) < k+8 {
			return nil, errPoints
		}
		step += delta
		rows[i] = Point{Step: step, Metric: names[name], Value: math.Float64frombits(binary.LittleEndian.Uint64(b[k:]))}
		b = b[k+8:]
	}
	if len(b) != 0 {
		return nil, errPoints
	}
	return rows, nil
}
