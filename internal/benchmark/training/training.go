// Package training makes problems of real trainings: the built-in trainer's small tasks,
// a few epochs each. It is the slow suite: an evaluation takes a good part of a second.
//
// Nobody knows the best of these. The score is the validation loss as a share of the
// median of random configurations, measured once and written down here.
//
// Start reading at [Problems].
package training

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/danlu-ml/danlu/internal/benchmark/problem"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/trainer"
)

// task is a training of a few epochs.
type task struct {
	name, model string
	epochs      int
	median      float64 // validation loss of random configurations: TestMedians with DANLU_LONG=1
	widths      bool    // it has hidden layers
}

// Problems lists the suite.
func Problems() ([]problem.Problem, error) {
	var all []problem.Problem
	for _, t := range tasks {
		p, err := t.problem()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.name, err)
		}
		all = append(all, p)
	}
	return all, nil
}

func choice(words ...string) space.Choice {
	var c space.Choice
	for _, w := range words {
		c.Values = append(c.Values, space.StringValue(w))
	}
	return c
}

func (t task) problem() (problem.Problem, error) {
	only := func(param, value string) []space.Condition {
		return []space.Condition{{Param: param, In: []space.Value{space.StringValue(value)}}}
	}
	params := []space.Param{
		{Name: "lr", Domain: space.Float{Low: 1e-5, High: 1, Log: true}},
		{Name: "batch_size", Domain: space.Int{Low: 16, High: 512, Log: true}},
		{Name: "optimizer", Domain: choice("sgd", "adamw")},
		{Name: "momentum", Domain: space.Float{Low: 0, High: .99}, When: only("optimizer", "sgd")},
		{Name: "beta1", Domain: space.Float{Low: .5, High: .99}, When: only("optimizer", "adamw")},
		{Name: "weight_decay", Domain: space.Float{Low: 1e-6, High: 1e-1, Log: true}},
		{Name: "schedule", Domain: choice("constant", "cosine", "onecycle")},
		{Name: "pct_start", Domain: space.Float{Low: .05, High: .6}, When: only("schedule", "onecycle")},
	}
	if t.widths {
		params = append(params,
			space.Param{Name: "width", Domain: space.Int{Low: 8, High: 128, Log: true}},
			space.Param{Name: "dropout", Domain: space.Float{Low: 0, High: .7}},
			space.Param{Name: "activation", Domain: choice("relu", "tanh", "gelu")})
	}
	sp, err := space.New(params)
	if err != nil {
		return problem.Problem{}, err
	}
	return problem.Problem{
		Suite: "trainings", Family: "trainings", Name: t.name + "-" + t.model, Space: sp,
		Budget: 40, Marks: []int{10, 25, 50, 100},
		Open: func(seed uint64) (problem.Instance, error) {
			return &instance{task: t, seed: seed, best: math.Inf(1)}, nil
		},
	}, nil
}

// instance is a task as one run meets it: the seed is that of its trainings.
type instance struct {
	task  task
	seed  uint64
	asked []space.Values
	best  float64
}

// Start implements [problem.Instance].
func (r *instance) Start(asked space.Values) space.Values {
	r.asked = append(r.asked, asked)
	return nil
}

// Train implements [problem.Instance].
func (r *instance) Train(trial int, _ int64) problem.Result {
	loss, err := r.task.train(r.asked[trial], r.seed)
	if err != nil {
		panic(fmt.Sprintf("training: %s with %v: %v", r.task.name, r.asked[trial], err)) // the space is ours
	}
	if loss < r.best {
		r.best = loss
	}
	return problem.Result{Losses: []float64{loss}}
}

// Score implements [problem.Instance].
func (r *instance) Score() float64 {
	return problem.Regret(r.best, 0, r.task.median, problem.Floor)
}

// train is the validation loss after the last epoch, NaN where training diverged.
func (t task) train(vs space.Values, seed uint64) (float64, error) {
	set := map[string]string{}
	for name, v := range vs {
		set[name] = v.String()
	}
	loss := math.NaN()
	_, err := trainer.Run(context.Background(), trainer.Config{Task: t.name, Model: t.model, Set: set, Epochs: t.epochs, Seed: seed, Threads: 1}, func(e trainer.Epoch) bool {
		loss = e.ValLoss
		return true
	})
	if errors.Is(err, trainer.ErrDiverged) {
		return math.NaN(), nil
	}
	return loss, err
}

var tasks = []task{
	{"digits", "softmax", 6, .6880, false},
	{"digits", "mlp", 6, .8367, true},
	{"speech-frames", "softmax", 2, 2.1686, false},
	{"speech-frames", "mlp", 2, 2.3238, true},
	{"fashion-mnist", "softmax", 2, 1.1565, false},
}
