package play

import (
	"github.com/danlu-ml/danlu/internal/expr"
	"github.com/danlu-ml/danlu/internal/space"
)

// Allowed says whether the constraints known beforehand hold. To ask is free.
func (f *Fence) Allowed(params space.Values) (bool, error) {
	for _, text := range f.problem.Constraints {
		x, err := expr.Parse(text)
		if err != nil {
			return false, err
		}
		holds, known, err := x.Bool(func(name string) (any, bool) {
			v, ok := params[name]
			if v.Kind() == space.IntKind || v.Kind() == space.FloatKind {
				return v.Float(), ok
			}
			return v.Any(), ok
		})
		if err != nil {
			return false, err
		}
		if known && !holds {
			return false, nil
		}
	}
	return true, nil
}
