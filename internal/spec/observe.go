package spec

import (
	"errors"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/danlu-ml/danlu/internal/command"
	"github.com/danlu-ml/danlu/internal/expr"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

const observeExample = `observe: {stdout: 'step=(?P<step>\d+) val_loss=(?P<val_loss>\S+)'}`

var observeObject = &object[draft]{
	what: "observe", example: observeExample,
	fields: []field[draft]{
		{key: "stdout", read: readPatterns},
		{key: "tensorboard", read: readPlace("tensorboard", "a folder, as in tensorboard: '{dir}'", func(d *draft) *string { return &d.Observe.TensorBoard })},
		{key: "csv", read: readPlace("csv", "a file, as in csv: '{dir}/*.csv'", func(d *draft) *string { return &d.Observe.CSV })},
		{key: "json", read: readPlace("json", "stdout or a file, as in json: '{dir}/log.jsonl'", func(d *draft) *string { return &d.Observe.JSON })},
		{key: "names", read: readNames},
		{key: "step", read: func(r *reader, n *node, d *draft) {
			d.Observe.Step, _ = r.text(n, "observe.step", "the word that counts steps, as in step: epoch")
		}},
	},
}

// observedPlace is where observe has a path.
type observedPlace struct {
	key  string
	node *node
}

func readPlace(key, example string, of func(*draft) *string) func(*reader, *node, *draft) {
	return func(r *reader, n *node, d *draft) {
		text, ok := r.text(n, "observe."+key, example)
		if !ok {
			return
		}
		if _, err := path.Match(text, ""); err != nil && key != "tensorboard" {
			r.fail(n, "observe.%s: %q is not a pattern of files: a bracket is not closed; write %s", key, clip(text), example)
			return
		}
		*of(d) = text
		d.places = append(d.places, observedPlace{key, n})
	}
}

func readNames(r *reader, n *node, d *draft) {
	const example = "names, as in names: {val_accuracy: val/acc}"
	if n.kind != mapKind {
		r.wrong(n, "observe.names", example)
		return
	}
	d.Observe.Names = map[string]string{}
	for _, e := range n.keys {
		if source, ok := r.text(e.value, "observe.names."+e.key, example); ok {
			d.Observe.Names[e.key] = source
		}
	}
}

// readObserve reads a pattern, a list of them, or a mapping.
func readObserve(r *reader, n *node, d *draft) {
	if n.kind != mapKind {
		readPatterns(r, n, d)
		return
	}
	before := len(r.errs)
	if readFields(r, n, observeObject, d) && d.Observe.IsZero() && len(r.errs) == before {
		r.fail(n, "observe says nothing to look at; add a pattern, a folder or a file, as in %s", observeExample)
	}
}

func readPatterns(r *reader, n *node, d *draft) {
	for _, item := range listOf(n) {
		if item.kind != stringKind {
			r.wrong(item, "observe.stdout", "auto, a pattern or a list of them, as in "+observeExample)
			continue
		}
		if item.text == "auto" {
			d.Observe.Stdout = append(d.Observe.Stdout, item.text)
			continue
		}
		re, err := regexp.Compile(item.text)
		if err != nil {
			r.fail(item, "observe.stdout is not a pattern (RE2): %s; as in %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "), observeExample)
			continue
		}
		if len(metricGroups(re)) == 0 && !slices.Contains(re.SubexpNames(), "step") {
			r.fail(item, "observe.stdout has no named group for a metric; name it, as in %s, or write auto", observeExample)
			continue
		}
		d.Observe.Stdout = append(d.Observe.Stdout, item.text)
		d.patterns = append(d.patterns, item)
	}
}

// metricGroups are the metrics a pattern finds.
func metricGroups(re *regexp.Regexp) []string {
	return slices.DeleteFunc(slices.Clone(re.SubexpNames()), func(name string) bool { return name == "" || name == "step" })
}

// observed lists the metrics that all patterns find.
func observed(o study.Observe) []string {
	var names []string
	for _, p := range o.Stdout {
		if re, err := regexp.Compile(p); err == nil {
			names = append(names, metricGroups(re)...)
		}
	}
	for metric, source := range o.Names {
		if slices.Contains(names, source) {
			names = append(names, metric)
		}
	}
	return names
}

// checkPlaces refuses placeholders that could not be filled in.
func (r *reader) checkPlaces(d *draft) {
	for _, p := range d.places {
		var e *command.Error
		if err := command.Check([]string{"observe", p.node.text}, d.Space); errors.As(err, &e) {
			r.fail(p.node, "observe.%s: %s", p.key, e.Text)
		}
	}
}

// checkObserved refuses patterns that never find an objective.
func (r *reader) checkObserved(d *draft) {
	if len(d.patterns) == 0 || len(d.patterns) < len(d.Observe.Stdout) || len(d.places) > 0 {
		return
	}
	names := observed(d.Observe)
	if len(names) == 0 {
		r.fail(d.patterns[0], "observe.stdout finds steps and no metric; add a pattern for one, as in %s", observeExample)
		return
	}
	for _, o := range d.Objectives {
		switch near := space.Nearest(o.Metric, names); {
		case slices.Contains(names, o.Metric):
		case !groupName().MatchString(o.Metric):
			r.fail(d.patterns[0], "observe.stdout can't find the objective %s: a group's name has letters, digits and _ only; call the objective so, name the group under observe.names, or let the program call danlu.report", o.Metric)
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
