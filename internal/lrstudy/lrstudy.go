// Package lrstudy finds the learning rate of a study before the study is run: by
// one range test where the program can do that, else by short trainings at
// constant rates.
//
// Either is a study of its own, in a store of its own: it is driven by the
// ordinary runner, so that it survives being killed, runs once at a time and can
// be looked at like any other, and the user's study never sees its trials. What
// the curves mean is said by package lrfind, which rate to try next by package
// probe; here is what connects them to programs.
//
// Start reading at [Find].
package lrstudy

import (
	"cmp"
	"math"

	"github.com/danlu-ml/danlu/internal/aside"
	"github.com/danlu-ml/danlu/internal/probe"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// Method is how the rate is looked for.
type Method string

// The methods. Auto takes the range test where the program has one.
const (
	Auto   Method = "auto"
	Range  Method = "range"
	Probes Method = "probe"
)

// Ask is what a person wants to know; the zero value asks for the usual.
type Ask struct {
	Param     string  // the learning rate's name; empty: the one there is
	Method    Method  // empty: Auto
	Low, High float64 // rates to look at; 0: the parameter's own range and a little more
	Steps     int64   // how long a probe may run; 0: see [probe.Plan]
	Most      int     // probes at most; 0: see [probe.Plan]
	Metric    *study.Objective
	// Linear lets a range test rise by equal steps of the rate, not its logarithm.
	Linear bool
	// Schedule is the program's own, by its name in [sched.Names], and Warmup the
	// share of the training in which its rate rises before it; without them they
	// are the default configuration's, of the roles schedule and warmup.
	Schedule string
	Warmup   float64
	Parallel int // 0: the study's own
}

// question is an Ask about one study: what stays fixed, and what is tried.
type question struct {
	def   *study.Definition // the user's
	param *space.Param
	ask   Ask
	plan  probe.Plan // in rates as a probe has them
	share float64    // of the rate given, that a probe has: see reach
	// scale is what the program gets ÷ what the file says, where the rate scales with
	// another parameter: all rates here are those of the file.
	scale float64
}

func newQuestion(def *study.Definition, ask Ask) (*question, error) {
	p, err := aside.Param(def, "learning_rate", "--param", ask.Param)
	if err != nil {
		return nil, err
	}
	q := &question{def: def, param: p, ask: ask, share: 1, scale: aside.Scale(def, p)}
	q.plan = probe.Plan{
		Low: ask.Low, High: ask.High, Inside: ask.Low > 0, Start: q.current(),
		Full: def.Fidelity.Max, Steps: ask.Steps, Most: ask.Most,
	}
	if o := q.objective(); o.Maximize {
		q.plan.Larger = o.Metric
	}
	if ask.Low == 0 {
		if q.plan.Low, q.plan.High, err = bounds(def, p); err != nil {
			return nil, err
		}
	}
	q.share = q.reach()
	return q, nil
}

// objective is what rates are compared by.
func (q *question) objective() study.Objective {
	if q.ask.Metric != nil {
		return *q.ask.Metric
	}
	return q.def.Objectives[0]
}

// current is the rate of the study's default configuration, 0 if there is none.
func (q *question) current() float64 { return current(q.param) }

func current(p *space.Param) float64 {
	if x := p.Default.Float(); x > 0 { // NaN where there is none
		return x
	}
	return 0
}

// bounds are the rates that a parameter's domain spans.
func bounds(def *study.Definition, p *space.Param) (low, high float64, err error) {
	switch d := p.Domain.(type) {
	case space.Float:
		low, high = d.Low, d.High
	case space.Int:
		low, high = float64(d.Low), float64(d.High)
	case space.Choice:
		low, high = math.Inf(1), 0
		for _, v := range d.Values {
			if x := v.Float(); x > 0 {
				low, high = min(low, x), max(high, x)
			}
		}
	}
	if low <= 0 { // a linear scale from zero
		low = min(high/1e4, cmp.Or(current(p), high))
	}
	if !(high > 0) || math.IsInf(low, 0) {
		return 0, 0, aside.FileError(def, p.Name, "params.%s is to be the learning rate, and it is %s: it has no number above zero", p.Name, p.Domain)
	}
	if low >= high*0.99 {
		low, high = high/30, high*30
	}
	return low, high, nil
}

// aside is a study beside the user's, with all rates that may be tried.
func (q *question) aside(suffix string, plan any) (*study.Definition, error) {
	rates := space.Float{Low: q.plan.Low * q.scale / 20, High: q.plan.High * q.scale / q.share * 20, Log: true}
	def, err := aside.Define(q.def, q.def.Name+suffix, deciderName, q.param, rates, plan)
	if err != nil {
		return nil, err
	}
	def.Objectives = []study.Objective{q.objective()}
	def.Parallel = cmp.Or(q.ask.Parallel, def.Parallel)
	return def, nil
}

// at is the study's default configuration with another rate, in the space of a
// study beside it.
func (q *question) at(sp *space.Space, rate float64) (space.Values, error) {
	return aside.At(q.def, sp, q.param.Name, space.FloatValue(rate*q.scale))
}
