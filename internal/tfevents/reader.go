package tfevents

import (
	"fmt"
	"io"
)

// Event is one entry of an event file, with the scalars in it.
type Event struct {
	WallTime float64 // seconds since 1970
	Step     int64
	Scalars  []Scalar // in the order written; none for graphs, pictures and the like
}

// Scalar is a number with its name.
type Scalar struct {
	Tag   string
	Value float64
}

// Reader reads an event file that may still grow.
type Reader struct{ records records }

// NewReader reads from the beginning of a file.
func NewReader(r io.ReaderAt) *Reader { return &Reader{records{in: r}} }

// Resume goes on reading where the reader is, from a file opened anew.
func (r *Reader) Resume(in io.ReaderAt) { r.records.in = in }

// Offset is how many bytes of the file have been read.
func (r *Reader) Offset() int64 { return r.records.at }

// Next returns the next event. [io.EOF] means that no further event is there as a
// whole: later there may be. A [*Damage] means that some bytes were passed over,
// and that the next call goes on behind them. Other errors are the file's.
func (r *Reader) Next() (Event, error) {
	from := r.records.at
	data, err := r.records.next()
	if err != nil {
		return Event{}, err
	}
	e, err := parse(data)
	if err != nil {
		return Event{}, &Damage{from, r.records.at, err.Error()}
	}
	return e, nil
}

// The numbers of fields are those of TensorFlow's event.proto, summary.proto and
// tensor.proto.
func parse(data []byte) (e Event, err error) {
	for f, err := range fields(data) {
		if err != nil {
			return e, err
		}
		switch f.number {
		case 1:
			e.WallTime = f.double()
		case 2:
			e.Step = int64(f.value)
		case 5:
			if err := e.summary(f.bytes); err != nil {
				return e, err
			}
		}
	}
	return e, nil
}

func (e *Event) summary(data []byte) error {
	for f, err := range fields(data) {
		if err != nil {
			return err
		}
		if f.number != 1 {
			continue
		}
		s, ok, err := value(f.bytes)
		if err != nil {
			return fmt.Errorf("a summary: %w", err)
		}
		if ok {
			e.Scalars = append(e.Scalars, s)
		}
	}
	return nil
}

// value reads a Summary.Value; ok is false where it is no scalar. Writers of
// TensorFlow 1 and of PyTorch give a simple_value; those of TensorFlow 2 a tensor,
// which the scalars plugin owns.
func value(data []byte) (s Scalar, ok bool, err error) {
	var tensor []byte
	plugin := ""
	for f, err := range fields(data) {
		if err != nil {
			return s, false, err
		}
		switch f.number {
		case 1:
			s.Tag = string(f.bytes)
		case 2:
			s.Value, ok = f.float(), true
		case 8:
			tensor = f.bytes
		case 9:
			if plugin, err = pluginName(f.bytes); err != nil {
				return s, false, err
			}
		}
	}
	if ok || tensor == nil || plugin != "scalars" {
		return s, ok, nil
	}
	s.Value, ok, err = scalar(tensor)
	return s, ok, err
}

func pluginName(metadata []byte) (string, error) {
	for f, err := range fields(metadata) {
		if err != nil {
			return "", err
		}
		if f.number != 1 {
			continue
		}
		for g, err := range fields(f.bytes) {
			if err != nil {
				return "", err
			}
			if g.number == 1 {
				return string(g.bytes), nil
			}
		}
	}
	return "", nil
}
