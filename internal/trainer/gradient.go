package trainer

import (
	"math"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
	"github.com/danlu-ml/danlu/internal/trainer/nn"
)

// step trains on the items from..to of the epoch's order and returns their loss.
// They go through the network in parts of batch_size, and their gradients are
// added up: it is that of all of them at once.
func (r *runner) step(from, to int) float64 {
	if to-from <= r.part {
		loss := r.pass(from, to, uint64(r.Step*r.parts))
		if !math.IsNaN(loss) {
			r.update()
		}
		return loss
	}
	clear(r.gathered)
	sum, weight := 0.0, 0.0
	for k := 0; from < to; k++ {
		loss := r.pass(from, min(from+r.part, to), uint64(r.Step*r.parts+k))
		if math.IsNaN(loss) {
			return loss
		}
		kernel.Axpy(r.gathered, nn.Real(r.loss.Weight), r.net.G)
		sum += r.loss.Weight * loss
		weight += r.loss.Weight
		from += r.part
	}
	copy(r.net.G, r.gathered)
	if weight > 0 {
		kernel.Scale(r.net.G, nn.Real(1/weight))
		sum /= weight
	}
	r.update()
	return sum
}

// pass goes through the network and back with one part of a step. draw is the
// address of its random draws.
func (r *runner) pass(from, to int, draw uint64) float64 {
	x, y, steps := r.batches.train(from, to, int(draw))
	r.updater.rate = r.rate(r.Step)
	pass := nn.Pass{N: len(y), Train: true, Steps: steps, Seed: r.Seed, Step: draw, Team: r.team, Take: r.updater.take}
	logits := r.net.Forward(x, pass)
	loss, correct := r.loss.Of(logits, nn.Targets{Labels: y, Other: r.batches.other, Share: r.batches.share})
	for _, plain := range r.loss.Each[:len(y)] {
		r.Sums.Loss += plain
	}
	r.Sums.Correct += correct
	r.Sums.Examples += len(y)
	if r.Step == 0 && r.Sums.Examples == len(y) {
		r.InitialLoss = number(r.Sums.Loss / float64(len(y)))
	}
	if math.IsNaN(loss) {
		r.Sums.NonFinite += nonFinite(logits)
	} else {
		r.net.Backward(r.loss.Gradient(), pass)
	}
	return loss
}

// penalise adds the gradient of l1·Σ|w| over the weights that decay.
func (r *runner) penalise() {
	l1 := nn.Real(r.values.float("l1"))
	if l1 == 0 {
		return
	}
	for _, part := range r.trained {
		if !part.Decay {
			continue
		}
		g := r.net.G[part.From:part.To]
		for i, w := range r.net.W[part.From:part.To] {
			if w > 0 {
				g[i] += l1
			} else if w < 0 {
				g[i] -= l1
			}
		}
	}
}

// clipped bounds each number of the gradient, then its norm, where there are
// limits. It reports whether that changed anything.
func (r *runner) clipped(norm float64) bool {
	changed := false
	if limit := nn.Real(r.values.float("clip_value")); limit > 0 {
		for i, g := range r.net.G {
			if g > limit || g < -limit {
				r.net.G[i] = min(max(g, -limit), limit)
				changed = true
			}
		}
		if changed {
			norm = math.Sqrt(kernel.SumSquares(r.net.G))
		}
	}
	if r.clip > 0 && norm > r.clip {
		kernel.Scale(r.net.G, nn.Real(r.clip/norm))
		changed = true
	}
	return changed
}
