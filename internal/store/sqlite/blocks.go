package sqlite

import (
	"time"

	"github.com/danlu-ml/danlu/internal/study"
)

// block is a merged row that is being given out event by event.
type block struct {
	first    int64
	trial    study.TrialID
	attempt  int
	segments []segment
	rows     []study.Point
}

// openBlock decodes a merged row.
func openBlock(r row) (*block, error) {
	data, _ := r.body.([]byte)
	at, _ := r.time.(int64)
	trial, _ := r.trial.(int64)
	attempt, _ := r.attempt.(int64)
	segments, rows, err := readBlock(data, r.seq, at)
	if err == nil && segments[len(segments)-1].seq != r.last {
		err = errBlock
	}
	return &block{first: r.seq, trial: study.TrialID(trial), attempt: int(attempt), segments: segments, rows: rows}, err
}

// seq is the number of the next event.
func (b *block) seq() int64 { return b.segments[0].seq }

// done reports whether there is no next event.
func (b *block) done() bool { return len(b.segments) == 0 }

// take gives the next event.
func (b *block) take() study.Event {
	g := b.segments[0]
	rows := b.rows[:g.rows:g.rows]
	b.segments, b.rows = b.segments[1:], b.rows[g.rows:]
	return study.Event{
		Seq: g.seq, Time: time.Unix(0, g.time).UTC(),
		Body: study.Points{Trial: b.trial, Attempt: b.attempt, Rows: rows},
	}
}

// blocks is a heap (container/heap) of blocks by their next event.
type blocks []*block

func (h blocks) Len() int           { return len(h) }
func (h blocks) Less(i, j int) bool { return h[i].seq() < h[j].seq() }
func (h blocks) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push implements heap.Interface.
func (h *blocks) Push(x any) { *h = append(*h, x.(*block)) }

// Pop implements heap.Interface.
func (h *blocks) Pop() any {
	old := *h
	b := old[len(old)-1]
	*h = old[:len(old)-1]
	return b
}
