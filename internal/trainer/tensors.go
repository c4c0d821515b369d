package trainer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/danlu-ml/danlu/internal/trainer/nn"
	"github.com/danlu-ml/danlu/internal/trainer/optim"
)

// group is a part of a network by the start of its tensors' names, and the factor
// of its learning rate.
type group struct {
	prefix string
	factor float64
}

// groups reads lr_groups, like embed=0.1,head=2.
func groups(text string) ([]group, error) {
	var all []group
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		prefix, number, _ := strings.Cut(part, "=")
		factor, err := strconv.ParseFloat(number, 64)
		if prefix == "" || err != nil || !(factor > 0 && factor <= 1e6) {
			return nil, fmt.Errorf("%w: lr_groups=%s: give names of layers with factors above 0, like embed=0.1,head=2; freeze keeps a layer as it is", ErrConfig, text)
		}
		all = append(all, group{strings.TrimSpace(prefix), factor})
	}
	return all, nil
}

// prefixes reads freeze, like embed,conv1.
func prefixes(text string) []string {
	var all []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

// begins says whether a tensor belongs to a prefix: layer1 has layer1.0.weight
// and not layer10.weight.
func begins(name, prefix string) bool {
	rest, ok := strings.CutPrefix(name, strings.TrimSuffix(prefix, "."))
	return ok && (rest == "" || rest[0] == '.')
}

// ranges are the parts of the parameters that are trained: with or without weight
// decay, each with the factor of its rate. What freeze names is none of them.
func ranges(net *nn.Network, v values) ([]optim.Range, error) {
	gs, err := groups(v["lr_groups"])
	if err != nil {
		return nil, err
	}
	frozen := prefixes(v["freeze"])
	for _, prefix := range frozen {
		if err := named(net, "freeze", prefix); err != nil {
			return nil, err
		}
	}
	for _, g := range gs {
		if err := named(net, "lr_groups", g.prefix); err != nil {
			return nil, err
		}
	}
	net.Freeze(func(name string) bool {
		return slices.ContainsFunc(frozen, func(prefix string) bool { return begins(name, prefix) })
	})
	var out []optim.Range
	at := 0
	for _, p := range net.Params {
		part := optim.Range{From: at, To: at + p.Size, Decay: v.bool("decay_bias") || p.Role == nn.Weight, Factor: 1}
		at += p.Size
		if p.Frozen {
			continue
		}
		longest := -1
		for _, g := range gs { // the closest name decides
			if begins(p.Name, g.prefix) && len(g.prefix) > longest {
				part.Factor, longest = g.factor, len(g.prefix)
			}
		}
		if n := len(out); n > 0 && out[n-1].To == part.From && out[n-1].Decay == part.Decay && out[n-1].Factor == part.Factor {
			out[n-1].To = part.To
		} else {
			out = append(out, part)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%w: freeze=%s: nothing is left to train: name fewer layers", ErrConfig, v["freeze"])
	}
	return out, nil
}

// named refuses a prefix that no tensor has.
func named(net *nn.Network, setting, prefix string) error {
	var layers []string
	for _, p := range net.Params {
		if begins(p.Name, prefix) {
			return nil
		}
		if layer, _, _ := strings.Cut(p.Name, "."); !slices.Contains(layers, layer) {
			layers = append(layers, layer)
		}
	}
	return fmt.Errorf("setting %s: %w", setting, unknown("layer", prefix, layers))
}

// classWeights reads class_weights: "" for none, "balanced" for the inverse of
// the classes' frequencies, n ÷ (C·n_c), or a number for each class.
func classWeights(text string, classes []string, labels []int32, rows []int32) ([]float64, error) {
	switch text {
	case "", "none":
		return nil, nil
	case "balanced":
		weights := make([]float64, len(classes))
		for _, row := range rows {
			weights[labels[row]]++
		}
		for c, n := range weights {
			weights[c] = 1
			if n > 0 { // a class without examples is never asked for
				weights[c] = float64(len(rows)) / (float64(len(classes)) * n)
			}
		}
		return weights, nil
	}
	var weights []float64
	for part := range strings.SplitSeq(text, ",") {
		w, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || !(w >= 0 && w <= 1e9) {
			return nil, fmt.Errorf("%w: class_weights=%s: give balanced, or a number for each class, like 1,2,0.5", ErrConfig, text)
		}
		weights = append(weights, w)
	}
	if len(weights) != len(classes) {
		return nil, fmt.Errorf("%w: class_weights=%s: %d numbers for %d classes: give one for each of %s", ErrConfig, text,
			len(weights), len(classes), strings.Join(classes, ", "))
	}
	return weights, nil
}
