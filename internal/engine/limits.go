package engine

import (
	"fmt"
	"strings"

	"github.com/danlu-ml/danlu/internal/expr"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// limits are a study's constraints. Those over parameters alone are checked
// before a trial starts, those that name a metric after it has ended.
type limits struct {
	before, after []*expr.Expr
}

func newLimits(def *study.Definition) (limits, error) {
	var l limits
	for _, text := range def.Constraints {
		x, err := expr.Parse(text)
		if err != nil {
			return l, fmt.Errorf("constraint %q: %w", text, err)
		}
		known := true
		for _, name := range x.Names() {
			known = known && def.Space.Index(name) >= 0
		}
		if known {
			l.before = append(l.before, x)
		} else {
			l.after = append(l.after, x)
		}
	}
	return l, nil
}

// allows reports whether parameters meet the constraints over them. One that
// names a parameter that does not exist here says nothing.
func (l limits) allows(vs space.Values) bool {
	for _, x := range l.before {
		holds, known, err := x.Bool(func(name string) (any, bool) {
			v, ok := vs[name]
			return v.Any(), ok
		})
		if err != nil || (known && !holds) {
			return false
		}
	}
	return true
}

// broken is the first constraint over metrics that a trial breaks, empty if none;
// unknown are those that can't be told, for want of a metric.
func (l limits) broken(t *study.Trial, values study.Numbers) (broken string, unknown []string) {
	for _, x := range l.after {
		holds, known, err := x.Bool(func(name string) (any, bool) {
			if v, ok := t.Params[name]; ok {
				return v.Any(), true
			}
			if v, ok := values[name]; ok {
				return v, true
			}
			if s, ok := t.Metrics[name]; ok {
				return s.Last, true
			}
			return nil, false
		})
		switch {
		case err != nil || !known:
			unknown = append(unknown, x.String())
		case !holds:
			return x.String(), unknown
		}
	}
	return "", unknown
}

func (l limits) String() string {
	var texts []string
	for _, x := range l.before {
		texts = append(texts, x.String())
	}
	return strings.Join(texts, "; ")
}
