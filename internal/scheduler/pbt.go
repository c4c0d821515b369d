package scheduler

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// pbt is Population Based Training (Jaderberg et al. 2017, section 3 and appendix
// A.1): a population trains side by side; every Interval steps a member that does
// poorly gives its place to a copy of one that does well, weights and all, which
// goes on with other hyperparameters. What comes out is a schedule of them: the
// line of a trial's parents, in segments ([study.View.Lineage]).
//
// Members compare at equal steps. With more members than slots those that are
// least far go first. A member decides when half of the population has come to its
// step, so one straggler holds up nobody. It needs programs that save and load
// checkpoints. A trial's parameters never change: a copy is a new trial, and counts
// in the budget.
type pbt struct {
	population int
	interval   int64
	quantile   float64
	tournament bool
	resample   float64
	tune       []int // parameters that a copy changes, by index
	members    *membership
	seed       uint64
}

type pbtOptions struct {
	// Population is the number of members; 0 means 12, or as many as run side by side
	// if that is more, or a quarter of the budget's trials if that is less, and at
	// least 4.
	Population int `json:"population"`
	// Interval is the number of steps between comparisons; 0 means a tenth of
	// the training.
	Interval int64 `json:"interval"`
	// Quantile is the share of the population that is replaced, and the share
	// that is copied; 0 means 0.2.
	Quantile float64 `json:"quantile"`
	// Exploit is truncation (the default) or tournament: against one other
	// member, drawn at random.
	Exploit string `json:"exploit"`
	// Resample is the probability that a parameter of a copy is drawn anew
	// instead of moved; 0 means 0.25.
	Resample float64 `json:"resample"`
	// Tune are the parameters that a copy may change. Without them all numbers
	// that are not whole: those seldom give a network its shape, and weights must
	// still fit.
	Tune []string `json:"tune"`
}

func newPBT(a study.Algorithm, def *study.Definition) (Scheduler, error) {
	var o pbtOptions
	if err := a.Decode(&o); err != nil {
		return nil, err
	}
	p := pbt{
		population: o.Population, interval: o.Interval, quantile: cmp.Or(o.Quantile, 0.2),
		resample: cmp.Or(o.Resample, 0.25), tournament: o.Exploit == "tournament", members: &membership{}, seed: def.Seed,
	}
	if p.population == 0 {
		p.population = max(12, def.Parallel)
		if n := def.Budget.Trials; n > 0 {
			p.population = max(4, min(p.population, n/4))
		}
	}
	if p.interval == 0 {
		p.interval = max(1, (def.Fidelity.Max+5)/10)
	}
	switch {
	case def.Fidelity.Max == 0:
		return nil, fmt.Errorf("pbt needs to know where training ends, as in fidelity: {step: epoch, max: 30}")
	case p.population < 2:
		return nil, fmt.Errorf("population is %d: want 2 or more", o.Population)
	case p.interval < 1 || p.interval > def.Fidelity.Max:
		return nil, fmt.Errorf("interval is %d: want from 1 step to fidelity.max (%d)", o.Interval, def.Fidelity.Max)
	case p.quantile <= 0 || p.quantile > 0.5:
		return nil, fmt.Errorf("quantile is %v: want a share above 0, at most 0.5", o.Quantile)
	case p.resample < 0 || p.resample > 1:
		return nil, fmt.Errorf("resample is %v: want a probability", o.Resample)
	case o.Exploit != "" && o.Exploit != "truncation" && o.Exploit != "tournament":
		return nil, fmt.Errorf("exploit is %q: want truncation or tournament", o.Exploit)
	}
	return p.tunes(o.Tune, def.Space)
}

// tunes finds the parameters that copies change.
func (p pbt) tunes(names []string, sp *space.Space) (Scheduler, error) {
	for i := range sp.Len() {
		if _, ok := sp.Param(i).Domain.(space.Float); ok && len(names) == 0 {
			p.tune = append(p.tune, i)
		}
	}
	for _, name := range names {
		i := sp.Index(name)
		if i < 0 {
			return nil, fmt.Errorf("tune names %s, which is not a parameter%s", name, didYouMean(name, sp.Names()))
		}
		p.tune = append(p.tune, i)
	}
	if len(p.tune) == 0 {
		return nil, fmt.Errorf("pbt has no parameter to change while training: none is a float; say which may change, as in {pbt: {tune: [%s]}}", sp.Param(0).Name)
	}
	return p, nil
}

func didYouMean(name string, names []string) string {
	if near := space.Nearest(name, names); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

// Name implements [Scheduler].
func (pbt) Name() string { return "pbt" }

// Judge implements [Scheduler].
func (p pbt) Judge(v *study.View, t *study.Trial, step int64) Verdict {
	o := v.Def.Objectives[0]
	if loss, ok := t.Curve().At(step, o.Best); ok && math.IsInf(loss, 1) {
		return diverged(v.Def, step)
	}
	place, member := bracketOf(t)
	m := step / p.interval * p.interval
	if !member || m == 0 || step >= v.Horizon(t) || !comesUpon(t, step, m) {
		return goOn
	}
	p.members.catchUp(v)
	ranked, ready := p.ranking(v, m)
	if !ready || p.hasElders(v, place, step) {
		return Verdict{Decision: study.Pause, Rung: true, Why: "at " + at(v.Def, step) + ", until others have come so far"}
	}
	if winner, why := p.exploits(v, t, ranked, m); winner != nil {
		return Verdict{Decision: study.Stop, Rung: true, Why: why}
	}
	return Verdict{Decision: study.Continue, Rung: true, Why: fmt.Sprintf("rank %d of %d at %s", slices.Index(ranked, t.ID)+1, len(ranked), at(v.Def, m))}
}

// comesUpon reports whether a trial's report at step is its first at or beyond m,
// and nothing was decided there or later.
func comesUpon(t *study.Trial, step, m int64) bool {
	c := t.Curve()
	i := find(c, m)
	return i < len(c) && c[i].Step == step && !slices.ContainsFunc(t.Verdicts, func(j study.Judged) bool { return j.Rung && j.Step > step })
}

// hasElders reports whether another member waits for a slot that is not farther.
func (p pbt) hasElders(v *study.View, place int, step int64) bool {
	if len(p.members.of) < p.population && !v.TrialsSpent() {
		return true
	}
	for b := range p.members.of {
		if t := p.occupant(v, b); b != place && t.State == study.Paused && t.Step() <= step {
			return true
		}
	}
	return false
}

// occupant is the member that holds a place now.
func (p pbt) occupant(v *study.View, place int) *study.Trial {
	of := p.members.of[place]
	return v.Trials[of[len(of)-1]]
}

// ranking orders all trials that came to step m, and says whether they are half of
// the population.
func (p pbt) ranking(v *study.View, m int64) (ranked []study.TrialID, ready bool) {
	places := 0
	for b, of := range p.members.of {
		came := false
		for _, id := range of {
			if v.Trials[id].Curve().Last() >= m {
				came = true
				ranked = append(ranked, id)
			}
		}
		if came || !p.occupant(v, b).State.Open() {
			places++
		}
	}
	size := p.population
	if v.TrialsSpent() {
		size = len(p.members.of)
	}
	return byStanding(v, ranked, m), 2*places >= size
}

// exploits decides whether a member gives up its place at step m, and to a copy of
// whom; nil if it goes on.
func (p pbt) exploits(v *study.View, t *study.Trial, ranked []study.TrialID, m int64) (winner *study.Trial, why string) {
	own := slices.Index(ranked, t.ID)
	if own <= 0 || v.TrialsSpent() || leads(v, t, t.Step()) {
		return nil, ""
	}
	rng := p.rng(t.ID, m)
	if p.tournament {
		other := ranked[rng.IntN(len(ranked))]
		if rank := slices.Index(ranked, other); rank < own && p.copyable(v, other) {
			return v.Trials[other], fmt.Sprintf("rank %d of %d at %s, behind trial %d, which it met", own+1, len(ranked), at(v.Def, m), other)
		}
		return nil, ""
	}
	n := max(1, int(p.quantile*float64(len(ranked))))
	if own < len(ranked)-n {
		return nil, ""
	}
	if winner = p.parent(v, ranked[:min(n, own)], rng); winner == nil {
		return nil, ""
	}
	return winner, fmt.Sprintf("rank %d of %d at %s: a copy of a better one takes its place", own+1, len(ranked), at(v.Def, m))
}

// parent draws one of the best that can be copied, nil if none can.
func (p pbt) parent(v *study.View, best []study.TrialID, rng *rand.Rand) *study.Trial {
	var can []study.TrialID
	for _, id := range best {
		if p.copyable(v, id) {
			can = append(can, id)
		}
	}
	if len(can) == 0 {
		return nil
	}
	return v.Trials[can[rng.IntN(len(can))]]
}

// copyable reports whether there is state to copy from which training goes on.
func (p pbt) copyable(v *study.View, id study.TrialID) bool {
	t := v.Trials[id]
	c := t.LatestCheckpoint()
	return c != nil && c.Step < v.Horizon(t) && !cameToNothing(t)
}

// rng is the source of a decision about a trial at a step.
func (p pbt) rng(id study.TrialID, step int64) *rand.Rand {
	return rand.New(rand.NewPCG(p.seed, uint64(id)<<32^uint64(step)))
}

// Next implements [Scheduler].
func (p pbt) Next(v *study.View) (Action, bool) {
	p.members.catchUp(v)
	if n := len(p.members.of); n < p.population && !v.TrialsSpent() {
		return Action{Kind: Start, Bracket: strconv.Itoa(n)}, true
	}
	var next *study.Trial // the paused one that is least far
	for b := range p.members.of {
		t := p.occupant(v, b)
		switch {
		case t.State == study.Paused && (next == nil || t.Step() < next.Step()):
			next = t
		case t.State == study.Stopped || cameToNothing(t):
			if a, ok := p.replace(v, b, t); ok {
				return a, true
			}
		}
	}
	if next == nil {
		return Action{}, false
	}
	m := next.Step() / p.interval * p.interval
	ranked, ready := p.ranking(v, m)
	if !ready && v.Count[study.Running] > 0 {
		return Action{}, false
	}
	if winner, why := p.exploits(v, next, ranked, m); winner != nil {
		return Action{Kind: Retire, Trial: next.ID, Why: why}, true
	}
	return Action{Kind: Resume, Trial: next.ID, Why: fmt.Sprintf("rank %d of %d at %s", slices.Index(ranked, next.ID)+1, len(ranked), at(v.Def, m))}, true
}

// replace fills the place of one that ended before its time with a copy of one of
// the best where it ended.
func (p pbt) replace(v *study.View, place int, t *study.Trial) (Action, bool) {
	if v.TrialsSpent() || p.barren(v, place) {
		return Action{}, false
	}
	m := max(t.Step()/p.interval*p.interval, p.interval)
	ranked, _ := p.ranking(v, m)
	own := slices.Index(ranked, t.ID)
	if own < 0 {
		own = len(ranked)
	}
	n := max(1, int(p.quantile*float64(len(ranked))))
	rng := p.rng(t.ID, m)
	parent := p.parent(v, ranked[:min(n, own)], rng)
	if parent == nil {
		return Action{}, false
	}
	params := p.explore(v.Def.Space, parent.Params, rng)
	return Action{
		Kind: Clone, Trial: parent.ID, Params: params, Bracket: strconv.Itoa(place),
		Why: fmt.Sprintf("a copy of trial %d takes the place of trial %d", parent.ID, t.ID),
	}, true
}

// barren reports whether a place's last three holders ended without a step.
func (p pbt) barren(v *study.View, place int) bool {
	of := p.members.of[place]
	if len(of) < 3 {
		return false
	}
	return !slices.ContainsFunc(of[len(of)-3:], func(id study.TrialID) bool {
		a := v.Trials[id].Attempt()
		return a != nil && a.LastStep > a.From
	})
}
