package danlu

import (
	"fmt"

	"github.com/danlu-ml/danlu/internal/space"
)

// Param is one parameter of a search space. Make it with [Float], [Int], [Choice]
// or [Bool], and refine it with its methods, each of which returns a changed copy.
type Param struct {
	p   space.Param
	err error
}

// Float is a real parameter in [low, high].
func Float(name string, low, high float64) Param {
	return Param{p: space.Param{Name: name, Domain: space.Float{Low: low, High: high}}}
}

// Int is an integer parameter in [low, high], both included.
func Int(name string, low, high int) Param {
	return Param{p: space.Param{Name: name, Domain: space.Int{Low: int64(low), High: int64(high)}}}
}

// Choice is one of some values: numbers, strings or booleans.
func Choice[T any](name string, values ...T) Param {
	c := space.Choice{}
	q := Param{}
	for _, x := range values {
		v, err := space.ValueOf(x)
		if err != nil {
			q.err = err
		}
		c.Values = append(c.Values, v)
	}
	q.p = space.Param{Name: name, Domain: c}
	return q
}

// Bool is true or false.
func Bool(name string) Param {
	return Param{p: space.Param{Name: name, Domain: space.Bool()}}
}

// Log puts a number on a logarithmic scale, for what multiplies: learning rates,
// weight decay, widths.
func (q Param) Log() Param {
	switch d := q.p.Domain.(type) {
	case space.Float:
		d.Log = true
		q.p.Domain = d
	case space.Int:
		d.Log = true
		q.p.Domain = d
	}
	return q
}

// Step keeps a number to low, low + step, and so on. An integer takes whole steps.
func (q Param) Step(step float64) Param {
	switch d := q.p.Domain.(type) {
	case space.Float:
		d.Step = step
		q.p.Domain = d
	case space.Int:
		if d.Step = int64(step); float64(d.Step) != step {
			q.err = fmt.Errorf("step %v of %s is not a whole number; make the parameter a Float", step, q.p.Name)
		}
		q.p.Domain = d
	}
	return q
}

// Ordered says that neighbouring choices are alike, as batch sizes are.
func (q Param) Ordered() Param {
	if d, ok := q.p.Domain.(space.Choice); ok {
		d.Ordered = true
		q.p.Domain = d
	}
	return q
}

// Default is the value to start from. A study with any default tries the
// configuration of its defaults first.
func (q Param) Default(value any) Param {
	v, err := space.ValueOf(value)
	if err != nil {
		q.err = err
	}
	q.p.Default = v
	return q
}

// Near says where you believe the best value of a number to be: near value and,
// within one standard deviation, at most within away from it, which is a factor on
// a logarithmic scale and a distance on another; 0 is a sixth of the scale. Samplers
// look there first, and less and less as results come in.
func (q Param) Near(value any, within float64) Param {
	v, err := space.ValueOf(value)
	if err != nil {
		q.err = err
	}
	q.p.Prior = &space.Prior{Near: v, Within: within}
	return q
}

// Weigh says how much likelier than others you believe a value of a choice to be
// the best one; others have the weight 1.
func (q Param) Weigh(value any, weight float64) Param {
	v, err := space.ValueOf(value)
	if err != nil {
		q.err = err
	}
	prior := space.Prior{Weights: map[string]float64{v.String(): weight}}
	if q.p.Prior != nil {
		for word, w := range q.p.Prior.Weights {
			if word != v.String() {
				prior.Weights[word] = w
			}
		}
	}
	q.p.Prior = &prior
	return q
}

// When lets the parameter exist only while another one has one of these values.
func (q Param) When(param string, values ...any) Param {
	c := space.Condition{Param: param}
	for _, x := range values {
		v, err := space.ValueOf(x)
		if err != nil {
			q.err = err
		}
		c.In = append(c.In, v)
	}
	q.p.When = append(q.p.When[:len(q.p.When):len(q.p.When)], c)
	return q
}

// ScalesWith multiplies the parameter by (other / at)^exponent: a learning rate
// that grows with the square root of the batch size has the exponent 0.5.
func (q Param) ScalesWith(other string, exponent, at float64) Param {
	q.p.Scale = &space.Scale{To: other, Exponent: exponent, At: at}
	return q
}

// Role says what the parameter is to a training: "learning_rate", "dropout", ….
func (q Param) Role(role string) Param {
	q.p.Role = role
	return q
}

func newSpace(params []Param) (*space.Space, error) {
	ps := make([]space.Param, len(params))
	for i, q := range params {
		if q.err != nil {
			return nil, q.err
		}
		ps[i] = q.p
	}
	return space.New(ps)
}
