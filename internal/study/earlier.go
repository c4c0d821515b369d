package study

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/danlu-ml/danlu/internal/space"
)

type (
	// Informed tells a study what an earlier one found, once and for all: the
	// study does not depend on the other's log from then on.
	Informed struct {
		Study  string        `json:"study"` // its name, with the store's file behind an @ where it is another
		Trials []Observation `json:"trials"`
	}

	// Observation is a trial of an earlier study.
	Observation struct {
		Params space.Values `json:"params"`
		// Loss is only good for comparing trials of that study.
		Loss float64 `json:"loss"`
		// Bad marks one that diverged, failed or was infeasible.
		Bad bool `json:"bad,omitempty"`
	}

	// Earlier is what is known of an earlier study, in terms of this one.
	Earlier struct {
		Study  string
		Trials []Seen // the best first; those outside of this study's space are left out
		told   Informed
	}

	// Seen is a trial of an earlier study, where it lies in this one's space.
	Seen struct {
		Params space.Values
		Unit   []float64
		Loss   float64 // +Inf where it was bad; only its order within the study means anything
	}
)

// Kind implements [Body].
func (Informed) Kind() string { return "informed" }

// told is how many trials of an earlier study are kept at most.
const told = 1000

// Tell makes of a study what another one can use: its ended trials with the first
// objective's loss; of very many, the best half and some of the rest. name is what
// the other one calls it.
func Tell(v *View, name string) Informed {
	in := Informed{Study: name}
	for _, t := range v.Trials {
		o := Observation{Params: t.Params, Loss: t.Loss()}
		switch {
		case t.State == Completed && !math.IsInf(o.Loss, 1):
		case t.State == Diverged || t.State == Infeasible || t.State == Failed:
			o.Loss, o.Bad = 0, true
		default:
			continue
		}
		in.Trials = append(in.Trials, o)
	}
	slices.SortStableFunc(in.Trials, Observation.compare)
	if n := len(in.Trials); n > told {
		rest := in.Trials[told/2:]
		in.Trials = in.Trials[: told/2 : told/2]
		for i := range told / 2 {
			in.Trials = append(in.Trials, rest[i*len(rest)/(told/2)])
		}
	}
	return in
}

func (o Observation) compare(p Observation) int {
	if o.Bad != p.Bad {
		return map[bool]int{false: -1, true: 1}[o.Bad]
	}
	return cmp.Compare(o.Loss, p.Loss)
}

// Overlap says how many of an earlier study's trials lie within a space; the error
// is that the two have no parameter in common, or none lies there.
func (b Informed) Overlap(s *space.Space) (int, error) {
	n := len(b.adopt(s).Trials)
	if n == 0 {
		return 0, fmt.Errorf("of the %d ended trials of study %s none lies in this study's ranges: warm_from needs a study with parameters of the same names", len(b.Trials), b.Study)
	}
	return n, nil
}

func (b Informed) adopt(s *space.Space) Earlier {
	e := Earlier{Study: b.Study, told: b}
	for _, o := range b.Trials {
		params, ok := s.Adopt(o.Params)
		if !ok {
			continue
		}
		loss := o.Loss
		if o.Bad {
			loss = math.Inf(1)
		}
		e.Trials = append(e.Trials, Seen{Params: params, Unit: s.Unit(params), Loss: loss})
	}
	slices.SortStableFunc(e.Trials, func(a, b Seen) int { return cmp.Compare(a.Loss, b.Loss) })
	return e
}

// inform takes an earlier study in; a second word on the same one replaces the
// first.
func (v *View) inform(b Informed) {
	e := b.adopt(v.Def.Space)
	if i := slices.IndexFunc(v.Earlier, func(e Earlier) bool { return e.Study == b.Study }); i >= 0 {
		v.Earlier[i] = e
		return
	}
	v.Earlier = append(v.Earlier, e)
}
