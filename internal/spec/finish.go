package spec

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/danlu-ml/danlu/internal/command"
	"github.com/danlu-ml/danlu/internal/expr"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// finish checks what hangs together across keys, and fills in what depends on it.
func (r *reader) finish(root *node, d *draft) {
	r.require(root, "objective", objectiveExample)
	r.require(root, "params", "params: {"+paramExample+"}")
	if r.options.RequireCommand {
		r.require(root, "command", commandExample)
	}
	if d.Name == "" {
		d.Name = safeName(filepath.Base(d.Dir))
	}
	r.checkObserved(d)
	r.checkTarget(root.get("target"), d)
	if n := root.get("stop_when"); n != nil && d.StopWhen == study.NoGain && len(d.Objectives) > 1 {
		r.fail(n, "stop_when: no_gain is known for one objective alone, and there are %d; leave it out and give a budget", len(d.Objectives))
	}
	r.buildSpace(d)
	if d.Space == nil {
		return
	}
	given := r.checkFidelity(root, d)
	if n := root.get("command"); n != nil && len(d.Command) > 0 {
		r.checkCommand(n, d, given)
	}
	r.checkPlaces(d)
	r.checkConstraints(root.get("constraints"), d)
	if d.Budget.IsZero() && !d.unbound && d.Sampler.Name != "grid" && root.get("budget") == nil {
		d.Budget.Trials = min(max(10*d.Space.Len(), 20), 200)
		r.warn(root.line, "no budget is given; the study ends after %d trials; write budget: {trials: %[1]d, time: 2h} or budget: none", d.Budget.Trials)
	}
}

func (r *reader) require(root *node, key, example string) {
	if root.get(key) == nil && !slices.ContainsFunc(root.keys, func(e entry) bool { return e.key == key }) {
		r.fail(root, "%s is missing; write %s", key, example)
	}
}

// buildSpace makes the space of the parameters. A parameter that is wrong is told
// and left out, with those that hang on it, so that the others are told too.
func (r *reader) buildSpace(d *draft) {
	gone := map[string]bool{}
	for _, p := range d.params {
		if p.broken {
			gone[p.Name] = true
		}
	}
	for len(r.errs) < maxShown || len(gone) == 0 {
		left := without(d.params, gone)
		params := make([]space.Param, len(left))
		for i, p := range left {
			params[i] = p.Param
		}
		s, err := space.New(params)
		if err == nil {
			if len(gone) == 0 && len(params) > 0 {
				d.Space = s
				r.spaceWarnings(s, d)
			}
			return
		}
		var pe *space.ParamError
		if !errors.As(err, &pe) {
			r.failAt(left[0].line, "%v", err)
			return
		}
		i := slices.IndexFunc(left, func(p *param) bool { return p.Name == pe.Param })
		r.failAt(left[i].lineOf(pe.Key), "%v", pe)
		gone[pe.Param] = true
	}
}

// without lists the parameters that are not gone and do not hang on one that is.
// These are marked as gone.
func without(params []*param, gone map[string]bool) []*param {
	for n := -1; n != len(gone); {
		n = len(gone)
		for _, p := range params {
			if p.hangsOn(gone) {
				gone[p.Name] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(params), func(p *param) bool { return gone[p.Name] })
}

func (p *param) hangsOn(gone map[string]bool) bool {
	return (p.Scale != nil && gone[p.Scale.To]) ||
		slices.ContainsFunc(p.When, func(c space.Condition) bool { return gone[c.Param] })
}

// lineOf is where a key of p stands, or p itself.
func (p *param) lineOf(key string) int {
	if i := slices.IndexFunc(p.node.keys, func(e entry) bool { return e.key == key }); i >= 0 {
		return p.node.keys[i].line
	}
	return p.line
}

func (r *reader) spaceWarnings(s *space.Space, d *draft) {
	for _, w := range s.Warnings() {
		if i := s.Index(w.Param); i >= 0 {
			r.warn(d.params[i].line, "parameter %s %s", w.Param, w.Text)
		}
	}
}

func (r *reader) checkCommand(n *node, d *draft, given *space.Space) {
	err := command.Check(d.Command, given)
	var e *command.Error
	if errors.As(err, &e) {
		line := n.line
		if n.kind == listKind && e.Arg < len(n.list) {
			line = n.list[e.Arg].line
		}
		r.failAt(line, "command: %s", e.Text)
		return
	}
	names, all := command.Uses(d.Command)
	if all || len(names) == 0 {
		return // {params}, or a program that reads its environment
	}
	for _, name := range given.Names() {
		if !slices.Contains(names, name) {
			r.warn(n.line, "command passes %s and not %s; write \"{params}\" to pass all, unless the program reads the rest from its environment", strings.Join(names, ", "), name)
			return
		}
	}
}

// checkTarget refuses a target that a poor trial would meet.
func (r *reader) checkTarget(n *node, d *draft) {
	if n == nil || d.Target == nil || len(d.Objectives) == 0 {
		return
	}
	var metrics []string
	for _, o := range d.Objectives {
		metrics = append(metrics, o.Metric)
		if o.Metric != d.Target.Metric {
			continue
		}
		if o.Maximize != (d.Target.Op == ">=") {
			right := map[bool]string{true: ">=", false: "<="}[o.Maximize]
			r.fail(n, "target %s %s %v is met by any poor trial, since the objective is %s; write %[1]s %[5]s %[3]v", o.Metric, d.Target.Op, d.Target.Value, o, right)
		}
		return
	}
	if near := space.Nearest(d.Target.Metric, metrics); near != "" {
		r.fail(n, "target names %s, which is not an objective; did you mean %s?", d.Target.Metric, near)
	}
}

// checkConstraints finds names that are slips of the hand. Other names that are
// no parameters are metrics.
func (r *reader) checkConstraints(n *node, d *draft) {
	if n == nil {
		return
	}
	metrics := observed(d.Observe)
	for _, o := range d.Objectives {
		metrics = append(metrics, o.Metric)
	}
	for _, item := range listOf(n) {
		if len(d.Constraints) == 0 {
			return // told already
		}
		x, err := expr.Parse(item.text)
		if err != nil {
			continue // told already
		}
		for _, name := range x.Names() {
			if d.Space.Index(name) >= 0 || slices.Contains(metrics, name) {
				continue
			}
			if owner := ownerOf(name, d.Space); owner != "" {
				r.fail(item, "constraint %q: %s is a value of %s, and without quotes the name of a metric; write '%[2]s'", clip(item.text), name, owner)
			} else if near := space.Nearest(name, append(d.Space.Names(), metrics...)); near != "" {
				r.warn(item.line, "constraint %q: %s is taken for a metric that trials report; did you mean %s?", clip(item.text), name, near)
			}
		}
		r.checkDefaultMeets(item, x, d)
	}
}

// ownerOf finds the parameter with a string among its choices.
func ownerOf(word string, s *space.Space) string {
	for i := range s.Len() {
		if c, ok := s.Param(i).Domain.(space.Choice); ok && slices.Contains(c.Values, space.StringValue(word)) {
			return s.Param(i).Name
		}
	}
	return ""
}

// checkDefaultMeets warns of a constraint that the default configuration breaks,
// and refuses one that can't be evaluated.
func (r *reader) checkDefaultMeets(n *node, x *expr.Expr, d *draft) {
	vs, given := d.Space.Default()
	holds, known, err := x.Bool(func(name string) (any, bool) {
		v, ok := vs[name]
		return v.Any(), ok
	})
	switch {
	case err != nil:
		r.fail(n, "constraint: %v; compare values of one kind", err)
	case known && !holds && given:
		r.warn(n.line, "the default configuration breaks the constraint %q; change a default or the constraint", clip(n.text))
	}
}
