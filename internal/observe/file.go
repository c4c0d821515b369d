package observe

import (
	"bytes"
	"errors"
	"io"

	"github.com/danlu-ml/danlu/internal/tfevents"
)

// File reads one file as it grows. It holds no file open.
type File struct {
	o      *Observer
	format string
	at     int64 // read up to here
	table  table
	head   string // of a CSV file: its first line, to see that it was written anew
	events *events
}

// Formats of files.
const (
	CSV         = "csv"
	JSONLines   = "json"
	TensorBoard = "tensorboard"
)

// File makes the reader of a file. What stood in it before offset is another
// trial's and is passed over. run is the last folder of a TensorBoard run's path.
func (o *Observer) File(format string, offset int64, run string) *File {
	f := &File{o: o, format: format, at: offset}
	if format == TensorBoard {
		f.events = newEvents(&o.rec, run)
	}
	return f
}

// Read takes in what the file of the given size has that was not read before. last
// says that it will not grow any more. The error is for people; reading goes on all
// the same.
func (f *File) Read(in io.ReaderAt, size int64, last bool) error {
	f.o.mu.Lock()
	defer f.o.mu.Unlock()
	if f.events != nil {
		return f.events.read(in, last)
	}
	if f.format == CSV {
		if err := f.readHead(in, size); err != nil {
			return err
		}
	}
	if size < f.at {
		f.at = 0 // written anew
	}
	err := f.lines(in, size, last)
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// Waits reports whether something was held back that a further look at the same
// file would bring out.
func (f *File) Waits() bool { return f.events != nil && len(f.events.group) > 0 }

// readHead reads the first line of a CSV file. Loggers that meet a new metric write
// the whole file again under a longer head.
func (f *File) readHead(in io.ReaderAt, size int64) error {
	p := make([]byte, min(size, maxLine))
	n, err := in.ReadAt(p, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	first, _, whole := bytes.Cut(p[:n], []byte("\n"))
	if !whole || string(first) == f.head {
		return nil
	}
	if f.head != "" || f.at >= size {
		f.at = 0
	}
	f.head = string(first)
	f.table.line(f.head)
	return nil
}

// maxLine is how much of a line is looked at, in bytes.
const maxLine = 64 << 10

func (f *File) lines(in io.ReaderAt, size int64, last bool) error {
	buf := make([]byte, min(max(size-f.at, 0), maxLine))
	for f.at < size {
		n, err := in.ReadAt(buf[:min(size-f.at, int64(len(buf)))], f.at)
		p := buf[:n]
		end := bytes.LastIndexByte(p, '\n') + 1
		switch {
		case end == 0 && (n == maxLine || last):
			end = n
		case end == 0:
			return err
		}
		for line := range bytes.Lines(p[:end]) {
			f.line(bytes.TrimRight(line, "\r\n"))
		}
		f.at += int64(end)
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *File) line(line []byte) {
	if f.format == CSV {
		if r, ok := f.table.line(string(line)); ok {
			f.o.rec.row(r)
		}
	} else if r, ok := readJSON(line); ok {
		f.o.rec.row(r)
	}
}

// events reads a TensorBoard event file.
type events struct {
	rec    *recorder
	run    string
	reader *tfevents.Reader
	group  []found // the scalars of step that have come
	step   int64
	epoch  *float64 // at the last step that told one
	idle   int64    // where the reader was when it last had nothing
}

func newEvents(rec *recorder, run string) *events {
	return &events{rec: rec, run: run, reader: tfevents.NewReader(nil)}
}

func (e *events) read(in io.ReaderAt, last bool) error {
	e.reader.Resume(in)
	defer e.reader.Resume(nil)
	var damage error
	for {
		ev, err := e.reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if _, ok := errors.AsType[*tfevents.Damage](err); ok {
			damage = errors.Join(damage, err)
			continue
		}
		if err != nil {
			return err
		}
		e.take(ev)
	}
	if last || e.reader.Offset() == e.idle { // nothing more of this step will come
		e.flush()
	}
	e.idle = e.reader.Offset()
	return damage
}

func (e *events) take(ev tfevents.Event) {
	if ev.Step != e.step {
		e.flush()
	}
	e.step = ev.Step
	for _, s := range ev.Scalars {
		if e.rec.step == "epoch" && stepWord(s.Tag) == "epoch" {
			e.epoch = &s.Value
			continue
		}
		if name := e.name(s.Tag); name != "" {
			e.group = append(e.group, found{name: name, value: s.Value})
		}
	}
}

// flush reports the values of a step. Where epochs count and the file has a scalar
// that tells them, as Lightning's have, they are the step.
func (e *events) flush() {
	if len(e.group) == 0 {
		return
	}
	step := e.step
	if e.epoch != nil {
		step = int64(*e.epoch)
	}
	if step >= 0 {
		e.rec.values(carried{step, true}, e.group, false)
	}
	e.group = e.group[:0]
}

// name is a scalar's name: its tag, and of runs within a run what tells them apart:
// add_scalars writes accuracy to RUN/accuracy_val, Keras epoch_loss to
// RUN/validation. The HParams plugin's final values are no curve.
func (e *events) name(tag string) string {
	if len(tag) > 7 && tag[:7] == "hparam/" {
		return ""
	}
	if _, ok := splits[e.run]; ok {
		return e.run + "/" + tag
	}
	if suffix, ok := cutPrefix(e.run, tag); ok {
		return tag + "/" + suffix
	}
	return tag
}

// cutPrefix takes the tag, with _ for its slashes, off the name of a folder.
func cutPrefix(folder, tag string) (suffix string, ok bool) {
	if len(folder) <= len(tag)+1 || folder[len(tag)] != '_' {
		return "", false
	}
	for i := range len(tag) {
		if tag[i] != folder[i] && !(tag[i] == '/' && folder[i] == '_') {
			return "", false
		}
	}
	return folder[len(tag)+1:], true
}
