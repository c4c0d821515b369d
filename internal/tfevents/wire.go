package tfevents

import (
	"encoding/binary"
	"errors"
	"iter"
	"math"
)

var errWire = errors.New("it is no protocol buffer")

// field is one field of a message in protocol buffers' wire format
// (protobuf.dev/programming-guides/encoding).
type field struct {
	number int
	value  uint64 // of varint, fixed64 and fixed32 fields
	bytes  []byte // of length-delimited ones; nil for others
}

func (f field) double() float64 { return math.Float64frombits(f.value) }
func (f field) float() float64  { return float64(math.Float32frombits(uint32(f.value))) }

// fields iterates over a message. The last pair has an error where it is damaged.
func fields(msg []byte) iter.Seq2[field, error] {
	return func(yield func(field, error) bool) {
		for len(msg) > 0 {
			f, n := next(msg)
			if n == 0 {
				yield(field{}, errWire)
				return
			}
			if !yield(f, nil) {
				return
			}
			msg = msg[n:]
		}
	}
}

// next reads a field; n is 0 where there is none.
func next(msg []byte) (f field, n int) {
	tag, n := binary.Uvarint(msg)
	if n <= 0 || tag>>3 == 0 || tag>>3 > 1<<29-1 {
		return f, 0
	}
	f.number = int(tag >> 3)
	rest := msg[n:]
	switch tag & 7 {
	case 0:
		v, m := binary.Uvarint(rest)
		if m <= 0 {
			return f, 0
		}
		f.value = v
		return f, n + m
	case 1:
		if len(rest) < 8 {
			return f, 0
		}
		f.value = binary.LittleEndian.Uint64(rest)
		return f, n + 8
	case 2:
		size, m := binary.Uvarint(rest)
		if m <= 0 || size > uint64(len(rest)-m) {
			return f, 0
		}
		f.bytes = rest[m : m+int(size) : m+int(size)]
		if f.bytes == nil {
			f.bytes = []byte{}
		}
		return f, n + m + int(size)
	case 5:
		if len(rest) < 4 {
			return f, 0
		}
		f.value = uint64(binary.LittleEndian.Uint32(rest))
		return f, n + 4
	}
	return f, 0 // groups are not in these messages
}

// message is a message being written.
type message []byte

func (m message) varint(number int, v uint64) message {
	return binary.AppendUvarint(binary.AppendUvarint(m, uint64(number)<<3), v)
}

func (m message) double(number int, v float64) message {
	return binary.LittleEndian.AppendUint64(binary.AppendUvarint(m, uint64(number)<<3|1), math.Float64bits(v))
}

func (m message) float(number int, v float64) message {
	return binary.LittleEndian.AppendUint32(binary.AppendUvarint(m, uint64(number)<<3|5), math.Float32bits(float32(v)))
}

func (m message) bytes(number int, v []byte) message {
	m = binary.AppendUvarint(m, uint64(number)<<3|2)
	return append(binary.AppendUvarint(m, uint64(len(v))), v...)
}

func (m message) text(number int, v string) message { return m.bytes(number, []byte(v)) }
