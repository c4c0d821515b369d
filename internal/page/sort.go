package page

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// Sort puts trials in order: by trial, by value (see [ByValue]), or by anything a
// filter knows; a minus before the name turns the order round. Trials that have
// nothing of the name come last either way. The trials given are not moved.
func Sort(v *study.View, trials []*study.Trial, order string, now time.Time) ([]*study.Trial, error) {
	name, down := strings.CutPrefix(order, "-")
	names := append(strings.Fields(trialWords), namesOf(v)...)
	if !slices.Contains(names, name) {
		slices.Sort(names)
		hint := "there are " + strings.Join(slices.Compact(names), ", ")
		if near := space.Nearest(name, names); near != "" {
			hint = "did you mean " + near + "?"
		}
		return nil, fmt.Errorf("sort by %s: nothing here is called so: %s", name, hint)
	}
	if name == "value" {
		sorted := slices.DeleteFunc(ByValue(v), func(t *study.Trial) bool { return !slices.Contains(trials, t) })
		if down {
			slices.Reverse(sorted)
		}
		return sorted, nil
	}
	type keyed struct {
		t   *study.Trial
		key any
	}
	list := make([]keyed, len(trials))
	for i, t := range trials {
		key, _ := trialLookup(v, t, now)(name)
		list[i] = keyed{t, key}
	}
	slices.SortStableFunc(list, func(a, b keyed) int {
		c, missing := compare(a.key, b.key)
		if down && !missing {
			c = -c
		}
		return c
	})
	sorted := make([]*study.Trial, len(list))
	for i, k := range list {
		sorted[i] = k.t
	}
	return sorted, nil
}

// compare orders what lookups give; nothing comes last, and missing says so.
func compare(a, b any) (c int, missing bool) {
	switch {
	case a == nil && b == nil:
		return 0, true
	case a == nil:
		return 1, true
	case b == nil:
		return -1, true
	}
	x, xIsNumber := float(a)
	y, yIsNumber := float(b)
	if xIsNumber && yIsNumber {
		return cmp.Compare(x, y), false
	}
	return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)), false
}

func float(x any) (float64, bool) {
	switch x := x.(type) {
	case float64:
		return x, true
	case int64:
		return float64(x), true
	case int:
		return float64(x), true
	}
	return 0, false
}
