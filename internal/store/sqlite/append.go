package sqlite

import (
	"context"
	"fmt"

	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
)

// Append implements [store.Store].
func (s *Store) Append(ctx context.Context, l store.Lease, after int64, events []study.Event, answers ...store.Answer) error {
	rows := make([]row, len(events))
	for i, e := range events {
		if due := after + 1 + int64(i); e.Seq != due || e.Body == nil {
			return fmt.Errorf("append to the log of study %s: event %d of %d has number %d, or no body, where %d was due", l.Study, i+1, len(events), e.Seq, due)
		}
		var err error
		if rows[i], err = encode(e); err != nil {
			return fmt.Errorf("append event %d (%s) to the log of study %s: %w", e.Seq, e.Body.Kind(), l.Study, err)
		}
	}
	return s.submit(ctx, "append to the log of study "+l.Study, func(c *conn) error {
		id, last, err := held(c, l)
		if err != nil {
			return err
		}
		if last != after {
			return fmt.Errorf("append to the log of study %s after event %d: %w: it ends at event %d; read it again from there", l.Study, after, store.ErrConflict, last)
		}
		s.writing.pages += len(rows) / 8 // whoever calls this is at work
		for _, r := range rows {
			if err := r.insert(c, id); err != nil {
				return err
			}
		}
		for _, e := range events {
			if b, ok := e.Body.(study.Ended); ok {
				if err := merge(c, id, e.Seq, b); err != nil {
					return err
				}
			}
		}
		for _, a := range answers {
			if _, err := c.exec("UPDATE request SET answered=1, text=?, error=? WHERE id=? AND study=? AND answered=0", a.Text, a.Error, a.ID, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// insert writes a row, over the one that has its place if there is one.
func (r row) insert(c *conn, id int64) error {
	_, err := c.exec("INSERT OR REPLACE INTO log ("+columns+") VALUES (?, ?, ?, ?, ?, ?, ?)",
		place(id, r.seq), r.last-r.seq, r.time, r.kind, r.trial, r.attempt, r.body)
	return err
}
