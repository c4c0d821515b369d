package probe

import "fmt"

// Share of the horizon after which a run is compared, and the share of the best
// run's progress below which it has no prospect.
const (
	patience = 3 // a third of the horizon
	lag      = 0.5
)

// Judge says, after a report of run i, whether it can end: it has reached the
// horizon, or it has made less than half of the progress of another one at the
// same step.
func (p Plan) Judge(runs []Run, i int) (stop bool, why string) {
	h := p.Horizon(runs)
	if runs[i].last() >= h {
		return true, fmt.Sprintf("measured at step %d", runs[i].last())
	}
	f := &field{plan: p, horizon: h, start: beginning(runs, h)}
	return f.judge(runs, i)
}

func (f *field) judge(runs []Run, i int) (stop bool, why string) {
	r := &runs[i]
	step := r.last()
	if step*patience < f.horizon || step == 0 {
		return false, ""
	}
	own, noise := tail(r.Curve, step)
	for j := range runs {
		if j == i || runs[j].last() < step {
			continue
		}
		best, other := tail(runs[j].Curve, step)
		gained, gap := f.start-best, best-own
		if gained > 3*other && f.start-own < lag*gained && -gap > 3*(noise+other) {
			return true, fmt.Sprintf("at step %d it is at %.4g, and rate %.3g at %.4g", step, f.plan.value(own), runs[j].Rate, f.plan.value(best))
		}
	}
	return false, ""
}
