// Package optuna reads and writes the files that Optuna keeps studies in: its SQLite
// storage (schema version 12, of Optuna 3.2 to 5), and, to read, its journal.
//
// What danlu knows and Optuna does not, as that a trial diverged, travels in user
// attributes that begin with danlu:. Times are Optuna's: local, without a zone.
//
// Start reading at [Read] and [Write].
package optuna

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/transfer"
)

// Attributes of danlu's own.
const (
	stateAttr  = "danlu:state"
	reasonAttr = "danlu:reason"
	whyAttr    = "danlu:why"
	spaceAttr  = "danlu:params" // of a study
)

// record is a study as Optuna keeps it.
type record struct {
	name       string
	directions []string // MINIMIZE, MAXIMIZE
	metrics    []string // names of the objectives; nil: none given
	space      *space.Space
	trials     []*trial
}

type trial struct {
	state      string // COMPLETE, PRUNED, FAIL, RUNNING, WAITING
	start, end time.Time
	params     map[string]param
	order      []string
	values     []float64
	points     map[int64]float64
	attrs      map[string]json.RawMessage
}

type param struct {
	internal     float64
	distribution string
}

// distribution is distribution_json.
type distribution struct {
	Name       string `json:"name"`
	Attributes struct {
		Low     *float64 `json:"low"`
		High    *float64 `json:"high"`
		Step    *float64 `json:"step"`
		Q       *float64 `json:"q"`
		Log     bool     `json:"log"`
		Choices []any    `json:"choices"`
	} `json:"attributes"`
}

// domain reads a distribution, those of old versions of Optuna among them.
func domain(text string) (space.Domain, error) {
	var d distribution
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return nil, fmt.Errorf("read the distribution %s: %w", text, err)
	}
	a := d.Attributes
	if d.Name == "CategoricalDistribution" {
		var c space.Choice
		for _, x := range a.Choices {
			c.Values = append(c.Values, choice(x))
		}
		return c, nil
	}
	if a.Low == nil || a.High == nil {
		return nil, fmt.Errorf("the distribution %s has no bounds", text)
	}
	step := 0.0
	if a.Step != nil {
		step = *a.Step
	} else if a.Q != nil {
		step = *a.Q
	}
	log := a.Log || strings.Contains(d.Name, "LogUniform")
	switch {
	case strings.HasPrefix(d.Name, "Int"):
		if step == 1 {
			step = 0 // the usual one
		}
		return space.Int{Low: int64(*a.Low), High: int64(*a.High), Log: log, Step: int64(step)}, nil
	case d.Name == "FloatDistribution" || strings.Contains(d.Name, "Uniform"):
		return space.Float{Low: *a.Low, High: *a.High, Log: log, Step: step}, nil
	}
	return nil, fmt.Errorf("the distribution %s is of no kind that is known here", d.Name)
}

// choice is a value of a categorical parameter; what danlu has no value for is its
// text.
func choice(x any) space.Value {
	if f, ok := x.(float64); ok && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return space.IntValue(int64(f))
	}
	if x == nil {
		return space.StringValue("None")
	}
	if v, err := space.ValueOf(x); err == nil {
		return v
	}
	text, _ := json.Marshal(x)
	return space.StringValue(string(text))
}

// external is a parameter's value from Optuna's number for it.
func external(d space.Domain, internal float64) space.Value {
	switch d := d.(type) {
	case space.Choice:
		if i := int(internal); i >= 0 && i < len(d.Values) {
			return d.Values[i]
		}
	case space.Int:
		return space.IntValue(int64(internal))
	case space.Float:
		return space.FloatValue(internal)
	}
	return space.Value{}
}

// union spans two domains of one parameter, whose range a study may have changed
// between trials.
func union(a, b space.Domain) (space.Domain, bool) {
	switch a := a.(type) {
	case space.Float:
		if b, ok := b.(space.Float); ok {
			step := a.Step
			if b.Step != step || b.Low != a.Low {
				step = 0
			}
			return space.Float{Low: min(a.Low, b.Low), High: max(a.High, b.High), Log: a.Log && b.Log, Step: step}, true
		}
	case space.Int:
		if b, ok := b.(space.Int); ok {
			step := a.Step
			if b.Step != step || b.Low != a.Low {
				step = 0
			}
			return space.Int{Low: min(a.Low, b.Low), High: max(a.High, b.High), Log: a.Log && b.Log, Step: step}, true
		}
	case space.Choice:
		if b, ok := b.(space.Choice); ok {
			all := slices.Clone(a.Values)
			for _, v := range b.Values {
				if !slices.Contains(all, v) {
					all = append(all, v)
				}
			}
			return space.Choice{Values: all}, true
		}
	}
	return a, false
}

// study makes the record a study of ours.
func (r *record) study() (*transfer.Study, error) {
	s := &transfer.Study{Name: r.name, Space: r.space}
	for i, d := range r.directions {
		o := study.Objective{Metric: "value", Maximize: d == "MAXIMIZE"}
		switch {
		case i < len(r.metrics):
			o.Metric = r.metrics[i]
		case len(r.directions) > 1:
			o.Metric = fmt.Sprintf("value%d", i)
		}
		s.Objectives = append(s.Objectives, o)
	}
	domains, err := r.domains()
	if err != nil {
		return nil, err
	}
	if s.Space == nil {
		if s.Space, err = r.spaceOf(domains); err != nil {
			return nil, err
		}
	}
	for i, t := range r.trials {
		out, err := t.trial(s)
		if err != nil {
			return nil, fmt.Errorf("trial %d: %w", i, err)
		}
		s.Trials = append(s.Trials, out)
	}
	return s, nil
}

// domains spans the distributions of each parameter over all trials.
func (r *record) domains() (map[string]space.Domain, error) {
	domains := map[string]space.Domain{}
	for i, t := range r.trials {
		for name, p := range t.params {
			d, err := domain(p.distribution)
			if err != nil {
				return nil, fmt.Errorf("trial %d, parameter %s: %w", i, name, err)
			}
			if before, ok := domains[name]; ok {
				if d, ok = union(before, d); !ok {
					return nil, fmt.Errorf("trial %d: the parameter %s is of another kind than before; rename it in one of the two, or import the trials apart", i, name)
				}
			}
			domains[name] = d
		}
	}
	return domains, nil
}

// spaceOf is the space of the parameters in the order of their first use. One that
// only some trials have exists under the condition that tells these from the
// others, where a choice does.
func (r *record) spaceOf(domains map[string]space.Domain) (*space.Space, error) {
	var params []space.Param
	seen := map[string]bool{}
	for _, t := range r.trials {
		for _, name := range t.order {
			if !seen[name] {
				seen[name] = true
				params = append(params, space.Param{Name: name, Domain: domains[name], Role: space.GuessRole(name), When: r.when(name, domains)})
			}
		}
	}
	if len(params) == 0 {
		return nil, fmt.Errorf("study %s has no parameters yet", r.name)
	}
	return space.New(params)
}

func (r *record) when(name string, domains map[string]space.Domain) []space.Condition {
	missing := slices.ContainsFunc(r.trials, func(t *trial) bool { _, has := t.params[name]; return !has && len(t.params) > 0 })
	if !missing {
		return nil
	}
	for _, t := range r.trials {
		for _, by := range t.order {
			c, ok := domains[by].(space.Choice)
			if !ok || by == name {
				continue
			}
			if in, ok := r.separates(name, by, c); ok {
				return []space.Condition{{Param: by, In: in}}
			}
		}
		if len(t.params) > 0 {
			break
		}
	}
	return nil
}

// separates lists the values of a choice with which trials have a parameter; ok is
// false where others have it too, or some of them don't.
func (r *record) separates(name, by string, c space.Choice) (in []space.Value, ok bool) {
	with, without := map[space.Value]bool{}, map[space.Value]bool{}
	for _, t := range r.trials {
		p, has := t.params[by]
		if !has {
			continue
		}
		d, err := domain(p.distribution)
		if err != nil {
			return nil, false
		}
		v := external(d, p.internal)
		if _, has := t.params[name]; has {
			with[v] = true
		} else if t.state != "FAIL" && t.state != "WAITING" {
			without[v] = true
		}
	}
	for _, v := range c.Values {
		if with[v] && without[v] {
			return nil, false
		}
		if with[v] {
			in = append(in, v)
		}
	}
	return in, len(in) > 0 && len(without) > 0
}

var states = map[string]study.State{
	"COMPLETE": study.Completed, "PRUNED": study.Stopped, "FAIL": study.Failed,
	"RUNNING": study.Failed, "WAITING": study.Waiting,
}

func (t *trial) trial(s *transfer.Study) (transfer.Trial, error) {
	out := transfer.Trial{
		Params: space.Values{}, State: states[t.state], Values: study.Numbers{}, Metrics: study.Numbers{},
		Started: t.start, Ended: t.end, Sampler: "imported",
	}
	if t.state == "RUNNING" {
		out.Reason = "it was running when it was imported"
	}
	for name, p := range t.params {
		d, err := domain(p.distribution)
		if err != nil {
			return out, err
		}
		v := external(d, p.internal)
		if v.IsZero() {
			return out, fmt.Errorf("the parameter %s has the value %v, which its distribution does not", name, p.internal)
		}
		out.Params[name] = v
	}
	for i, v := range t.values {
		if i < len(s.Objectives) {
			out.Values[s.Objectives[i].Metric] = v
		}
	}
	for step, v := range t.points {
		out.Points = append(out.Points, study.Point{Step: step, Metric: s.Objectives[0].Metric, Value: v})
	}
	slices.SortFunc(out.Points, func(a, b study.Point) int { return int(min(max(a.Step-b.Step, -1), 1)) })
	t.takeAttrs(&out)
	return out, nil
}

// takeAttrs takes what user attributes tell: danlu's own, and numbers as metrics.
func (t *trial) takeAttrs(out *transfer.Trial) {
	for name, text := range t.attrs {
		var word string
		var number float64
		switch {
		case json.Unmarshal(text, &word) == nil:
			switch name {
			case stateAttr:
				out.State = study.State(word)
			case reasonAttr:
				out.Reason = word
			case whyAttr:
				out.Why = word
			}
		case json.Unmarshal(text, &number) == nil:
			out.Metrics[name] = number
		}
	}
}
