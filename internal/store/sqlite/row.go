package sqlite

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
)

// row is a row of the log, its body still encoded.
type row struct {
	seq, last      int64
	time           any // int64 nanoseconds since 1970, or nil for the zero time
	kind           string
	trial, attempt any // int64, or nil but for points
	body           any // JSON as a string; []byte for points
}

// columns are a row's, in the order scan wants them.
const columns = "place, span, time, kind, trial, attempt, body"

// seqBits is how many bits of a place are the event's number; the rest is the
// study's id.
const seqBits = 40

// place is where an event of a study lies in the table.
func place(id, seq int64) int64 { return id<<seqBits | seq }

// seqOf is the number of the event at a place.
func seqOf(place int64) int64 { return place & (1<<seqBits - 1) }

// encode makes a row of an event.
func encode(e study.Event) (row, error) {
	r := row{seq: e.Seq, last: e.Seq, kind: e.Body.Kind()}
	if !e.Time.IsZero() {
		r.time = e.Time.UnixNano()
	}
	if p, ok := e.Body.(study.Points); ok {
		r.trial, r.attempt = int64(p.Trial), int64(p.Attempt)
		r.body = study.EncodePoints(nil, p.Rows)
		return r, nil
	}
	text, err := study.EncodeBody(e.Body)
	r.body = string(text)
	return r, err
}

// scan reads a row's columns.
func scan(v []driver.Value) (r row, err error) {
	var ok [4]bool
	at, isPlace := v[0].(int64)
	span, isSpan := v[1].(int64)
	r.seq, ok[0] = seqOf(at), isPlace
	r.last, ok[1] = r.seq+span, isSpan
	r.kind, ok[2] = v[3].(string)
	r.time, r.trial, r.attempt, r.body = v[2], v[4], v[5], v[6]
	ok[3] = v[6] != nil
	if ok != [4]bool{true, true, true, true} {
		err = errors.New("a row of the log has no number, kind or body")
	}
	return r, err
}

// merged reports whether the row holds several events.
func (r row) merged() bool { return r.last > r.seq }

// event is the one event of a row that is not merged.
func (r row) event() (study.Event, error) {
	e := study.Event{Seq: r.seq, Time: timeOf(r.time)}
	var err error
	if r.kind == "points" {
		e.Body, err = r.points()
	} else {
		text, _ := r.body.(string)
		e.Body, err = study.DecodeBody(r.kind, []byte(text))
	}
	if err != nil {
		err = fmt.Errorf("event %d: %w: %w; run `danlu doctor`, which tells what can be saved", r.seq, store.ErrDamaged, err)
	}
	return e, err
}

// points are the points of a row that is not merged.
func (r row) points() (study.Points, error) {
	data, _ := r.body.([]byte)
	trial, _ := r.trial.(int64)
	attempt, _ := r.attempt.(int64)
	rows, err := study.DecodePoints(data)
	return study.Points{Trial: study.TrialID(trial), Attempt: int(attempt), Rows: rows}, err
}

// timeOf is a column's instant.
func timeOf(v any) time.Time {
	if ns, ok := v.(int64); ok {
		return time.Unix(0, ns).UTC()
	}
	return time.Time{}
}

// lastRow reads the last row of a log, which is one event; its seq is 0 if there
// is none.
func lastRow(c *conn, id int64) (last row, err error) {
	err = c.query("SELECT "+columns+" FROM log WHERE place>? AND place<? ORDER BY place DESC LIMIT 1", func(v []driver.Value) error {
		if last, err = scan(v); err == nil {
			_, err = last.event()
		}
		return err
	}, place(id, 0), place(id+1, 0))
	return last, err
}

// lastSeq is the number of a log's last event, 0 if there is none.
func lastSeq(c *conn, id int64) (int64, error) {
	last, _, err := c.number("SELECT place FROM log WHERE place>? AND place<? ORDER BY place DESC LIMIT 1", place(id, 0), place(id+1, 0))
	return seqOf(last), err
}
