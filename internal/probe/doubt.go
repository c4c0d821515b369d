package probe

import (
	"cmp"
	"fmt"
	"math"
)

// enough is how many runs show that all of them are alike.
const enough = 4

// doubt is why nothing can be said, whatever more probes would bring; empty if
// there is hope.
func (f *field) doubt() string {
	var ended, bad, dead, mute int
	var why string
	for i := range f.tries {
		t := &f.tries[i]
		if t.verdict == going {
			continue
		}
		ended++
		switch t.verdict {
		case failed:
			bad++
			why = t.run.Why
		case diverged:
			dead++
			if f.instant(t) {
				mute++
			}
		}
	}
	switch {
	case bad > 0 && bad == ended && (bad >= 2 || f.at(0) != nil && f.at(0).verdict == failed):
		return fmt.Sprintf("the program fails: %s", why)
	case mute >= 3 && mute == ended && f.decades() >= 1:
		return fmt.Sprintf("%s is not finite from the first report on, at rates as far apart as %.3g and %.3g: it is not the rate; look for a wrong input or a division by zero", f.plan.word(), f.lowest(), f.highest())
	case ended >= enough && f.alike():
		return f.sameEverywhere()
	}
	return ""
}

// word is what the losses are called.
func (p Plan) word() string { return cmp.Or(p.Larger, "the loss") }

// value is a loss as the program reports it.
func (p Plan) value(loss float64) float64 {
	if p.Larger != "" {
		return -loss
	}
	return loss
}

// instant reports whether a run's first report already was not finite.
func (f *field) instant(t *try) bool {
	c := t.run.Curve
	return len(c) > 0 && (math.IsInf(c[0].Loss, 0) || math.IsNaN(c[0].Loss))
}

func (f *field) lowest() float64  { return f.tries[0].run.Rate }
func (f *field) highest() float64 { return f.tries[len(f.tries)-1].run.Rate }
func (f *field) decades() float64 { return math.Log10(f.highest() / f.lowest()) }

// alike reports whether at least [enough] runs, a decade and a half apart, have
// one and the same loss.
func (f *field) alike() bool {
	n := 0
	var first float64
	for i := range f.tries {
		t := &f.tries[i]
		if t.verdict == going {
			continue
		}
		if t.verdict != measured {
			return false
		}
		if n++; n == 1 {
			first = t.loss
		}
		if math.Abs(t.loss-first) > 1e-9*max(math.Abs(first), 1e-30) {
			return false
		}
	}
	return n >= enough && f.decades() >= 1.5
}

func (f *field) sameEverywhere() string {
	c := f.best.run.Curve
	for _, s := range c {
		if s.Loss != c[0].Loss {
			return fmt.Sprintf("%s is the same at every rate from %.3g to %.3g (%.6g at step %d): the program seems to ignore its learning rate; see how it gets it", f.plan.word(), f.lowest(), f.highest(), f.plan.value(f.best.loss), f.horizon)
		}
	}
	return fmt.Sprintf("%s is %.6g at every rate from %.3g to %.3g, and never changes: the program reports a constant", f.plan.word(), f.plan.value(f.best.loss), f.lowest(), f.highest())
}

// unsettled is why runs that ended as planned still say nothing.
func (f *field) unsettled() string {
	switch {
	case len(f.tries) == 0:
		return "no rate was tried"
	case f.best == nil:
		return fmt.Sprintf("every rate from %.3g to %.3g diverged; allow lower ones with --range", f.lowest(), f.highest())
	case len(f.tries) < 3:
		return "fewer than three rates were tried, which says nothing: allow a wider --range, or more --probes"
	case f.rises():
		way, see := "rises", "fall"
		if f.plan.Larger != "" {
			way, see = see+"s", "rise"
		}
		return fmt.Sprintf("%s only %s, at all of %d rates: at the best one from %.4g to %.4g by step %d; either that is too early to see it %s (--steps), or the program does not learn", f.plan.word(), way, len(f.tries), f.plan.value(f.best.run.Curve[0].Loss), f.plan.value(f.best.loss), f.horizon, see)
	}
	return ""
}

// noisy is what shows that the differences between rates are chance.
func (f *field) noisy() string {
	if f.best == nil || len(f.tries) < 3 {
		return ""
	}
	count, spread := f.roughness()
	switch {
	case f.best.noise > 0 && f.scale <= 6*f.best.noise:
		return fmt.Sprintf("%s is noisier than what the rate changes (%.3g beside %.3g): let probes run longer (--steps), or compare by a metric that is smoother (--metric)", f.plan.word(), 2*f.best.noise, f.scale)
	case count >= 5 && spread*6 > f.breadth() && f.breadth() > 0:
		return fmt.Sprintf("the losses over the rates go up and down without a shape (by %.3g, in a range of %.3g): that is noise; let probes run longer (--steps)", spread, f.breadth())
	}
	return ""
}

// rises reports whether no run has a lower loss at the horizon than at its first
// report. A run of two reports until then does not tell.
func (f *field) rises() bool {
	for i := range f.tries {
		t := &f.tries[i]
		if t.verdict == failed || t.verdict == going {
			continue
		}
		c := t.run.Curve
		if n := upTo(c, f.horizon); n < 3 || t.loss < c[0].Loss {
			return false
		}
	}
	return true
}

// breadth is the range of the losses measured.
func (f *field) breadth() float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for i := range f.tries {
		if t := &f.tries[i]; t.verdict == measured {
			low, high = min(low, t.loss), max(high, t.loss)
		}
	}
	return high - low
}

// roughness is the root mean square by which the measured losses depart from
// falling to one lowest rate and rising from it: what a rate does has one valley,
// and noise has many.
func (f *field) roughness() (n int, rms float64) {
	var ys []float64
	for i := range f.tries {
		if t := &f.tries[i]; t.verdict == measured {
			ys = append(ys, t.loss)
		}
	}
	least := math.Inf(1)
	for valley := range ys {
		var left, right []float64
		for i := valley; i >= 0; i-- {
			left = append(left, ys[i])
		}
		right = ys[valley:]
		least = min(least, departure(left)+departure(right))
	}
	return len(ys), math.Sqrt(least / float64(max(len(ys), 1)))
}

// departure is the least sum of squares between a sequence and one that never
// falls (pooling of adjacent violators).
func departure(ys []float64) float64 {
	type block struct{ sum, n float64 }
	var blocks []block
	for _, y := range ys {
		blocks = append(blocks, block{y, 1})
		for k := len(blocks) - 1; k > 0 && blocks[k-1].sum/blocks[k-1].n >= blocks[k].sum/blocks[k].n; k-- {
			blocks[k-1].sum += blocks[k].sum
			blocks[k-1].n += blocks[k].n
			blocks = blocks[:k]
		}
	}
	var total float64
	i := 0
	for _, b := range blocks {
		for range int(b.n) {
			d := ys[i] - b.sum/b.n
			total += d * d
			i++
		}
	}
	return total
}
