package tfevents

import (
	"encoding/binary"
	"io"
	"time"
)

// Writer writes an event file. Each method writes one record, whole.
type Writer struct {
	out io.Writer
	buf []byte
}

// NewWriter begins a file, as of a time.
func NewWriter(out io.Writer, at time.Time) (*Writer, error) {
	w := &Writer{out: out}
	return w, w.record(message(nil).double(1, seconds(at)).text(3, "brain.Event:2"))
}

// Scalars writes numbers of one step. They are kept with 32 bits, as TensorBoard
// shows them.
func (w *Writer) Scalars(at time.Time, step int64, scalars ...Scalar) error {
	var summary message
	for _, s := range scalars {
		summary = summary.bytes(1, message(nil).text(1, s.Tag).float(2, s.Value))
	}
	return w.event(at, step, summary)
}

// plugin writes a value that belongs to a plugin.
func (w *Writer) plugin(at time.Time, tag, plugin string, content message) error {
	data := message(nil).text(1, plugin).bytes(2, content)
	value := message(nil).text(1, tag).bytes(9, message(nil).bytes(1, data))
	return w.event(at, 0, message(nil).bytes(1, value))
}

func (w *Writer) event(at time.Time, step int64, summary message) error {
	return w.record(message(nil).double(1, seconds(at)).varint(2, uint64(step)).bytes(5, summary))
}

func (w *Writer) record(data message) error {
	w.buf = binary.LittleEndian.AppendUint64(w.buf[:0], uint64(len(data)))
	w.buf = binary.LittleEndian.AppendUint32(w.buf, checksum(w.buf))
	w.buf = append(w.buf, data...)
	w.buf = binary.LittleEndian.AppendUint32(w.buf, checksum(data))
	_, err := w.out.Write(w.buf)
	return err
}

func seconds(t time.Time) float64 { return float64(t.UnixNano()) / 1e9 }
