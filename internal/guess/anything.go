package guess

import (
	"math"

	"github.com/danlu-ml/danlu/internal/option"
	"github.com/danlu-ml/danlu/internal/space"
)

// Anything proposes the numbers whose meaning nothing tells, around their defaults:
// for programs in which nothing else was recognised. It reports whether there are
// any.
func Anything(all []*Guess) bool {
	any := false
	for _, g := range all {
		o := g.Option
		if g.Use != Unknown || !o.Known || o.Many || len(o.Choices) > 0 || (o.Type != option.Float && o.Type != option.Int) {
			continue
		}
		v := value(o, o.Type == option.Int)
		x := v.Float()
		switch {
		case v.IsZero() || !(x > 0) || math.IsInf(x, 0):
			continue
		case o.Type == option.Int:
			g.Domain = space.Int{Low: max(v.Int()/4, 1), High: max(4*v.Int(), 4), Log: true}
		case x <= 1:
			g.Domain = space.Float{Low: x / 10, High: 1}
		default:
			g.Domain = space.Float{Low: x / 10, High: 10 * x, Log: true}
		}
		g.Use, g.Default = Tune, v
		g.also("nothing tells what it is; the range is a guess around its default")
		any = true
	}
	if any {
		spareTheLeast(all)
	}
	return any
}
