package samplertest

import (
	"fmt"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// namedSpace is a space that samplers have to cope with.
type namedSpace struct {
	name   string
	params []space.Param
	size   int // the number of configurations, 0 if there is no end
}

func choice(words ...string) space.Choice {
	var d space.Choice
	for _, w := range words {
		d.Values = append(d.Values, space.StringValue(w))
	}
	return d
}

func is(param, word string) []space.Condition {
	return []space.Condition{{Param: param, In: []space.Value{space.StringValue(word)}}}
}

var batches = space.Choice{Values: []space.Value{space.IntValue(32), space.IntValue(64), space.IntValue(128)}, Ordered: true}

// spaces are those that every sampler takes, a grid with five points included.
var spaces = []namedSpace{
	{name: "one of each", params: []space.Param{
		{Name: "lr", Domain: space.Float{Low: 1e-5, High: 1e-1, Log: true}, Default: space.FloatValue(1e-3)},
		{Name: "dropout", Domain: space.Float{Low: 0, High: 0.9}},
		{Name: "decay", Domain: space.Float{Low: 0, High: 1, Step: 0.25}},
		{Name: "depth", Domain: space.Int{Low: -1, High: 2}},
		{Name: "width", Domain: space.Int{Low: 1, High: 9, Log: true, Step: 2}},
		{Name: "optimizer", Domain: choice("sgd", "adamw", "lion")},
		{Name: "bias", Domain: space.Bool()},
	}},
	{name: "one float", params: []space.Param{{Name: "x", Domain: space.Float{Low: -5, High: 10}}}},
	{name: "nested conditions, children first", params: []space.Param{
		{Name: "nesterov", Domain: space.Bool(), When: []space.Condition{{Param: "momentum", Op: ">", Bound: space.FloatValue(0.85)}}},
		{Name: "momentum", Domain: space.Float{Low: 0.5, High: 0.99}, When: is("optimizer", "sgd")},
		{Name: "beta", Domain: space.Float{Low: 0.9, High: 0.999}, When: is("optimizer", "adamw")},
		{Name: "optimizer", Domain: choice("sgd", "adamw")},
	}},
	{name: "scaled", params: []space.Param{
		{Name: "lr", Domain: space.Float{Low: 1e-4, High: 1e-1, Log: true}, Scale: &space.Scale{To: "batch_size", Exponent: 0.5, At: 64}},
		{Name: "batch_size", Domain: batches},
		{Name: "warm", Domain: space.Float{Low: 1, High: 10}, Scale: &space.Scale{To: "lr", Exponent: -1, At: 0.01}},
	}},
	{name: "one configuration", size: 1, params: []space.Param{
		{Name: "lr", Domain: space.Float{Low: 0.01, High: 0.01}},
		{Name: "depth", Domain: space.Int{Low: 3, High: 3}},
		{Name: "net", Domain: choice("cnn")},
	}},
	{name: "finite", size: 3 * 2 * 5, params: []space.Param{
		{Name: "batch_size", Domain: batches, Default: space.IntValue(64)},
		{Name: "bias", Domain: space.Bool()},
		{Name: "decay", Domain: space.Float{Low: 0.1, High: 0.5, Step: 0.1}},
	}},
	// sgd with a warm-up of three lengths or none, adamw with three betas, lion.
	{name: "finite and conditional", size: 3 * (3 + 1 + 3 + 1), params: []space.Param{
		{Name: "warm_steps", Domain: space.Int{Low: 1, High: 100, Log: true, Step: 49}, When: is("warm", "yes")},
		{Name: "warm", Domain: choice("no", "yes"), When: is("optimizer", "sgd")},
		{Name: "beta", Domain: space.Float{Low: 0.9, High: 0.98, Step: 0.04}, When: is("optimizer", "adamw")},
		{Name: "optimizer", Domain: choice("sgd", "adamw", "lion"), Default: space.StringValue("lion")},
		{Name: "batch_size", Domain: batches},
	}},
	// On a log scale values have unequal shares, and 0.1 + 2·0.1 is not 0.3.
	{name: "finite and lopsided", size: 2 * 40, params: []space.Param{
		{Name: "width", Domain: space.Float{Low: 0.1, High: 4, Log: true, Step: 0.1}},
		{Name: "bias", Domain: space.Bool()},
	}},
}

// wide is a space that a sampler may refuse.
func wide() namedSpace {
	s := namedSpace{name: "two hundred parameters"}
	for i := range 200 {
		s.params = append(s.params, space.Param{Name: fmt.Sprintf("x%d", i), Domain: space.Float{Low: 0, High: 1}})
	}
	return s
}

// define is a study of the space, with two objectives.
func define(s namedSpace, seed uint64) *study.Definition {
	made, err := space.New(s.params)
	if err != nil {
		panic(fmt.Sprintf("samplertest: space %q: %v", s.name, err))
	}
	return &study.Definition{
		Name: "test", Space: made, Seed: seed,
		Objectives: []study.Objective{{Metric: "accuracy", Maximize: true}, {Metric: "seconds"}},
		Fidelity:   study.Fidelity{Step: "epoch", Max: 9},
	}
}
