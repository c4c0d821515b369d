package page

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/danlu-ml/danlu/internal/export"
	"github.com/danlu-ml/danlu/internal/expr"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
)

// Words a filter knows besides parameters and metrics.
const (
	trialWords = "trial state name value step seconds attempts sampler seed default"
	studyWords = "study state objective trials best completed stopped diverged infeasible failed running waiting paused"
)

// Where keeps the trials of which a condition is known to hold. The condition's
// names are the study's parameters and metrics, and words of trials: trial, state,
// name, value (of the first objective), step, seconds, attempts, sampler, seed,
// default. Where two things have one name, the parameter is meant, then the metric.
// A name that is nothing in this study is an error with the nearest one.
func Where(x *expr.Expr, v *study.View, trials []*study.Trial, now time.Time) ([]*study.Trial, error) {
	if err := known(x, append(strings.Fields(trialWords), namesOf(v)...)); err != nil {
		return nil, err
	}
	var kept []*study.Trial
	for _, t := range trials {
		holds, ok, err := x.Bool(trialLookup(v, t, now))
		if err != nil {
			return nil, fmt.Errorf("choose trials: trial %d: %w", t.ID, err)
		}
		if ok && holds {
			kept = append(kept, t)
		}
	}
	return kept, nil
}

// WhereStudies keeps the studies of which a condition is known to hold; infos and
// views belong together. Names are study, state, objective, trials, the states of
// trials for their numbers, best; and the parameters and metrics of a study's best
// trial.
func WhereStudies(x *expr.Expr, infos []store.Info, views []*study.View) ([]store.Info, []*study.View, error) {
	names := strings.Fields(studyWords)
	for _, v := range views {
		names = append(names, namesOf(v)...)
	}
	if err := known(x, names); err != nil {
		return nil, nil, err
	}
	var keptInfos []store.Info
	var keptViews []*study.View
	for i, v := range views {
		holds, ok, err := x.Bool(studyLookup(infos[i], v))
		if err != nil {
			return nil, nil, fmt.Errorf("choose studies: study %s: %w", infos[i].Study, err)
		}
		if ok && holds {
			keptInfos, keptViews = append(keptInfos, infos[i]), append(keptViews, v)
		}
	}
	return keptInfos, keptViews, nil
}

// known refuses names that stand for nothing.
func known(x *expr.Expr, names []string) error {
	for _, n := range x.Names() {
		if slices.Contains(names, n) {
			continue
		}
		slices.Sort(names)
		hint := "there are " + strings.Join(slices.Compact(names), ", ")
		if near := space.Nearest(n, names); near != "" {
			hint = "did you mean " + near + "?"
		}
		return fmt.Errorf("%q: nothing here is called %s: %s", x, n, hint)
	}
	return nil
}

// namesOf are the names of a study's parameters and metrics.
func namesOf(v *study.View) []string {
	names := slices.Collect(maps.Keys(v.SeenMetrics))
	for _, o := range v.Def.Objectives {
		names = append(names, o.Metric)
	}
	for i := range v.Def.Space.Len() {
		names = append(names, v.Def.Space.Param(i).Name)
	}
	return names
}

func trialLookup(v *study.View, t *study.Trial, now time.Time) func(string) (any, bool) {
	values := export.Values(v, t)
	return func(name string) (any, bool) {
		if x, ok := result(t, values, name); ok {
			return x, true
		}
		switch name {
		case "trial":
			return int(t.ID), true
		case "state":
			return string(t.State), true
		case "name":
			return t.Name, true
		case "value":
			x, ok := values[v.Def.Objectives[0].Metric]
			return x, ok
		case "step":
			return t.Step(), true
		case "seconds":
			return t.Duration(now).Seconds(), true
		case "attempts":
			return len(t.Attempts), true
		case "sampler":
			return t.Sampler, true
		case "seed":
			return float64(t.Seed), true
		case "default":
			return t.Default, true
		}
		return nil, false
	}
}

// result is a trial's parameter or metric.
func result(t *study.Trial, values study.Numbers, name string) (any, bool) {
	if p, ok := t.Params[name]; ok {
		return p.Any(), true
	}
	x, ok := values[name]
	return x, ok
}

func studyLookup(info store.Info, v *study.View) func(string) (any, bool) {
	best := v.Best()
	var values study.Numbers
	if best != nil {
		values = export.Values(v, best)
	}
	return func(name string) (any, bool) {
		if best != nil {
			if x, ok := result(best, values, name); ok {
				return x, true
			}
		}
		switch name {
		case "study":
			return info.Study, true
		case "state":
			state, _ := Standing(info, v)
			return state, true
		case "objective":
			return v.Def.Objectives[0].String(), true
		case "trials":
			return len(v.Trials), true
		case "best":
			x, ok := values[v.Def.Objectives[0].Metric]
			return x, ok
		}
		if s := study.State(name); s.Known() {
			return v.Count[s], true
		}
		return nil, false
	}
}
