package study

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"sort"
	"time"

	"github.com/danlu-ml/danlu/internal/space"
)

// What each kind of event does to the view: one function a kind.

func (v *View) trial(id TrialID) (*Trial, error) {
	if id < 0 || int(id) >= len(v.Trials) {
		return nil, fmt.Errorf("there is no trial %d", id)
	}
	return v.Trials[id], nil
}

func (v *View) plan(b Planned, e Event) error {
	if int(b.Trial) != len(v.Trials) {
		return fmt.Errorf("trial %d is planned after %d others", b.Trial, len(v.Trials))
	}
	t := &Trial{
		ID: b.Trial, Name: b.Name, Params: v.Def.Space.Cast(b.Params), Seed: b.Seed,
		Sampler: b.Sampler, Why: b.Why, Tag: b.Tag, Bracket: b.Bracket, Default: b.Default, Parent: b.Parent, To: b.To,
		Planned: e.Time, State: Waiting,
		Curves: make([]Curve, len(v.Def.Objectives)), Metrics: map[string]*Series{},
	}
	t.Unit = v.Def.Space.Unit(t.Params)
	v.Trials = append(v.Trials, t)
	v.recent.add()
	v.recent.touch(t.ID, e.Seq)
	v.Tried.Add(t.Unit, t.Params)
	v.Count[Waiting]++
	v.Concluded = nil
	return nil
}

func (v *View) change(b Changed) error {
	v.Changes = append(v.Changes, b)
	v.Concluded = nil
	if b.Provenance != nil {
		v.Provenance = *b.Provenance
	}
	if b.Definition == nil {
		return nil
	}
	if len(v.Trials) > 0 && !slices.Equal(b.Definition.Objectives, v.Def.Objectives) {
		return fmt.Errorf("a study keeps its objectives")
	}
	v.Def = b.Definition
	v.Tried = new(space.Set)
	for _, t := range v.Trials {
		t.Params = v.Def.Space.Cast(t.Params)
		t.Unit = v.Def.Space.Unit(t.Params)
		v.Tried.Add(t.Unit, t.Params)
	}
	for i, e := range v.Earlier {
		v.Earlier[i] = e.told.adopt(v.Def.Space)
	}
	return nil
}

func (v *View) setState(t *Trial, s State) {
	v.Count[t.State]--
	v.Count[s]++
	t.State = s
}

func (v *View) start(t *Trial, b Started, at time.Time) error {
	if b.Attempt != len(t.Attempts)+1 {
		return fmt.Errorf("attempt %d of trial %d follows attempt %d", b.Attempt, t.ID, len(t.Attempts))
	}
	if t.State != Waiting && t.State != Paused {
		return fmt.Errorf("attempt %d of trial %d begins while the trial is %s", b.Attempt, t.ID, t.State)
	}
	for i := range t.Curves { // what came after the resumed step is void
		n := sort.Search(len(t.Curves[i]), func(j int) bool { return t.Curves[i][j].Step > b.From })
		t.Curves[i] = t.Curves[i][:n:n]
	}
	if b.From == 0 || v.Def.Fidelity.Param != "" {
		t.Metrics = map[string]*Series{}
	}
	if b.From == 0 {
		t.horizon = v.Def.Fidelity.Max
	}
	if t.Parent != nil && b.Attempt == 1 && b.From > 0 {
		t.horizon = v.Horizon(v.Trials[t.Parent.Trial])
	}
	if b.Attempt == 1 {
		v.Started++ // retries and resumes are not new trials
	}
	t.Attempts = append(t.Attempts, Attempt{
		Number: b.Attempt, From: b.From, To: b.To, Resume: b.Resume, Dir: b.Dir,
		Started: at, State: Running, LastStep: b.From,
	})
	t.Verdicts, t.Reason = nil, ""
	v.setState(t, Running)
	if v.running == 0 {
		v.busySince = at
	}
	v.running++
	v.Concluded = nil
	return nil
}

func (v *View) observe(t *Trial, b Points) {
	a := t.Attempt()
	if a == nil || a.Number != b.Attempt {
		return // fenced off
	}
	for _, p := range b.Rows {
		v.SeenMetrics[p.Metric]++
		for i, o := range v.Def.Objectives {
			if o.Metric == p.Metric && v.Def.Fidelity.Param == "" {
				t.Curves[i].add(Sample{Step: p.Step, Loss: o.Loss(p.Value)})
			}
		}
		if p.Step > a.LastStep && v.Def.Fidelity.Param == "" {
			v.Steps += p.Step - a.LastStep
			a.LastStep = p.Step
		}
		s := t.Metrics[p.Metric]
		if s == nil {
			s = &Series{LastStep: math.MinInt64, Min: math.Inf(1), Max: math.Inf(-1)}
			t.Metrics[p.Metric] = s
		}
		s.Count++
		if p.Step > s.LastStep {
			s.Last, s.LastStep = p.Value, p.Step
		}
		if !math.IsNaN(p.Value) && !math.IsInf(p.Value, 0) {
			s.Min, s.Max = min(s.Min, p.Value), max(s.Max, p.Value)
		}
	}
}

// use takes in the parameters a program says it really used: samplers see the
// trial where those lie. The first word stands.
func (v *View) use(t *Trial, b Used) {
	if t.Used != nil {
		return
	}
	t.Used = v.Def.Space.Cast(b.Params)
	really := maps.Clone(t.Params)
	maps.Copy(really, t.Used)
	t.Unit = v.Def.Space.Unit(really)
}

func (t *Trial) keep(c Checkpoint) {
	i := sort.Search(len(t.Checkpoints), func(i int) bool { return t.Checkpoints[i].Step >= c.Step })
	if i < len(t.Checkpoints) && t.Checkpoints[i].Step == c.Step {
		t.Checkpoints[i] = c
		return
	}
	t.Checkpoints = slices.Insert(t.Checkpoints, i, c)
}

func (v *View) end(t *Trial, b Ended, at time.Time) error {
	if !t.State.Open() {
		return fmt.Errorf("trial %d has ended already", t.ID)
	}
	if t.State == Running {
		a := t.Attempt()
		if a.Number != b.Attempt {
			return fmt.Errorf("attempt %d of trial %d is not the one that runs", b.Attempt, t.ID)
		}
		if x := b.Exit; x != nil && !x.Ended.Before(a.Started) && x.Ended.Before(at) {
			at = x.Ended // it ended while no driver looked
		}
		a.Ended, a.State, a.Lost, a.Reason, a.Exit = at, b.State, b.Lost, b.Reason, b.Exit
		if v.Def.Fidelity.Param != "" && (b.State == Paused || b.State == Completed) {
			v.reach(t, b.Values)
		}
		v.running--
		v.gpu += time.Duration(float64(at.Sub(a.Started)) * v.Def.Resources.devices())
		if v.running == 0 && at.After(v.busySince) {
			v.busy += at.Sub(v.busySince)
		}
	}
	t.Reason = b.Reason
	v.setState(t, b.State)
	if b.State.Open() {
		return nil
	}
	t.Ended, t.Values = at, b.Values
	t.Losses = v.losses(t, b)
	if t.State == Completed {
		v.Longest = max(v.Longest, t.Step())
	}
	if t.betters(v.best) {
		v.best = t
	}
	return nil
}

// reach puts the values of a whole training at one value of the fidelity's parameter
// on the curves.
func (v *View) reach(t *Trial, values Numbers) {
	a := t.Attempt()
	step := a.To
	if step == 0 {
		step = v.Horizon(t)
	}
	for i, o := range v.Def.Objectives {
		if value, ok := values[o.Metric]; ok {
			t.Curves[i].add(Sample{Step: step, Loss: o.Loss(value)})
		}
	}
	v.Steps += max(step-a.LastStep, 0)
	a.LastStep = step
}

// losses are the final losses of an ended trial: nil where an objective is
// missing, unless it diverged or was infeasible, which is worse than any.
func (v *View) losses(t *Trial, b Ended) []float64 {
	losses := make([]float64, len(v.Def.Objectives))
	for i, o := range v.Def.Objectives {
		value, ok := b.Values[o.Metric]
		switch {
		case t.State == Diverged || t.State == Infeasible || t.State == Failed:
			losses[i] = math.Inf(1)
		case !ok:
			return nil
		default:
			losses[i] = o.Loss(value)
		}
	}
	return losses
}

func (v *View) reopen(t *Trial, b Reopened) error {
	if t.State.Open() {
		return fmt.Errorf("trial %d is reopened while it is %s", t.ID, t.State)
	}
	v.setState(t, Waiting)
	t.Reason, t.Losses, t.Values, t.Ended = b.Why, nil, nil, time.Time{}
	for i := range t.Attempts {
		t.Attempts[i].Lost = true // earlier failures are forgiven
	}
	v.Concluded = nil
	if v.best == t {
		v.best = nil
		for _, u := range v.Trials {
			if u.betters(v.best) {
				v.best = u
			}
		}
	}
	return nil
}

func (r Resources) devices() float64 {
	if r.Share > 0 {
		return float64(max(r.GPUs, 1)) * r.Share
	}
	return float64(r.GPUs)
}
