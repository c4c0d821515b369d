package spec

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/danlu-ml/danlu/internal/expr"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

const observeExample = `observe: {stdout: 'step=(?P<step>\d+) val_loss=(?P<val_loss>\S+)'}`

var observeObject = &object[draft]{
	what: "observe", example: observeExample,
	fields: []field[draft]{
		{key: "stdout", read: readPatterns},
		{key: "tensorboard", read: func(r *reader, n *node, d *draft) {
			d.Observe.TensorBoard, _ = r.text(n, "observe.tensorboard", "a folder, as in tensorboard: runs/")
		}},
	},
}

// readObserve reads a pattern, a list of them, or {stdout: …, tensorboard: …}.
func readObserve(r *reader, n *node, d *draft) {
	if n.kind == mapKind {
		readFields(r, n, observeObject, d)
		return
	}
	readPatterns(r, n, d)
}

func readPatterns(r *reader, n *node, d *draft) {
	for _, item := range listOf(n) {
		if item.kind != stringKind {
			r.wrong(item, "observe.stdout", "a pattern or a list of them, as in "+observeExample)
			continue
		}
		re, err := regexp.Compile(item.text)
		if err != nil {
			r.fail(item, "observe.stdout is not a pattern (RE2): %s; as in %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "), observeExample)
			continue
		}
		if len(metricGroups(re)) == 0 {
			r.fail(item, "observe.stdout has no named group for a metric; name it, as in %s", observeExample)
			continue
		}
		d.Observe.Stdout = append(d.Observe.Stdout, item.text)
		d.patterns = append(d.patterns, item)
	}
}

// metricGroups are the metrics a pattern finds.
func metricGroups(re *regexp.Regexp) []string {
	return slices.DeleteFunc(re.SubexpNames(), func(name string) bool { return name == "" || name == "step" })
}

// observed lists the metrics that all patterns find.
func observed(o study.Observe) []string {
	var names []string
	for _, p := range o.Stdout {
		if re, err := regexp.Compile(p); err == nil {
			names = append(names, metricGroups(re)...)
		}
	}
	return names
}

// checkObserved refuses patterns that never find an objective.
func (r *reader) checkObserved(d *draft) {
	if len(d.patterns) == 0 || d.Observe.TensorBoard != "" {
		return
	}
	names := observed(d.Observe)
	for _, o := range d.Objectives {
		switch near := space.Nearest(o.Metric, names); {
		case slices.Contains(names, o.Metric):
		case !groupName().MatchString(o.Metric):
			r.fail(d.patterns[0], "observe.stdout can't find the objective %s: a group's name has letters, digits and _ only; call the objective so, or let the program call danlu.report", o.Metric)
		case near != "":
			r.fail(d.patterns[0], "observe.stdout finds %s, and the objective is %s; make them one name", near, o.Metric)
		default:
			r.fail(d.patterns[0], "observe.stdout has no group for the objective %s: it finds %s; add (?P<%[1]s>…)", o.Metric, strings.Join(names, ", "))
		}
	}
}

// groupName is what RE2 takes as the name of a group.
var groupName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_]\w*$`) })

func readConstraints(r *reader, n *node, d *draft) {
	if items := listOf(n); len(items) > maxConstraints {
		r.fail(n, "constraints are %d, and at most %d are checked; join some by and", len(items), maxConstraints)
		return
	}
	for _, item := range listOf(n) {
		if item.kind != stringKind {
			r.wrong(item, "constraints", `conditions in quotes, as in constraints: ["width * depth <= 4096"]`)
			continue
		}
		if _, err := expr.Parse(item.text); err != nil {
			r.fail(item, "constraint %q, %v", clip(item.text), err)
			continue
		}
		d.Constraints = append(d.Constraints, item.text)
	}
}
