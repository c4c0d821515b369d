package spec

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/danlu-ml/danlu/internal/study"
)

const objectiveExample = "objective: val_accuracy max"

var goals = map[string]bool{"max": true, "maximize": true, "maximise": true, "min": false, "minimize": false, "minimise": false}

// ParseObjective reads the short form, a metric and its direction: `val_loss min`.
func ParseObjective(text string) (study.Objective, error) {
	words := strings.Fields(text)
	switch len(words) {
	case 2:
		maximize, ok := goals[words[1]]
		if !ok {
			return study.Objective{}, fmt.Errorf("objective %q ends in neither max nor min; write %s", clip(text), suggestGoal(words[0]))
		}
		return study.Objective{Metric: words[0], Maximize: maximize}, nil
	case 1:
		return study.Objective{}, fmt.Errorf("objective %q has no direction; write %s", clip(text), suggestGoal(words[0]))
	}
	return study.Objective{}, fmt.Errorf("objective %q is not a metric and its direction; write val_accuracy max", clip(text))
}

// What a metric's name says about its direction.
var (
	soundsLarge = words(`acc|accuracy|f1|auc|auroc|precision|recall|iou|miou|dice|map|bleu|rouge|reward|score|r2`)
	soundsSmall = words(`loss|error|err|rmse|mse|mae|nll|perplexity|ppl|wer|cer|fid|latency`)
)

// words matches names that have one of some words in them.
func words(alternatives string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)(^|[^a-z])(` + alternatives + `)([^a-z]|$)`)
	})
}

// suggestGoal writes the objective of a metric as its name suggests.
func suggestGoal(metric string) string {
	switch {
	case metric == "max" || metric == "min":
		return "val_accuracy max"
	case soundsLarge().MatchString(metric):
		return metric + " max"
	case soundsSmall().MatchString(metric):
		return metric + " min"
	}
	return fmt.Sprintf("%s max or %[1]s min", clip(metric))
}

type objectiveDraft struct {
	study.Objective
	goal bool
}

var objectiveObject = &object[objectiveDraft]{
	what: "objective", example: "objective: {metric: val_accuracy, goal: max, at: last}",
	fields: []field[objectiveDraft]{
		{key: "metric", read: func(r *reader, n *node, o *objectiveDraft) {
			o.Metric, _ = r.text(n, "objective.metric", "a metric's name")
		}},
		{key: "goal", read: func(r *reader, n *node, o *objectiveDraft) {
			maximize, ok := goals[n.text]
			if !ok {
				r.wrong(n, "objective.goal", "max or min")
			}
			o.Maximize, o.goal = maximize, true
		}},
		{key: "at", read: func(r *reader, n *node, o *objectiveDraft) {
			if n.text != "last" && n.text != "best" {
				r.wrong(n, "objective.at", "last or best: a trial's last report, or its best")
			}
			o.Best = n.text == "best"
		}},
	},
}

func readObjectives(r *reader, n *node, d *draft) {
	if n.kind == listKind && len(n.list) == 0 {
		r.fail(n, "objective is empty; write %s", objectiveExample)
	}
	lines := map[string]int{}
	for _, item := range listOf(n) {
		o, ok := readObjective(r, item)
		if !ok {
			continue
		}
		if first, dup := lines[o.Metric]; dup {
			r.fail(item, "%s is an objective already, on line %d; name each metric once", o.Metric, first)
		}
		lines[o.Metric] = item.line
		d.Objectives = append(d.Objectives, o)
		if soundsLarge().MatchString(o.Metric) != soundsSmall().MatchString(o.Metric) && soundsLarge().MatchString(o.Metric) != o.Maximize {
			r.warn(item.line, "%s looks for the worst trial, by the metric's name; is %s meant?", o, suggestGoal(o.Metric))
		}
	}
}

func readObjective(r *reader, n *node) (study.Objective, bool) {
	switch n.kind {
	case stringKind:
		o, err := ParseObjective(n.text)
		if err != nil {
			r.fail(n, "%v", err)
		}
		return o, err == nil
	case mapKind:
		var o objectiveDraft
		before := len(r.errs)
		readFields(r, n, objectiveObject, &o)
		switch {
		case len(r.errs) > before:
			return o.Objective, false
		case o.Metric == "":
			r.fail(n, "objective names no metric; write {metric: val_accuracy, goal: max}")
		case !o.goal:
			r.fail(n, "objective has no goal; write {metric: %s, goal: max} or goal: min", o.Metric)
		default:
			return o.Objective, true
		}
		return o.Objective, false
	}
	r.wrong(n, "objective", "a metric and its direction, as in "+objectiveExample)
	return study.Objective{}, false
}

// readTarget reads `METRIC >= NUMBER`.
func readTarget(r *reader, n *node, d *draft) {
	const example = "target: val_accuracy >= 0.95"
	var metric, op, bound string
	for _, sign := range []string{">=", "<=", "==", ">", "<", "="} {
		if before, after, ok := strings.Cut(n.text, sign); ok && n.kind == stringKind {
			metric, op, bound = strings.TrimSpace(before), sign, strings.TrimSpace(after)
			break
		}
	}
	value, ok := numberValue(&node{kind: numberKind, text: bound})
	if metric == "" || !ok || !finite(value.Float()) {
		r.wrong(n, "target", "a metric and the value to reach, as in "+example)
		return
	}
	if op != ">=" && op != "<=" {
		r.fail(n, "target can't use %s; write >= for a metric to be large, <= for one to be small, as in %s", op, example)
		return
	}
	d.Target = &study.Target{Metric: strings.Trim(metric, "`"), Op: op, Value: value.Float()}
}
