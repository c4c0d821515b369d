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
		Study  string        `json:"study"`        // its name, with the store's file behind an @ where it is another
		By     string        `json:"by,omitempty"` // its own objective, where that says what was good; empty: this study's does
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

// Tell makes of a study what another one can use: its ended trials with their loss; of
// very many, the best half and some of the rest. name is what the other one calls it, and
// objectives are the other one's: the loss is by the first of them that the trials have a
// value of, if there is one, else by the study's own.
func Tell(v *View, name string, objectives []Objective) Informed {
	in := Informed{Study: name}
	loss, ok := judged(v, objectives)
	if !ok {
		in.By = v.Def.Objectives[0].String()
	}
	for _, t := range v.Trials {
		o := Observation{Params: t.Params}
		switch {
		case t.State == Completed:
			if o.Loss = loss(t); math.IsInf(o.Loss, 1) {
				continue
			}
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

// judged is the loss of a study's completed trials by the first of some objectives that
// all of them have a value of; ok is false, and the loss the study's own, where there is none.
func judged(v *View, objectives []Objective) (loss func(*Trial) float64, ok bool) {
	for _, o := range objectives {
		if own := v.Def.Objectives[0]; own.Metric == o.Metric && own.Maximize == o.Maximize {
			return (*Trial).Loss, true
		}
		unknown := func(t *Trial) bool {
			_, ok := t.measured(o.Metric)
			return t.State == Completed && !ok
		}
		if !slices.ContainsFunc(v.Trials, unknown) {
			return func(t *Trial) float64 {
				x, _ := t.measured(o.Metric)
				return o.Loss(x)
			}, true
		}
	}
	return (*Trial).Loss, false
}

// measured is what a trial ended with in a metric, be it an objective or not.
func (t *Trial) measured(metric string) (x float64, ok bool) {
	if x, ok = t.Values[metric]; ok {
		return x, true
	}
	if s := t.Metrics[metric]; s != nil {
		return s.Last, true
	}
	return 0, false
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
