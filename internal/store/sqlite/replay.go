package sqlite

import (
	"container/heap"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"

	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
)

// A page of the log is as many rows, or bytes of their bodies, as are read at
// once. No connection and no snapshot is held between pages, so that a reader may
// take its time and the log ahead of the file be copied back meanwhile.
const pageRows, pageBytes = 512, 1 << 20

// Replay implements [store.Store].
func (s *Store) Replay(ctx context.Context, name string, after int64) iter.Seq2[study.Event, error] {
	return func(yield func(study.Event, error) bool) {
		p := &player{s: s, ctx: ctx, name: name, next: max(after, 0) + 1, active: map[int64]bool{}}
		err := p.begin()
		for err == nil && p.next <= p.bound {
			var e study.Event
			if e, err = p.event(); err == nil {
				if !yield(e, nil) {
					return
				}
				p.next++
			}
		}
		if err != nil {
			yield(study.Event{}, fmt.Errorf("read the log of study %s: %w", name, err))
		}
	}
}

// player puts one log's events in order, out of the rows that hold one event each
// and the blocks that hold several. Between two pages a merge may move events it
// has not given yet into a block at an earlier place; that shows as a gap, and
// the block is fetched then. What it meets twice it gives once.
type player struct {
	s     *Store
	ctx   context.Context
	name  string
	id    int64
	next  int64 // the event to give next
	bound int64 // the last to give
	rows  []row // rest of the page
	blocks
	active map[int64]bool // the blocks' first events
}

// begin finds the study and where its log ends.
func (p *player) begin() error {
	return p.s.read(p.ctx, "read the log", func(c *conn) (err error) {
		if p.id, err = mustFind(c, p.name); err == nil {
			p.bound, err = lastSeq(c, p.id)
		}
		return err
	})
}

// event finds the event to give next.
func (p *player) event() (study.Event, error) {
	for try := 0; ; try++ {
		e, err := p.ready()
		if err != nil || e.Seq != 0 {
			return e, err
		}
		if try == 0 && len(p.rows) == 0 {
			err = p.page()
		} else {
			err = p.fill()
		}
		if err != nil {
			return e, err
		}
	}
}

// ready gives the next event if it has been read already, else one without a
// number.
func (p *player) ready() (study.Event, error) {
	for len(p.rows) > 0 && p.rows[0].seq <= p.next {
		r := p.rows[0]
		p.rows = p.rows[1:]
		if r.merged() {
			if err := p.open(r); err != nil {
				return study.Event{}, err
			}
		} else if r.seq == p.next {
			return r.event()
		}
	}
	for len(p.blocks) > 0 && p.blocks[0].seq() <= p.next {
		b := p.blocks[0]
		e := b.take()
		if b.done() {
			heap.Pop(&p.blocks)
			delete(p.active, b.first)
		} else {
			heap.Fix(&p.blocks, 0)
		}
		if e.Seq == p.next {
			return e, nil
		}
	}
	return study.Event{}, nil
}

// page reads the next rows of the log.
func (p *player) page() error {
	errEnough := errors.New("enough")
	size := 0
	err := p.s.read(p.ctx, "read the log", func(c *conn) error {
		return c.query("SELECT "+columns+" FROM log WHERE place>=? AND place<=? ORDER BY place LIMIT ?", func(v []driver.Value) error {
			r, err := scan(v)
			if err != nil {
				return fmt.Errorf("%w: %w", store.ErrDamaged, err)
			}
			p.rows = append(p.rows, r)
			if data, ok := r.body.([]byte); ok {
				size += len(data)
			}
			if size > pageBytes {
				return errEnough
			}
			return nil
		}, place(p.id, p.next), place(p.id, p.bound), int64(pageRows))
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// fill looks for the next event in blocks that begin before it. If it is in none,
// the study was deleted meanwhile, or the log has a hole.
func (p *player) fill() error {
	return p.s.read(p.ctx, "read the log", func(c *conn) error {
		var missing []row
		err := c.query("SELECT "+columns+" FROM log INDEXED BY blocks WHERE place+span>=? AND place+span<=? AND place>? AND place<=? AND span>0", func(v []driver.Value) error {
			r, err := scan(v)
			if err == nil && !p.active[r.seq] {
				missing = append(missing, r)
			}
			return err
		}, place(p.id, p.next), place(p.id+1, 0), place(p.id, 0), place(p.id, p.next))
		if err != nil {
			return err
		}
		for _, r := range missing {
			if err := p.open(r); err != nil {
				return err
			}
		}
		if len(p.blocks) > 0 && p.blocks[0].seq() == p.next {
			return nil
		}
		if id, err := mustFind(c, p.name); err != nil {
			return err
		} else if id != p.id {
			return fmt.Errorf("it was deleted meanwhile: %w", store.ErrUnknownStudy)
		}
		return fmt.Errorf("event %d: %w: it is missing; run `danlu doctor`, which tells what can be saved", p.next, store.ErrDamaged)
	})
}

// open makes a block's events available from the next one on.
func (p *player) open(r row) error {
	b, err := openBlock(r)
	if err != nil {
		return fmt.Errorf("events %d to %d: %w: %w; run `danlu doctor`, which tells what can be saved", r.seq, r.last, store.ErrDamaged, err)
	}
	for !b.done() && b.seq() < p.next {
		b.take()
	}
	if !b.done() {
		heap.Push(&p.blocks, b)
		p.active[b.first] = true
	}
	return nil
}

// Points implements [store.Store]. What is stored of one trial is read at once;
// it is decoded as it is asked for.
func (s *Store) Points(ctx context.Context, name string, trial study.TrialID) iter.Seq2[study.Points, error] {
	return func(yield func(study.Points, error) bool) {
		var stored []row
		err := s.read(ctx, "read the points", func(c *conn) error {
			id, err := mustFind(c, name)
			if err != nil {
				return err
			}
			return c.query("SELECT "+columns+" FROM log INDEXED BY points WHERE trial=? AND place>? AND place<? AND kind='points' ORDER BY attempt, place", func(v []driver.Value) error {
				r, err := scan(v)
				stored = append(stored, r)
				return err
			}, int64(trial), place(id, 0), place(id+1, 0))
		})
		for _, r := range stored {
			if err != nil {
				break
			}
			var p study.Points
			if r.merged() {
				var b *block
				if b, err = openBlock(r); err == nil {
					p = study.Points{Trial: trial, Attempt: b.attempt, Rows: b.rows}
				}
			} else {
				p, err = r.points()
			}
			if err == nil && len(p.Rows) > 0 && !yield(p, nil) {
				return
			}
		}
		if err != nil {
			yield(study.Points{}, fmt.Errorf("read the points of trial %d of study %s: %w", trial, name, err))
		}
	}
}
