package spec

import (
	"slices"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// axis is a fidelity under construction: what max means hangs on param.
type axis struct {
	study.Fidelity
	min, max, multiple *node
}

const overExample = "fidelity: {param: data_fraction, min: 0.1, max: 1}"

var fidelityObject = &object[axis]{
	what: "fidelity", example: "fidelity: {step: epoch, max: 30}",
	fields: []field[axis]{
		{key: "step", read: func(r *reader, n *node, f *axis) {
			f.Step, _ = r.text(n, "fidelity.step", "what a step is called, as in step: epoch")
		}},
		{key: "max", read: func(_ *reader, n *node, f *axis) { f.max = n }},
		{key: "resume", read: func(r *reader, n *node, f *axis) {
			yes := r.bool(n, "fidelity.resume")
			f.Resume = &yes
		}},
		{key: "param", read: func(r *reader, n *node, f *axis) {
			f.Param, _ = r.text(n, "fidelity.param", "the parameter of the program that makes trainings cheap or dear, as in param: data_fraction")
		}},
		{key: "min", read: func(_ *reader, n *node, f *axis) { f.min = n }},
		{key: "multiple", read: func(_ *reader, n *node, f *axis) { f.multiple = n }},
	},
}

func readFidelity(r *reader, n *node, d *draft) {
	var f axis
	if !readFields(r, n, fidelityObject, &f) {
		return
	}
	if f.Param != "" {
		d.Fidelity = r.over(n, f)
		return
	}
	if f.min != nil || f.multiple != nil {
		r.fail(n, "fidelity.min and fidelity.multiple go with fidelity.param, as in %s", overExample)
	}
	if f.max != nil {
		f.Max, _ = r.whole(f.max, "fidelity.max", "the last step as a whole number, as in max: 30", 1)
	}
	d.Fidelity = f.Fidelity
}

// over reads the fidelity that is a parameter's.
func (r *reader) over(n *node, f axis) study.Fidelity {
	if f.Step != "" {
		r.fail(n, "fidelity has both param and step: a training is compared by its steps, or whole trainings by a parameter; leave one out")
	}
	if f.min == nil || f.max == nil {
		r.fail(n, "fidelity.param needs the least and the full value of %s, as in %s", f.Param, overExample)
		return study.Fidelity{}
	}
	low, ok := r.number(f.min, "fidelity.min", "a number, as in min: 0.1")
	high, okay := r.number(f.max, "fidelity.max", "a number, as in max: 1")
	if ok && okay && (low <= 0 || low >= high || high > 1e9) {
		r.fail(n, "fidelity goes from %v to %v; want a least value above 0 and a larger full one, as in %s", low, high, overExample)
		return study.Fidelity{}
	}
	var multiple int64
	if f.multiple != nil {
		multiple, _ = r.whole(f.multiple, "fidelity.multiple", "a whole number that values are to be multiples of, as in multiple: 32", 1)
	}
	over := study.Over(f.Param, low, high, multiple)
	over.Resume = f.Resume
	return over
}

// checkFidelity sees to what a fidelity that is a parameter needs of other keys, and
// is the space with that parameter in it.
func (r *reader) checkFidelity(root *node, d *draft) *space.Space {
	f := d.Fidelity
	if f.Param == "" {
		return d.Space
	}
	n := root.get("fidelity")
	if d.Space.Index(f.Param) >= 0 {
		r.fail(n, "%s is searched, under params, and is the fidelity; take it out of params", f.Param)
		return d.Space
	}
	if d.Budget.Steps > 0 {
		r.fail(root.get("budget"), "budget.steps counts steps of trainings, and fidelity.param compares whole trainings; give budget: {trials: 60} or {time: 2h}")
	}
	var params []space.Param
	for i := range d.Space.Len() {
		params = append(params, *d.Space.Param(i))
	}
	whole, err := space.New(append(slices.Clip(params), space.Param{Name: f.Param, Domain: space.Float{Low: f.Low, High: f.High}}))
	if err != nil {
		r.fail(n, "fidelity.param: %v", err)
		return d.Space
	}
	return whole
}
