package lrfind

import "slices"

// candidates are the rates of all rules that find one.
func candidates(curve []Point, d *descent) []Candidate {
	whole := curve
	if n := slices.IndexFunc(curve, func(p Point) bool { return p.Loss-p.Loss != 0 }); n >= 0 {
		whole = curve[:n] // as fastai cuts it
	}
	var all []Candidate
	add := func(name string, at int, factor float64, help string) {
		if at >= 0 {
			all = append(all, Candidate{Name: name, LR: factor * whole[at].LR, Help: help})
		}
	}
	if d.fell() {
		add("max_stable", d.stable, 1, "the largest that keeps three quarters of the fall")
		add("before_descent", d.tenth, 1, "where a tenth of the fall is done")
	}
	add("steepest", steepest(whole), 1, "torch-lr-finder: the steepest fall")
	add("valley", valley(whole), 1, "fastai: half-way along the longest descent")
	add("minimum_over_10", lowest(whole), 0.1, "fastai: a tenth of where the loss is least")
	shown := len(all)
	add("fastai_steep", steepStep(whole), 1, "fastai: the steepest step")
	add("fastai_slide", slide(whole), 1, "fastai: the first equal slopes from above")
	add("lightning", lightning(whole), 1, "Lightning: the steepest fall by the rate itself")
	for i := range all[shown:] {
		all[shown+i].Aside = true
	}
	return all
}
