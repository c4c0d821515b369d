package sampler

import (
	"math"

	"github.com/danlu-ml/danlu/internal/study"
)

// heritage is what earlier studies add to the evidence: their good trials and the
// rest, each divided among its own, and what one of them weighs beside a recent
// trial of the study. A weight of 0 means nothing.
type heritage struct {
	good, rest []*study.Trial
	weight     float64
}

// fading is after how many own results a trial of an earlier study weighs half.
const fading = 10

// recall takes in what earlier studies found, as far as own results agree: by the
// rank correlation of the losses with what the earlier trials alone make of the
// same configurations. Studies that mislead are forgotten so.
func (s *tpe) recall(v *study.View, e evidence) heritage {
	var p heritage
	for _, from := range v.Earlier {
		k := min(int(math.Ceil(s.options.Gamma*float64(len(from.Trials)))), 25)
		for i, t := range from.Trials {
			one := &study.Trial{Params: t.Params, Unit: t.Unit}
			if i < k && !math.IsInf(t.Loss, 1) {
				p.good = append(p.good, one)
			} else {
				p.rest = append(p.rest, one)
			}
		}
	}
	if len(p.good) == 0 || len(s.groups) == 0 {
		return heritage{}
	}
	alone := p
	alone.weight = 1
	m := s.model(v.Def.Space, evidence{}, alone, s.newPairs())
	p.weight = trust(v, m.ratioOf) * fading / (fading + float64(e.finished))
	return p
}

// ratioOf is the ratio of the densities at a trial, over the groups it has.
func (m *tpeModel) ratioOf(t *study.Trial) float64 {
	sum := 0.0
	for g := range m.pairs {
		p := &m.pairs[g]
		if x := addRows(nil, m.space, p.params, []*study.Trial{t}); len(x) > 0 {
			sum += p.ratio(x)
		}
	}
	return sum
}
