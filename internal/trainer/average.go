package trainer

import (
	"github.com/danlu-ml/danlu/internal/trainer/kernel"
	"github.com/danlu-ml/danlu/internal/trainer/nn"
)

// averages follow the parameters and statistics of a network over the steps, each
// time taking over the share 1 − d of the difference: an exponential moving
// average. d is min(decay, (1+t) ÷ (10+t)) at step t, so that the first steps
// don't weigh for ever.
type averages struct {
	decay float64 // 0: none are kept
	w     []nn.Real
	stats []nn.Real
}

func newAverages(decay float64, net *nn.Network) averages {
	a := averages{decay: decay}
	if decay > 0 {
		a.w, a.stats = make([]nn.Real, len(net.W)), make([]nn.Real, len(net.Stats))
		a.reset(net)
	}
	return a
}

// reset starts at what the network has.
func (a *averages) reset(net *nn.Network) {
	copy(a.w, net.W)
	copy(a.stats, net.Stats)
}

// average takes in the parameters after a step.
func (r *runner) average() {
	a := &r.averages
	if a.decay == 0 {
		return
	}
	t := float64(r.Step)
	take := nn.Real(1 - min(a.decay, (1+t)/(10+t)))
	kernel.Combine(a.w, 1-take, a.w, take, r.net.W, 0)
	for i, s := range r.net.Stats {
		a.stats[i] += take * (s - a.stats[i])
	}
}

// swap exchanges the network's numbers and their averages, if any are kept.
func (a *averages) swap(net *nn.Network) {
	for i := range a.w {
		a.w[i], net.W[i] = net.W[i], a.w[i]
	}
	for i := range a.stats {
		a.stats[i], net.Stats[i] = net.Stats[i], a.stats[i]
	}
}
