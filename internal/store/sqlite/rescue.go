package sqlite

import (
	"cmp"
	"context"
	"database/sql/driver"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
)

// Remains is what can be read of a damaged store.
type Remains struct {
	Studies []Remnant // in the order of their creation
	// Pages is how many pages the file has, Due how many it should have as far as
	// it says.
	Pages, Due int
}

// Remnant is what is left of a study.
type Remnant struct {
	// Name is empty where neither the list of studies nor the log says it.
	Name    string
	Created time.Time
	// Events have ascending numbers, between which others may be missing.
	Events []study.Event
}

// Rescue reads a store's file without SQLite, page by page, so that what is
// damaged costs no more than itself. It changes nothing, and needs neither a sound
// beginning of the file nor the tables' structure: a log is only ever appended to,
// so that every row of it that can be read anywhere is true. The error is of
// reading the file, or ctx's.
func Rescue(ctx context.Context, path string) (r Remains, err error) {
	p, err := openPages(path)
	if err != nil {
		return r, fmt.Errorf("read what is left of store %s: %w", path, err)
	}
	defer p.close()
	r.Pages, r.Due = int(p.count), int(p.due)
	logs := map[int64]map[int64]study.Event{}
	listed := map[int64]Remnant{}
	take := func(id int64, columns []any) {
		switch len(columns) {
		case 3:
			if name, isName := columns[1].(string); isName && name != "" {
				if _, isTime := columns[2].(int64); isTime {
					listed[id] = Remnant{Name: name, Created: timeOf(columns[2])}
				}
			}
		case 7:
			gatherRow(logs, id, columns)
		}
	}
	for n := uint32(1); n <= p.count && ctx.Err() == nil; n++ {
		p.rows(n, take)
	}
	for _, at := range p.others {
		if ctx.Err() == nil {
			p.other(at, func(id int64, columns []any) {
				if len(columns) == 7 { // older copies of the list have studies that were deleted
					take(id, columns)
				}
			})
		}
	}
	if err := ctx.Err(); err != nil {
		return r, err
	}
	for _, id := range slices.Sorted(maps.Keys(logs)) {
		known, isListed := listed[id]
		if !isListed && len(listed) > 0 {
			continue // a study that was deleted leaves rows behind
		}
		known.Events = slices.SortedFunc(maps.Values(logs[id]), func(a, b study.Event) int { return cmp.Compare(a.Seq, b.Seq) })
		if created, ok := known.Events[0].Body.(study.Created); ok && known.Name == "" {
			known.Name, known.Created = created.Definition.Name, known.Events[0].Time
		}
		r.Studies = append(r.Studies, known)
	}
	return r, nil
}

// gatherRow takes in a row of a log, if it can be read.
func gatherRow(logs map[int64]map[int64]study.Event, at int64, columns []any) {
	columns[0] = at // SQLite keeps the key apart
	values := make([]driver.Value, len(columns))
	for i, c := range columns {
		values[i] = c
	}
	r, err := scan(values)
	id := at >> seqBits
	if err != nil || id <= 0 || r.seq <= 0 || r.last < r.seq {
		return
	}
	var events []study.Event
	if r.merged() {
		b, err := openBlock(r)
		if err != nil {
			return
		}
		for !b.done() {
			events = append(events, b.take())
		}
	} else {
		e, err := r.event()
		if err != nil {
			return
		}
		if c, isCreated := e.Body.(study.Created); isCreated && c.Definition == nil {
			return
		}
		events = append(events, e)
	}
	if logs[id] == nil {
		logs[id] = map[int64]study.Event{}
	}
	for _, e := range events {
		logs[id][e.Seq] = e
	}
}

// Left reports whether anything of a store was found.
func (r Remains) Left() error {
	if len(r.Studies) == 0 {
		return fmt.Errorf("%w: nothing of a study is left in its %d pages", store.ErrDamaged, r.Pages)
	}
	return nil
}

// Events counts what was found.
func (r Remains) Events() (n int64) {
	for _, s := range r.Studies {
		n += int64(len(s.Events))
	}
	return n
}
