package function

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/danlu-ml/danlu/internal/space"
)

// Conditional problems with the parameters of real trainings. The losses are made up,
// from what such parameters do: learning rates have an optimum on a log scale that
// depends on the optimiser and on the batch, and falls off steeply above.

func optimiserParams() []space.Param {
	rate := space.Float{Low: 1e-5, High: 1, Log: true}
	return []space.Param{
		{Name: "optimizer", Domain: words("sgd", "adamw", "rmsprop")},
		{Name: "sgd_lr", Domain: rate, When: when("optimizer", "sgd")},
		{Name: "adamw_lr", Domain: rate, When: when("optimizer", "adamw")},
		{Name: "rmsprop_lr", Domain: rate, When: when("optimizer", "rmsprop")},
		{Name: "momentum", Domain: space.Float{Low: 0, High: .99}, When: when("optimizer", "sgd")},
		{Name: "beta2", Domain: space.Float{Low: .9, High: .9999}, When: when("optimizer", "adamw")},
		{Name: "batch_size", Domain: space.Int{Low: 16, High: 1024, Log: true}},
		{Name: "weight_decay", Domain: space.Float{Low: 1e-6, High: 1e-1, Log: true}},
		{Name: "schedule", Domain: words("constant", "step", "cosine")},
		{Name: "step_gamma", Domain: space.Float{Low: .05, High: .9}, When: when("schedule", "step")},
		{Name: "warmup", Domain: space.Float{Low: 0, High: .3}, When: when("schedule", "cosine")},
	}
}

// steep is a valley over log10 of a rate: beyond the optimum it rises four times as fast.
func steep(x float64) float64 {
	if x > 0 {
		return 1.6 * x * x / (1 + .2*x*x)
	}
	return .4 * x * x / (1 + .2*x*x)
}

func optimiserAt(rng *rand.Rand) (func(space.Values) float64, float64) {
	rates := map[string]float64{"sgd": -1.5 + rng.Float64(), "adamw": -3.5 + rng.Float64(), "rmsprop": -3.5 + rng.Float64()}
	floor := map[string]float64{"sgd": .03, "adamw": .03, "rmsprop": .08}
	floor[[]string{"sgd", "adamw"}[rng.IntN(2)]] = 0
	batch, decay := 4+5*rng.Float64(), -5+3*rng.Float64()
	momentum, beta2, gamma, warmup := .6+.35*rng.Float64(), .95+.04*rng.Float64(), .1+.4*rng.Float64(), .02+.2*rng.Float64()
	schedules := map[string]float64{"constant": .1, "step": .04, "cosine": 0}
	return func(vs space.Values) float64 {
		name := vs["optimizer"].Any().(string)
		b := math.Log2(vs["batch_size"].Float())
		b = min(max(b, 4), 10)
		rate := math.Log10(vs[name+"_lr"].Float())
		// The best rate grows with the root of the batch.
		sum := floor[name] + steep(rate-rates[name]-.15*(b-math.Round(batch))) + .01*square(b-math.Round(batch)) + .02*square(math.Log10(vs["weight_decay"].Float())-decay)
		switch name {
		case "sgd":
			sum += square(vs["momentum"].Float() - momentum)
		case "adamw":
			sum += 20 * square(vs["beta2"].Float()-beta2)
		}
		schedule := vs["schedule"].Any().(string)
		sum += schedules[schedule]
		switch schedule {
		case "step":
			sum += .1 * square(vs["step_gamma"].Float()-gamma)
		case "cosine":
			sum += square(vs["warmup"].Float() - warmup)
		}
		return sum
	}, 0
}

const mostLayers = 5

func layersParams() []space.Param {
	ps := []space.Param{
		{Name: "layers", Domain: space.Int{Low: 1, High: mostLayers}},
		{Name: "lr", Domain: space.Float{Low: 1e-5, High: 1e-1, Log: true}},
	}
	for i := 1; i <= mostLayers; i++ {
		var at []space.Value
		for n := i; n <= mostLayers; n++ {
			at = append(at, space.IntValue(int64(n)))
		}
		var on []space.Condition
		if i > 1 {
			on = []space.Condition{{Param: "layers", In: at}}
		}
		ps = append(ps,
			space.Param{Name: fmt.Sprintf("units%d", i), Domain: space.Int{Low: 8, High: 512, Log: true}, When: on},
			space.Param{Name: fmt.Sprintf("dropout%d", i), Domain: space.Float{Low: 0, High: .8}, When: on})
	}
	return ps
}

// layersAt: one depth is right; the best width falls from layer to layer, the best rate
// with depth.
func layersAt(rng *rand.Rand) (func(space.Values) float64, float64) {
	depth, rate := float64(2+rng.IntN(3)), -4+1.5*rng.Float64()
	widths, drops := make([]float64, mostLayers), make([]float64, mostLayers)
	w := 7 + 1.5*rng.Float64()
	for i := range widths {
		widths[i], drops[i] = math.Log2(math.Round(math.Exp2(w))), .05+.5*rng.Float64()
		w -= .2 + .4*rng.Float64()
	}
	return func(vs space.Values) float64 {
		n := vs["layers"].Float()
		sum := .05*math.Abs(n-depth) + steep(math.Log10(vs["lr"].Float())-rate+.2*(n-depth))
		for i := range int(n) {
			sum += .02*square(math.Log2(vs[fmt.Sprintf("units%d", i+1)].Float())-widths[i]) + .3*square(vs[fmt.Sprintf("dropout%d", i+1)].Float()-drops[i])
		}
		return sum
	}, 0
}

// classifierParams choose among kinds of model, as AutoML does.
func classifierParams() []space.Param {
	return []space.Param{
		{Name: "model", Domain: words("svm", "forest", "boosting", "mlp", "knn")},
		{Name: "scaling", Domain: words("none", "standard", "quantile")},
		{Name: "kernel", Domain: words("linear", "rbf", "poly"), When: when("model", "svm")},
		{Name: "c", Domain: space.Float{Low: 1e-3, High: 1e3, Log: true}, When: when("model", "svm")},
		{Name: "gamma", Domain: space.Float{Low: 1e-4, High: 1e1, Log: true}, When: when("kernel", "rbf", "poly")},
		{Name: "degree", Domain: space.Int{Low: 2, High: 5}, When: when("kernel", "poly")},
		{Name: "trees", Domain: space.Int{Low: 10, High: 1000, Log: true}, When: when("model", "forest", "boosting")},
		{Name: "depth", Domain: space.Int{Low: 1, High: 16}, When: when("model", "forest", "boosting")},
		{Name: "shrinkage", Domain: space.Float{Low: 1e-3, High: 1, Log: true}, When: when("model", "boosting")},
		{Name: "subsample", Domain: space.Float{Low: .3, High: 1}, When: when("model", "boosting")},
		{Name: "width", Domain: space.Int{Low: 8, High: 1024, Log: true}, When: when("model", "mlp")},
		{Name: "alpha", Domain: space.Float{Low: 1e-6, High: 1e-1, Log: true}, When: when("model", "mlp")},
		{Name: "neighbours", Domain: space.Int{Low: 1, High: 50, Log: true}, When: when("model", "knn")},
	}
}

// classifierAt gives every model its bowl, in the unit cube of its parameters; which
// model is best, and which scaling it likes, is the seed's.
func classifierAt(rng *rand.Rand) (func(space.Values) float64, float64) {
	sp, err := space.New(classifierParams())
	if err != nil {
		panic(err) // the problem itself was made of them
	}
	models := []string{"svm", "forest", "boosting", "mlp", "knn"}
	floor := map[string]float64{"knn": .15}
	for _, m := range models[:4] {
		floor[m] = .01 + .1*rng.Float64()
	}
	floor[models[rng.IntN(4)]] = 0
	kernels := map[string]float64{"linear": .05, "rbf": 0, "poly": .02}
	scalings := map[string]float64{}
	for i, k := range rng.Perm(3) {
		scalings[[]string{"none", "standard", "quantile"}[i]] = .03 * float64(k)
	}
	centre := make([]float64, sp.Len())
	for i := range centre {
		centre[i] = inner(rng)
		if n := sp.Param(i).Domain.Count(); n > 0 { // where a value is
			d := sp.Param(i).Domain
			centre[i] = d.Unit(d.At(centre[i]))
		}
	}
	return func(vs space.Values) float64 {
		u := sp.Unit(vs)
		sum := floor[vs["model"].Any().(string)] + scalings[vs["scaling"].Any().(string)]
		if k, there := vs["kernel"]; there {
			sum += kernels[k.Any().(string)]
		}
		for i, on := range sp.Active(vs) {
			if _, choice := sp.Param(i).Domain.(space.Choice); on && !choice {
				sum += square(u[i] - centre[i])
			}
		}
		return sum
	}, 0
}
