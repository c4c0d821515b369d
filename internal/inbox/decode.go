package inbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"
)

// decoder reads JSON of a shape known beforehand, in about a third of the time
// of encoding/json (BenchmarkDecode): no reflection, and metric names are
// allocated once a message. It accepts exactly JSON (RFC 8259), valid UTF-8 included.
// data must not change while names read from it are in use by the decoder.
type decoder struct {
	data  []byte
	pos   int
	names []string // metric names of this message; its reports share them
}

func (d *decoder) errorf(format string, args ...any) error {
	return fmt.Errorf("byte %d: %w", d.pos, fmt.Errorf(format, args...))
}

// peek returns the next byte that is not white space, 0 at the end.
func (d *decoder) peek() byte {
	for ; d.pos < len(d.data); d.pos++ {
		switch c := d.data[d.pos]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

func (d *decoder) expect(c byte) error {
	if got := d.peek(); got != c || d.pos >= len(d.data) {
		return d.unexpected(strconv.QuoteRune(rune(c)))
	}
	d.pos++
	return nil
}

func (d *decoder) unexpected(want string) error {
	if d.pos >= len(d.data) {
		return d.errorf("the message ends where %s should be", want)
	}
	rest := d.data[d.pos:]
	return d.errorf("%q where %s should be", rest[:min(len(rest), 12)], want)
}

func (d *decoder) end() error {
	if d.peek(); d.pos < len(d.data) {
		return d.unexpected("the end")
	}
	return nil
}

// object calls field for each key, with the decoder before its value. The key
// is valid until field reads on.
func (d *decoder) object(field func(key []byte) error) error {
	if err := d.expect('{'); err != nil {
		return err
	}
	if d.peek() == '}' {
		d.pos++
		return nil
	}
	for {
		key, err := d.string()
		if err != nil {
			return err
		}
		if err := d.expect(':'); err != nil {
			return err
		}
		if err := field(key); err != nil {
			return err
		}
		if d.peek() == '}' {
			d.pos++
			return nil
		}
		if err := d.expect(','); err != nil {
			return err
		}
	}
}

func (d *decoder) array(item func(i int) error) error {
	if err := d.expect('['); err != nil {
		return err
	}
	if d.peek() == ']' {
		d.pos++
		return nil
	}
	for i := 0; ; i++ {
		if err := item(i); err != nil {
			return err
		}
		if d.peek() == ']' {
			d.pos++
			return nil
		}
		if err := d.expect(','); err != nil {
			return err
		}
	}
}

// string returns the text of a JSON string, unescaped; it may alias data.
func (d *decoder) string() ([]byte, error) {
	if err := d.expect('"'); err != nil {
		return nil, err
	}
	start, plain := d.pos, true
	for d.pos < len(d.data) {
		switch c := d.data[d.pos]; {
		case c == '"':
			text := d.data[start:d.pos]
			d.pos++
			if plain {
				return text, nil
			}
			return d.unescape(d.data[start-1 : d.pos])
		case c == '\\':
			d.pos++ // whatever follows, a quote too, is part of the string
			plain = false
		case c >= utf8.RuneSelf:
			plain = false
		case c < ' ':
			return nil, d.errorf("control character %q in a string: escape it", c)
		}
		d.pos++
	}
	d.pos = len(d.data)
	return nil, d.unexpected(`'"'`)
}

func (d *decoder) unescape(quoted []byte) ([]byte, error) {
	if !utf8.Valid(quoted) {
		return nil, d.errorf("string %q is not UTF-8", quoted)
	}
	var s string
	if err := json.Unmarshal(quoted, &s); err != nil {
		return nil, d.errorf("string %s: %w", quoted, err)
	}
	return []byte(s), nil
}

// name returns key as a string, the same one for every report of a message.
func (d *decoder) name(key []byte) string {
	for _, known := range d.names {
		if known == string(key) {
			return known
		}
	}
	name := string(key)
	if len(d.names) < 16 { // a longer search would cost more than it saves
		d.names = append(d.names, name)
	}
	return name
}

// number returns the text of a JSON number.
func (d *decoder) number() ([]byte, error) {
	d.peek()
	start := d.pos
	d.skip('-')
	ok := d.skip('0') || d.digits()
	if ok && d.skip('.') {
		ok = d.digits()
	}
	if ok && (d.skip('e') || d.skip('E')) {
		_ = d.skip('+') || d.skip('-')
		ok = d.digits()
	}
	if !ok {
		d.pos = start
		return nil, d.unexpected("a number")
	}
	return d.data[start:d.pos], nil
}

func (d *decoder) skip(c byte) bool {
	if d.pos < len(d.data) && d.data[d.pos] == c {
		d.pos++
		return true
	}
	return false
}

func (d *decoder) digits() bool {
	start := d.pos
	for d.pos < len(d.data) && '0' <= d.data[d.pos] && d.data[d.pos] <= '9' {
		d.pos++
	}
	return d.pos > start
}

// integer reads an integer ≥ 0; 3.0 and 3e0 are 3.
func (d *decoder) integer() (int64, error) {
	text, err := d.number()
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		const exact = 1 << 53 // beyond it a float64 skips integers
		f, err := strconv.ParseFloat(string(text), 64)
		if err != nil || f != math.Trunc(f) || math.Abs(f) > exact {
			return 0, d.errorf("%s is not an integer", text)
		}
		n = int64(f)
	}
	if n < 0 {
		return 0, d.errorf("%s is negative: count from 0", text)
	}
	return n, nil
}

// value reads a metric's value: a number, or "nan", "inf", "-inf" in any case,
// "infinity" included.
func (d *decoder) value() (float64, error) {
	switch c := d.peek(); {
	case c == '"':
		text, err := d.string()
		if err != nil {
			return 0, err
		}
		switch string(bytes.ToLower(text)) {
		case "nan":
			return math.NaN(), nil
		case "inf", "+inf", "infinity", "+infinity":
			return math.Inf(1), nil
		case "-inf", "-infinity":
			return math.Inf(-1), nil
		}
		return 0, d.errorf(`%q is not a value: give a number, or "nan", "inf", "-inf"`, text)
	case c != '-' && (c < '0' || c > '9'):
		return 0, d.unexpected(`a number (or "nan", "inf", "-inf" in quotes)`)
	}
	text, err := d.number()
	if err != nil {
		return 0, err
	}
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return 0, d.errorf(`%s is too large for a number: give "inf" or "-inf"`, text)
	}
	return v, nil
}
