package sqlite

import (
	"database/sql/driver"

	"github.com/danlu-ml/danlu/internal/study"
)

// maxBlockRows bounds a block, and with it what a reader holds in memory of one
// attempt.
const maxBlockRows = 4096

// merge gathers the points of an attempt that has ended, in rows of their own up
// to now, into blocks: a tenth of the rows to read later, a third of the bytes.
// Rows after end stay, so that the last event of a log is always a row of its
// own. Rows that can't be read stay too: losing the merge is better than losing
// the append.
func merge(c *conn, id, end int64, b study.Ended) error {
	var old []row
	err := c.query("SELECT "+columns+" FROM log INDEXED BY points WHERE trial=? AND attempt=? AND place>? AND place<? AND kind='points' AND span=0 ORDER BY place",
		func(v []driver.Value) error {
			r, err := scan(v)
			if err == nil && r.time != nil {
				old = append(old, r)
			}
			return err
		}, int64(b.Trial), int64(b.Attempt), place(id, 0), place(id, end))
	if err != nil {
		return err
	}
	for len(old) > 1 {
		block, n := gather(old)
		if n > 1 {
			if err := block.insert(c, id); err != nil {
				return err
			}
			for _, r := range old[1:n] {
				if _, err := c.exec("DELETE FROM log WHERE place=?", place(id, r.seq)); err != nil {
					return err
				}
			}
		}
		old = old[n:]
	}
	return nil
}

// gather makes a block of the first n rows, at least one; of one there is nothing
// to make.
func gather(old []row) (block row, n int) {
	var (
		segments []segment
		rows     []study.Point
	)
	for n < len(old) && (n == 0 || len(rows) < maxBlockRows) {
		p, err := old[n].points()
		if err != nil {
			break
		}
		segments = append(segments, segment{seq: old[n].seq, time: old[n].time.(int64), rows: len(p.Rows)})
		rows = append(rows, p.Rows...)
		n++
	}
	if n <= 1 {
		return row{}, 1
	}
	block = old[0]
	block.last = segments[n-1].seq
	block.body = appendBlock(nil, segments, rows)
	return block, n
}
