package spec

import "github.com/danlu-ml/danlu/internal/space"

const (
	priorNearExample   = "prior: {near: 1e-3, within: 3}"
	priorChoiceExample = "prior: {adamw: 3, sgd: 1}"
)

// readPrior reads {near: value, within: 3}, or a weight a value where the
// parameter is a choice.
func (p *param) readPrior(r *reader) {
	n, what := p.prior, p.what("prior")
	_, choice := p.Domain.(space.Choice)
	if n.kind != mapKind || len(n.keys) == 0 {
		want := "the likeliest value and how far off the best may be, as in " + priorNearExample
		if choice {
			want = "weights of values, as in " + priorChoiceExample
		}
		r.wrong(n, what, want)
		return
	}
	p.Prior = &space.Prior{}
	for _, e := range n.keys {
		at := what + "." + e.key
		switch {
		case e.value.kind == nullKind:
			r.failAt(e.line, "%s has no value; give it one, or take the line out", at)
		case choice:
			if w, ok := r.number(e.value, at, "a weight, a number, as in "+priorChoiceExample); ok {
				if p.Prior.Weights == nil {
					p.Prior.Weights = map[string]float64{}
				}
				p.Prior.Weights[e.key] = w
			}
		case e.key == "near":
			p.Prior.Near, _ = r.value(e.value, at)
		case e.key == "within":
			var ok bool
			if p.Prior.Within, ok = r.number(e.value, at, "a number, as in "+priorNearExample); ok && p.Prior.Within == 0 {
				r.failAt(e.line, "%s is 0, which leaves nothing to search; leave it out for a sixth of the scale, or give a default", at)
			}
		default:
			r.unknownKey(e, what, []string{"near", "within"})
		}
	}
}
