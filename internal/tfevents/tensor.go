package tfevents

import (
	"encoding/binary"
	"math"
)

// Types of a tensor's elements, by TensorFlow's types.proto.
const (
	dtFloat = 1 + iota
	dtDouble
	dtInt32
	dtUint8
	dtInt16
	dtInt8
	dtInt64    = 9
	dtBfloat16 = 14
	dtUint16   = 17
	dtHalf     = 19
)

// scalar reads a TensorProto of one element; ok is false where it has another
// number of them or holds no number.
func scalar(data []byte) (x float64, ok bool, err error) {
	dtype, count := 0, int64(1)
	var content []byte
	var single *field
	for f, err := range fields(data) {
		if err != nil {
			return 0, false, err
		}
		switch f.number {
		case 1:
			dtype = int(f.value)
		case 2:
			if count, err = elements(f.bytes); err != nil {
				return 0, false, err
			}
		case 4:
			content = f.bytes
		case 5, 6, 7, 10, 13: // float_val, double_val, int_val, int64_val, half_val
			single = &f
		}
	}
	switch {
	case count != 1:
		return 0, false, nil
	case len(content) > 0:
		x, ok = fromContent(dtype, content)
	case single != nil:
		x, ok = fromField(dtype, *single)
	}
	return x, ok, nil
}

// elements multiplies the sizes of a TensorShapeProto.
func elements(shape []byte) (int64, error) {
	n := int64(1)
	for f, err := range fields(shape) {
		if err != nil {
			return 0, err
		}
		if f.number != 2 {
			continue
		}
		size := int64(0)
		for g, err := range fields(f.bytes) {
			if err != nil {
				return 0, err
			}
			if g.number == 1 {
				size = int64(g.value)
			}
		}
		n *= size
	}
	return n, nil
}

// fromContent reads the one element of tensor_content.
func fromContent(dtype int, b []byte) (float64, bool) {
	switch {
	case dtype == dtFloat && len(b) == 4:
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))), true
	case dtype == dtDouble && len(b) == 8:
		return math.Float64frombits(binary.LittleEndian.Uint64(b)), true
	case dtype == dtInt32 && len(b) == 4:
		return float64(int32(binary.LittleEndian.Uint32(b))), true
	case dtype == dtInt64 && len(b) == 8:
		return float64(int64(binary.LittleEndian.Uint64(b))), true
	case dtype == dtHalf && len(b) == 2:
		return half(binary.LittleEndian.Uint16(b)), true
	case dtype == dtBfloat16 && len(b) == 2:
		return float64(math.Float32frombits(uint32(binary.LittleEndian.Uint16(b)) << 16)), true
	}
	return 0, false
}

// fromField reads the one element of a repeated field, packed or not.
func fromField(dtype int, f field) (float64, bool) {
	if f.bytes != nil {
		switch f.number {
		case 5, 6:
			return fromContent(f.number-5+dtFloat, f.bytes)
		}
		v, n := binary.Uvarint(f.bytes)
		if n <= 0 || n != len(f.bytes) {
			return 0, false
		}
		f.value = v
	}
	switch f.number {
	case 5:
		return f.float(), true
	case 6:
		return f.double(), true
	case 13:
		if dtype == dtBfloat16 {
			return float64(math.Float32frombits(uint32(f.value) << 16)), true
		}
		return half(uint16(f.value)), true
	}
	switch dtype {
	case dtInt32, dtInt64, dtUint8, dtInt16, dtInt8, dtUint16:
		return float64(int64(f.value)), true // negative ones are sign-extended to 64 bits
	}
	return 0, false
}

// half is an IEEE 754 number of 16 bits.
func half(b uint16) float64 {
	sign := 1 - 2*float64(b>>15)
	exponent, fraction := int(b>>10&31), float64(b&1023)
	switch {
	case exponent == 31 && fraction != 0:
		return math.NaN()
	case exponent == 31:
		return sign * math.Inf(1)
	case exponent == 0:
		return sign * math.Ldexp(fraction, -24)
	}
	return sign * math.Ldexp(1024+fraction, exponent-25)
}
