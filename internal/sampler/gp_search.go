package sampler

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/danlu-ml/danlu/internal/gp"
	"github.com/danlu-ml/danlu/internal/sobol"
	"github.com/danlu-ml/danlu/internal/space"
)

const (
	refined   = 8    // candidates from which the search goes on
	leaders   = 5    // best trials whose neighbourhood is searched
	perturbed = 200  // candidates there
	permitted = 200  // candidates wanted where there are constraints
	smallest  = 2000 // configurations up to which all are candidates
)

// search lists points of the unit cube, the best first: candidates refined, then
// as they were.
func (s *process) search(ctx context.Context, a *aim, f *fresh) [][]float64 {
	c := s.columns
	us := s.candidates(a, f)
	n := len(us)
	if n == 0 {
		return nil
	}
	x := make([]float64, n*c.shape.Columns)
	on := make([]bool, c.space.Len())
	for i, u := range us {
		c.settle(u, on)
		c.row(u, on, x[i*c.shape.Columns:(i+1)*c.shape.Columns])
	}
	values := make([]float64, n)
	a.many(x, values)
	for i, u := range us {
		values[i] = -(values[i] + a.prior(c.space, u))
	}
	order := argsort(values)
	sorted := make([][]float64, n)
	for k, i := range order {
		sorted[k] = us[i]
	}
	if s.all != nil && s.all.size <= smallest || len(c.numbers)+len(c.codes) == 0 {
		return sorted
	}
	type result struct {
		u     []float64
		value float64
	}
	var best []result
	climb := newClimb(c, a, f)
	for k := 0; k < n && len(best) < refined && ctx.Err() == nil; k++ {
		u := slices.Clone(sorted[k])
		if slices.ContainsFunc(best, func(r result) bool { return slices.Equal(r.u, u) }) {
			continue
		}
		best = append(best, result{u, climb.from(u)})
	}
	slices.SortStableFunc(best, func(a, b result) int { return cmp.Compare(b.value, a.value) })
	out := make([][]float64, 0, n+len(best))
	for _, r := range best {
		out = append(out, r.u)
	}
	return append(out, sorted...)
}

// candidates are all configurations left of a small space; else an even spread
// and neighbours of the best trials.
func (s *process) candidates(a *aim, f *fresh) [][]float64 {
	if a.local {
		return a.scatter(f.rng)
	}
	d := s.columns.space.Len()
	if s.all != nil && s.all.size <= smallest {
		var us [][]float64
		for _, i := range f.tried.missing(s.all, f.space) {
			us = append(us, s.all.at(i))
		}
		return us
	}
	count := s.options.Candidates
	if count == 0 {
		count = min(max(100_000/len(a.trials), 250), 1000)
	}
	room := make([]float64, (count+perturbed)*d)
	us := make([][]float64, count+perturbed)
	for i := range us {
		us[i] = room[i*d : i*d+d : i*d+d]
	}
	points, err := sobol.Scrambled(d, f.rng.Uint64())
	for i, u := range us[:count] {
		if err == nil {
			points.At(uint32(i), u)
			continue
		}
		uniform(f.rng, u)
	}
	if a.belief > 0 {
		for i := 0; i < count; i += 2 {
			f.space.Believe(us[i])
		}
	}
	near := a.trials[:min(leaders, len(a.trials))]
	for i, u := range us[count:] {
		copy(u, near[i%len(near)].Unit)
		s.perturb(f, u, i)
	}
	if f.ok == nil {
		return us
	}
	us = slices.DeleteFunc(us, func(u []float64) bool { return !f.allows(f.space.At(u)) })
	return s.permit(a, f, us)
}

// permit adds to candidates that keep to constraints, where these leave few, neighbours of
// trials, which keep to them too: of 4,000 at most.
func (s *process) permit(a *aim, f *fresh, us [][]float64) [][]float64 {
	u := make([]float64, s.columns.space.Len())
	for i := 0; i < 20*permitted && len(us) < permitted; i++ {
		copy(u, a.trials[f.rng.IntN(len(a.trials))].Unit)
		s.perturb(f, u, i)
		if f.allows(f.space.At(u)) {
			us = append(us, slices.Clone(u))
		}
	}
	return us
}

// perturb moves some coordinates of u: numbers by a step of a few scales, choices
// to any value.
func (s *process) perturb(f *fresh, u []float64, i int) {
	share := max(1/float64(len(u)), []float64{.2, .4, 1}[i%3])
	width := []float64{.2, .05, .01}[i/3%3]
	force := f.rng.IntN(len(u))
	for j := range u {
		if j != force && f.rng.Float64() >= share {
			continue
		}
		d := f.space.Param(j).Domain
		if c, choice := d.(space.Choice); choice && !c.Ordered {
			u[j] = f.rng.Float64()
			continue
		}
		step := width
		if n := d.Count(); n > 0 {
			step = max(step, 1/float64(n))
		}
		u[j] = reflect(u[j] + step*f.rng.NormFloat64())
	}
}

// reflect folds a number back into [0, 1].
func reflect(u float64) float64 {
	u = math.Abs(math.Mod(u, 2))
	return min(u, 2-u)
}

// climb improves points: numbers by their gradient, then values of short lists
// one by one. Where there are constraints, it keeps to them.
type climb struct {
	columns   *columns
	aim       *aim
	fresh     *fresh
	descent   gp.Descent
	u, x, g   []float64
	low, high []float64
	on        []bool
	steps     int // gradients from one start, fewer as each costs more
}

func newClimb(c *columns, a *aim, f *fresh) *climb {
	return &climb{
		columns: c, aim: a, fresh: f, u: make([]float64, c.space.Len()), on: make([]bool, c.space.Len()),
		x: make([]float64, c.shape.Columns), g: make([]float64, c.shape.Columns),
		low: make([]float64, c.shape.Numbers), high: make([]float64, c.shape.Numbers),
		steps: min(max(6000/len(a.trials), 20), 60),
	}
}

// from climbs from u, in place, and answers the value where it ends.
func (c *climb) from(u []float64) float64 {
	value := c.at(u)
	for range 2 {
		before := value
		value = c.numbers(u, value)
		value = c.values(u, value)
		if !(value > before+1e-3) {
			break
		}
	}
	return value
}

// at is the value at u, which it settles.
func (c *climb) at(u []float64) float64 {
	c.columns.settle(u, c.on)
	c.columns.row(u, c.on, c.x)
	return c.aim.value(c.x, nil) + c.aim.prior(c.columns.space, u)
}

// numbers follows the gradient in all numbers with many values that exist.
func (c *climb) numbers(u []float64, value float64) float64 {
	c.at(u)
	n := c.columns.shape.Numbers
	free := 0
	for k, i := range c.columns.numbers {
		c.low[k], c.high[k] = 0, 1
		if m := c.columns.space.Param(i).Domain.Count(); !c.on[i] || m > 0 && m <= few {
			c.low[k], c.high[k] = c.x[k], c.x[k]
		} else {
			free++
		}
	}
	if free == 0 {
		return value
	}
	x := slices.Clone(c.x[:n])
	c.descent.Minimise(x, c.low, c.high, c.steps, 1e-4, func(x, g []float64) float64 {
		copy(c.x, x)
		v := c.aim.value(c.x, c.g[:n])
		for k := range g {
			if g[k] = 0; c.low[k] < c.high[k] {
				p, dp := c.aim.priorOf(c.columns.space, c.columns.numbers[k], x[k])
				v += p
				g[k] = -c.g[k] - dp
			}
		}
		return -v
	})
	copy(c.u, u)
	for k, i := range c.columns.numbers {
		if c.on[i] {
			c.u[i] = x[k]
		}
	}
	if !c.allowed() {
		return c.wander(u, value)
	}
	return c.keep(u, value)
}

// allowed reports whether c.u keeps to the constraints.
func (c *climb) allowed() bool {
	return c.fresh.ok == nil || c.fresh.ok(c.fresh.space.At(c.u))
}

// wander goes from u towards c.u, which is against a constraint, half-way and half of that,
// then on by steps at random, longer ones after those that are better and shorter ones
// after others: along the border, where the best often is.
func (c *climb) wander(u []float64, value float64) float64 {
	goal := slices.Clone(c.u)
	for share := .5; share > .001; share /= 2 {
		for _, i := range c.columns.numbers {
			c.u[i] = u[i] + share*(goal[i]-u[i])
		}
		if c.allowed() {
			value = c.keep(u, value)
			break
		}
	}
	width := .05
	for range c.steps {
		copy(c.u, u)
		for k, i := range c.columns.numbers {
			if c.low[k] < c.high[k] {
				c.u[i] = reflect(u[i] + width*c.fresh.rng.NormFloat64())
			}
		}
		before := value
		if c.allowed() {
			value = c.keep(u, value)
		}
		if width *= .8; value > before {
			width *= 3
		}
	}
	return value
}

// keep moves u to c.u if that is better.
func (c *climb) keep(u []float64, value float64) float64 {
	if v := c.at(c.u); v > value {
		copy(u, c.u)
		return v
	}
	return value
}

// values tries every value of parameters that have few.
func (c *climb) values(u []float64, value float64) float64 {
	for _, a := range c.columns.few {
		for _, v := range a.at {
			copy(c.u, u)
			if c.u[a.param] = v; c.allowed() {
				value = c.keep(u, value)
			}
		}
	}
	return value
}
