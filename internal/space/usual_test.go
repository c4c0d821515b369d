package space

import (
	"math"
	"testing"
)

func TestWhereTheUsualValueLies(t *testing.T) {
	for name, c := range map[string]struct {
		param Param
		want  float64 // NaN: nobody knows
	}{
		"momentum, by its name":        {Param{Name: "momentum", Domain: Float{Low: .8, High: 1}}, .5},
		"by its role":                  {Param{Name: "m", Role: "momentum", Domain: Float{Low: 0, High: .9}}, 1},
		"a role goes before a name":    {Param{Name: "momentum", Role: "width", Domain: Float{Low: .8, High: 1}}, math.NaN()},
		"on a log scale":               {Param{Name: "weight-decay", Domain: Float{Low: 1e-6, High: 1e-2, Log: true}}, .5},
		"Adam's first beta":            {Param{Name: "adam_beta1", Domain: Float{Low: .8, High: 1}}, .5},
		"and its second":               {Param{Name: "beta_2", Domain: Float{Low: .998, High: 1}}, .5},
		"of the complement":            {Param{Name: "one_minus_beta2", Domain: Float{Low: 1e-6, High: 1, Log: true}}, .5},
		"outside of the range":         {Param{Name: "momentum", Domain: Float{Low: .95, High: .99}}, math.NaN()},
		"whole numbers":                {Param{Name: "clip", Role: "clip_norm", Domain: Int{Low: 0, High: 2}}, .5},
		"the nearest of a list":        {Param{Name: "dropout", Domain: Choice{Values: []Value{FloatValue(0), FloatValue(.25), FloatValue(.5)}, Ordered: true}}, .5},
		"a list that ends before it":   {Param{Name: "dropout", Domain: Choice{Values: []Value{FloatValue(.3), FloatValue(.5)}, Ordered: true}}, math.NaN()},
		"a list without order":         {Param{Name: "dropout", Domain: Choice{Values: []Value{FloatValue(.1), FloatValue(.5)}}}, math.NaN()},
		"words":                        {Param{Name: "dropout", Domain: Choice{Values: []Value{StringValue("little"), StringValue("much")}, Ordered: true}}, math.NaN()},
		"what depends on the task":     {Param{Name: "learning_rate", Domain: Float{Low: 1e-5, High: 1e-1, Log: true}}, math.NaN()},
		"a name that says nothing":     {Param{Name: "x7", Domain: Float{Low: 0, High: 1}}, math.NaN()},
		"a name that only contains it": {Param{Name: "momentum_schedule", Domain: Float{Low: 0, High: 1}}, math.NaN()},
	} {
		t.Run(name, func(t *testing.T) {
			u, ok := c.param.Usual()
			if ok == math.IsNaN(c.want) || ok && math.Abs(u-c.want) > 1e-9 {
				t.Errorf("%g, %v, want %g", u, ok, c.want)
			}
		})
	}
}
