package trainer

import (
	"math"
	"sync/atomic"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
	"github.com/danlu-ml/danlu/internal/trainer/nn"
)

// updater turns gradients into steps: of the whole parameters, in stretches that
// threads share out; or, where nothing has to be known of the whole gradient first, of
// a tensor's rows as soon as their gradient has been made and is near, while the way
// back is still going on. A step comes to the same numbers whatever the number of
// threads.
type updater struct {
	take      func(*nn.Param, kernel.Piece) // nil: gradients are taken whole
	rest      []stretch                     // what does not come in pieces: all, without take
	slots     map[*nn.Param]int             // of the first piece's squares
	squares   []float64                     // sum of those of each piece, then of each stretch
	nonfinite atomic.Int64
	rate      float64 // of the step

	measure, step func(i, thread int) // a stretch's squares; its step
}

// stretch is a part of the parameters.
type stretch struct{ from, to int }

// stretchLength is how many numbers a thread does at once.
const stretchLength = 1 << 14

func (r *runner) newUpdater() *updater {
	u := &updater{slots: map[*nn.Param]int{}}
	v := r.values
	if r.parts == 1 && r.clip == 0 && v.float("clip_value") == 0 && v.float("l1") == 0 {
		u.take = r.takePiece
	}
	for _, p := range r.net.Params {
		if u.take != nil && p.Pieces > 0 {
			u.slots[p] = len(u.squares)
			u.squares = append(u.squares, make([]float64, p.Pieces)...)
			continue
		}
		u.rest = append(u.rest, stretch{p.At, p.At + p.Size})
	}
	u.rest = divided(u.rest)
	first := len(u.squares)
	u.squares = append(u.squares, make([]float64, len(u.rest))...)
	u.measure = func(i, _ int) {
		s := u.rest[i]
		u.squares[first+i] = u.norm(r.net.G[s.from:s.to])
	}
	u.step = func(i, _ int) {
		s := u.rest[i]
		r.opt.StepPart(r.net.W[s.from:s.to], r.net.G[s.from:s.to], s.from, u.rate, r.Step+1)
	}
	return u
}

// divided joins stretches that touch, and cuts them to the length of work.
func divided(all []stretch) []stretch {
	var out []stretch
	for _, s := range all {
		for s.from < s.to {
			if n := len(out) - 1; n >= 0 && out[n].to == s.from && out[n].to-out[n].from < stretchLength {
				out[n].to = min(out[n].from+stretchLength, s.to)
				s.from = out[n].to
				continue
			}
			to := min(s.from+stretchLength, s.to)
			out = append(out, stretch{s.from, to})
			s.from = to
		}
	}
	return out
}

// norm is the sum of squares of a part of the gradient, whose numbers that are not
// finite it counts.
func (u *updater) norm(g []nn.Real) float64 {
	sum := kernel.SumSquares(g)
	if sum-sum != 0 {
		u.nonfinite.Add(int64(nonFinite(g)))
	}
	return sum
}

// takePiece steps the rows of a tensor whose gradient has just been made.
func (r *runner) takePiece(p *nn.Param, piece kernel.Piece) {
	u := r.updater
	u.squares[u.slots[p]+piece.Index] = u.norm(piece.C)
	from, to := p.Size/p.Shape[0]*piece.From, p.Size/p.Shape[0]*piece.To
	r.opt.StepPart(p.W[from:to], piece.C, p.At+from, u.rate, r.Step+1)
}

// update does a step of the optimiser with the network's gradient: what has not been
// taken of it.
func (r *runner) update() {
	u := r.updater
	r.penalise()
	r.team.Do(len(u.rest), u.measure)
	sum := 0.0
	for _, v := range u.squares {
		sum += v
	}
	norm := math.Sqrt(sum)
	r.Sums.GradNorm += number(norm)
	r.Sums.NonFinite += int(u.nonfinite.Swap(0))
	if r.clipped(norm) {
		r.Sums.Clipped++
	}
	r.team.Do(len(u.rest), u.step)
	r.Step++
	r.average()
}
