package nn

import "math"

// Sequences says which rows of a pass follow one another, to layers that look along
// them. It is a layer itself, the first of its network, which finds that out and
// changes nothing.
//
// Without a length, rows are packed as [Recurrent] has them. With one, examples are
// texts of so many numbers of words, of which each becomes a row; those after the
// last that is not 0 belong to no sequence.
type Sequences struct {
	length int
	rows   []int32 // sequence after sequence
	starts []int32 // of each in rows, and the end of the last
}

// NewSequences makes the layer for packed rows, or for texts of length words.
func NewSequences(length int) *Sequences { return &Sequences{length: length} }

// Params are none.
func (q *Sequences) Params() []*Param { return nil }

// Forward finds the sequences.
func (q *Sequences) Forward(x []Real, p Pass) []Real {
	q.rows, q.starts = q.rows[:0], append(q.starts[:0], 0)
	if q.length == 0 {
		for s := range p.Steps[0] {
			row := s
			for _, n := range p.Steps {
				if s >= n {
					break
				}
				q.rows = append(q.rows, int32(row))
				row += n
			}
			q.starts = append(q.starts, int32(len(q.rows)))
		}
		return x
	}
	for i := range p.N {
		words := x[i*q.length : (i+1)*q.length]
		n := len(words)
		for n > 1 && words[n-1] == 0 {
			n--
		}
		for t := range n {
			q.rows = append(q.rows, int32(i*q.length+t))
		}
		q.starts = append(q.starts, int32(len(q.rows)))
	}
	return x
}

// Backward passes dy on.
func (q *Sequences) Backward(dy []Real, _ Pass, _ bool) []Real { return dy }

// wide is the pass with as many examples as rows.
func (q *Sequences) wide(p Pass) Pass {
	p.N *= max(1, q.length)
	return p
}

// sequence are the rows of sequence s.
func (q *Sequences) sequence(s int) []int32 { return q.rows[q.starts[s]:q.starts[s+1]] }

func (q *Sequences) count() int { return len(q.starts) - 1 }

// Position adds to the vector of each row sines and cosines of its place in its
// sequence (Vaswani et al. 2017, section 3.5).
type Position struct {
	q     *Sequences
	d     int
	table []Real // place×d, of all places met so far
	y     []Real
}

// NewPosition makes the layer for up to n rows of d.
func NewPosition(q *Sequences, d, n int) *Position {
	return &Position{q: q, d: d, y: make([]Real, n*d)}
}

// Params are none.
func (l *Position) Params() []*Param { return nil }

// Forward adds.
func (l *Position) Forward(x []Real, p Pass) []Real {
	y := l.y[:l.q.wide(p).N*l.d]
	copy(y, x)
	for s := range l.q.count() {
		rows := l.q.sequence(s)
		for t := len(l.table) / l.d; t < len(rows); t++ {
			for j := range l.d {
				angle := float64(t) / math.Pow(10000, float64(j&^1)/float64(l.d))
				v := math.Sin(angle)
				if j&1 == 1 {
					v = math.Cos(angle)
				}
				l.table = append(l.table, Real(v))
			}
		}
		for t, row := range rows {
			to := y[int(row)*l.d:][:l.d]
			for j, v := range l.table[t*l.d : (t+1)*l.d] {
				to[j] += v
			}
		}
	}
	return y
}

// Backward passes dy on.
func (l *Position) Backward(dy []Real, _ Pass, _ bool) []Real { return dy }

// SequenceMean is the mean of the rows of each sequence.
type SequenceMean struct {
	q     *Sequences
	d     int
	y, dx []Real
}

// NewSequenceMean makes the layer for up to n rows of d.
func NewSequenceMean(q *Sequences, d, n int) *SequenceMean {
	return &SequenceMean{q: q, d: d, y: make([]Real, n*d), dx: make([]Real, n*d)}
}

// Params are none.
func (l *SequenceMean) Params() []*Param { return nil }

// Forward takes means.
func (l *SequenceMean) Forward(x []Real, _ Pass) []Real {
	y := l.y[:l.q.count()*l.d]
	clear(y)
	for s := range l.q.count() {
		rows := l.q.sequence(s)
		to := y[s*l.d : (s+1)*l.d]
		for _, row := range rows {
			for j, v := range x[int(row)*l.d:][:l.d] {
				to[j] += v / Real(len(rows))
			}
		}
	}
	return y
}

// Backward gives each row its share; rows of no sequence get none.
func (l *SequenceMean) Backward(dy []Real, p Pass, needX bool) []Real {
	if !needX {
		return nil
	}
	dx := l.dx[:l.q.wide(p).N*l.d]
	clear(dx)
	for s := range l.q.count() {
		rows := l.q.sequence(s)
		for _, row := range rows {
			to := dx[int(row)*l.d:][:l.d]
			for j, v := range dy[s*l.d : (s+1)*l.d] {
				to[j] = v / Real(len(rows))
			}
		}
	}
	return dx
}
