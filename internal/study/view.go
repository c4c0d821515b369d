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

// View is everything known about a study: the fold of its log. Deciders read it
// and change nothing; [View.Apply] is the only way in.
//
// Which of two reports came first does not matter to it: curves are ordered by
// step, and of two values for one step the first stands.
type View struct {
	Def         *Definition
	Provenance  Provenance
	Trials      []*Trial // by ID
	Seq         int64    // of the last event applied
	Created     time.Time
	Updated     time.Time
	Concluded   *Concluded // how it last came to rest; nil while it goes on
	Notes       []Noted    // on the study
	Changes     []Changed
	Count       map[State]int
	Started     int              // trials started, of whatever became of them
	Steps       int64            // trained, over all attempts
	Longest     int64            // the last step of the longest completed trial
	SeenMetrics map[string]int64 // how many points of each metric
	Tried       *space.Set       // the configurations of all trials
	busy        time.Duration    // during which at least one attempt ran
	gpu         time.Duration    // attempts' time × devices
	running     int
	busySince   time.Time
	best        *Trial
}

// NewView is the view of an empty log.
func NewView() *View {
	return &View{Count: map[State]int{}, SeenMetrics: map[string]int64{}, Tried: new(space.Set)}
}

// Apply folds one more event. An error means that the log makes no sense from
// there on: it is damaged, or the caller made the event up.
func (v *View) Apply(e Event) error {
	if e.Seq != v.Seq+1 {
		return fmt.Errorf("event %d follows event %d", e.Seq, v.Seq)
	}
	if err := v.apply(e); err != nil {
		return fmt.Errorf("event %d (%s): %w", e.Seq, e.Body.Kind(), err)
	}
	v.Seq, v.Updated = e.Seq, e.Time
	return nil
}

func (v *View) apply(e Event) error {
	if b, ok := e.Body.(Created); ok {
		if v.Def != nil || b.Definition == nil || len(b.Definition.Objectives) == 0 {
			return fmt.Errorf("a study is created once, with a definition")
		}
		v.Def, v.Provenance, v.Created = b.Definition, b.Provenance, e.Time
		return nil
	}
	if v.Def == nil {
		return fmt.Errorf("the log does not begin with the study's creation")
	}
	switch b := e.Body.(type) {
	case Planned:
		return v.plan(b, e.Time)
	case Changed:
		return v.change(b)
	case Concluded:
		v.Concluded = &b
	case Noted:
		if b.Trial == nil {
			v.Notes = append(v.Notes, b)
			return nil
		}
		t, err := v.trial(*b.Trial)
		if err == nil {
			t.Notes = append(t.Notes, b)
		}
		return err
	case StageOpened, StageClosed:
	case Points:
		if len(b.Rows) > 0 {
			return v.applyToTrial(e)
		}
	default:
		return v.applyToTrial(e)
	}
	return nil
}

func (v *View) applyToTrial(e Event) error {
	var id TrialID
	switch b := e.Body.(type) {
	case Started:
		id = b.Trial
	case Points:
		id = b.Trial
	case Judged:
		id = b.Trial
	case Used:
		id = b.Trial
	case Checkpointed:
		id = b.Trial
	case Dropped:
		id = b.Trial
	case Ended:
		id = b.Trial
	case Reopened:
		id = b.Trial
	}
	t, err := v.trial(id)
	if err != nil {
		return err
	}
	switch b := e.Body.(type) {
	case Started:
		return v.start(t, b, e.Time)
	case Points:
		v.observe(t, b)
	case Judged:
		if a := t.Attempt(); a != nil && a.Number == b.Attempt {
			t.Verdicts = append(t.Verdicts, b)
		}
	case Used:
		v.use(t, b)
	case Checkpointed:
		t.keep(Checkpoint{Attempt: b.Attempt, Step: b.Step, Path: b.Path, Bytes: b.Bytes})
	case Dropped:
		t.Checkpoints = slices.DeleteFunc(t.Checkpoints, func(c Checkpoint) bool { return c.Step == b.Step })
	case Ended:
		return v.end(t, b, e.Time)
	case Reopened:
		return v.reopen(t, b)
	}
	return nil
}

func (v *View) trial(id TrialID) (*Trial, error) {
	if id < 0 || int(id) >= len(v.Trials) {
		return nil, fmt.Errorf("there is no trial %d", id)
	}
	return v.Trials[id], nil
}

func (v *View) plan(b Planned, at time.Time) error {
	if int(b.Trial) != len(v.Trials) {
		return fmt.Errorf("trial %d is planned after %d others", b.Trial, len(v.Trials))
	}
	t := &Trial{
		ID: b.Trial, Name: b.Name, Params: v.Def.Space.Cast(b.Params), Seed: b.Seed,
		Sampler: b.Sampler, Why: b.Why, Tag: b.Tag, Bracket: b.Bracket, Default: b.Default, Parent: b.Parent, To: b.To,
		Planned: at, State: Waiting,
		Curves: make([]Curve, len(v.Def.Objectives)), Metrics: map[string]*Series{},
	}
	t.Unit = v.Def.Space.Unit(t.Params)
	v.Trials = append(v.Trials, t)
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
	if !slices.Equal(b.Definition.Objectives, v.Def.Objectives) {
		return fmt.Errorf("a study keeps its objectives")
	}
	v.Def = b.Definition
	v.Tried = new(space.Set)
	for _, t := range v.Trials {
		t.Params = v.Def.Space.Cast(t.Params)
		t.Unit = v.Def.Space.Unit(t.Params)
		v.Tried.Add(t.Unit, t.Params)
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
	if b.From == 0 {
		t.Metrics = map[string]*Series{}
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
			if o.Metric == p.Metric {
				t.Curves[i].add(Sample{Step: p.Step, Loss: o.Loss(p.Value)})
			}
		}
		if p.Step > a.LastStep {
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
	if t.eligible() && (v.best == nil || t.Loss() < v.best.Loss()) {
		v.best = t
	}
	return nil
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
			if u.eligible() && (v.best == nil || u.Loss() < v.best.Loss()) {
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

// Best is the incumbent: the completed trial with the lowest loss in the first
// objective, the earliest of equals; nil if there is none. Only trials that ran
// to their end, with finite values, count.
func (v *View) Best() *Trial { return v.best }

// DefaultTrial is the trial of the default configuration, nil if there is none.
func (v *View) DefaultTrial() *Trial {
	for _, t := range v.Trials {
		if t.Default {
			return t
		}
	}
	return nil
}

// Horizon is how far a trial's training goes: its fidelity's end, 0 if unknown.
func (v *View) Horizon(*Trial) int64 { return v.Def.Fidelity.Max }

// Elapsed is the time during which at least one attempt ran.
func (v *View) Elapsed(now time.Time) time.Duration {
	if v.running > 0 && now.After(v.busySince) {
		return v.busy + now.Sub(v.busySince)
	}
	return v.busy
}

// GPUHours is the time attempts have occupied devices.
func (v *View) GPUHours(now time.Time) float64 {
	d := v.gpu
	if n := v.Def.Resources.devices(); n > 0 {
		for _, t := range v.Trials {
			if t.State == Running {
				d += time.Duration(float64(now.Sub(t.Attempt().Started)) * n)
			}
		}
	}
	return d.Hours()
}

// Pareto lists the completed trials that no other beats in every objective, by
// ID. With one objective it is the incumbent alone.
func (v *View) Pareto() []*Trial {
	var front []*Trial
	for _, t := range v.Trials {
		if t.eligible() && !slices.ContainsFunc(v.Trials, func(u *Trial) bool { return u.eligible() && dominates(u, t) }) {
			front = append(front, t)
		}
	}
	return front
}

// eligible reports whether t may be the study's best: it ran to its end and has
// a finite value in every objective.
func (t *Trial) eligible() bool {
	return t.State == Completed && len(t.Losses) > 0 &&
		!slices.ContainsFunc(t.Losses, func(x float64) bool { return math.IsInf(x, 1) })
}

// dominates reports whether u is at least as good as t everywhere and better
// somewhere; of equals, the earlier one dominates. Both have losses.
func dominates(u, t *Trial) bool {
	better := u.ID < t.ID && slices.Equal(u.Losses, t.Losses)
	for i := range u.Losses {
		if u.Losses[i] > t.Losses[i] {
			return false
		}
		better = better || u.Losses[i] < t.Losses[i]
	}
	return better
}
