package scheduler

import (
	"fmt"
	"math"
	"strconv"

	"github.com/danlu-ml/danlu/internal/study"
)

// hyperband runs successive halving in brackets that differ in how many trials
// begin and how far each goes before the first comparison (Li et al. 2018,
// Hyperband, JMLR 18, Algorithm 1 and Table 1). In a bracket all trials come to a
// rung, then the best 1/Eta go on to the next; the others end there. The last rung
// is the end of training exactly. `halving` is its most aggressive bracket over
// and over (Jamieson and Talwalkar 2016). `bohb` is hyperband whose trials a model
// proposes (Falkner et al. 2018).
//
// A bracket waits for its slowest; meanwhile free slots begin the next one. It
// needs programs that save and load checkpoints: others start again from nothing
// at each rung.
type hyperband struct {
	name     string
	eta      float64
	brackets []bracket // repeated in this order
	members  *membership
}

// bracket is one round of successive halving: n[i] trials train up to step r[i].
type bracket struct {
	n []int
	r []int64
}

type hyperbandOptions struct {
	// Eta is the share that goes on, as its inverse; 0 means 3.
	Eta float64 `json:"eta"`
	// Min is the first rung of the most aggressive bracket, at least; 0 means 1.
	Min int64 `json:"min"`
}

func newHyperband(a study.Algorithm, def *study.Definition) (Scheduler, error) {
	var o hyperbandOptions
	if err := a.Decode(&o); err != nil {
		return nil, err
	}
	if o.Eta == 0 {
		o.Eta = 3
	}
	o.Min = max(o.Min, def.Fidelity.Min, 1)
	last := def.Fidelity.Max
	switch {
	case last == 0:
		return nil, fmt.Errorf("%s needs to know where training ends, as in fidelity: {step: epoch, max: 27}", a.Name)
	case o.Eta < 1.5 || o.Eta > 100:
		return nil, fmt.Errorf("eta is %v: want a number from 1.5 to 100, as in {%s: {eta: 3}}", o.Eta, a.Name)
	case o.Min >= last && last > 1:
		return nil, fmt.Errorf("min is %d, where a trial is at its end (fidelity.max is %d): want a step before it", o.Min, last)
	}
	h := hyperband{name: a.Name, eta: o.Eta, brackets: brackets(o.Min, last, o.Eta), members: &membership{}}
	if a.Name == "halving" {
		h.brackets = h.brackets[:1]
	}
	return h, nil
}

// brackets are those of Hyperband for trainings of last steps, the most aggressive
// first. Their sizes are those of the paper's Table 1, which takes the whole part
// of (sMax+1)/(s+1).
func brackets(first, last int64, eta float64) []bracket {
	most := 0
	for x := float64(last) / eta; x >= float64(first)*(1-1e-9); x /= eta {
		most++
	}
	var all []bracket
	for s := most; s >= 0; s-- {
		n := math.Ceil(float64((most+1)/(s+1)) * math.Pow(eta, float64(s)) * (1 - 1e-12))
		var b bracket
		for i := range s + 1 {
			b.n = append(b.n, max(1, int(n*math.Pow(eta, -float64(i))+1e-9)))
			b.r = append(b.r, int64(math.Round(float64(last)*math.Pow(eta, float64(i-s)))))
		}
		all = append(all, b)
	}
	return all
}

// Name implements [Scheduler].
func (h hyperband) Name() string { return h.name }

// Judge implements [Scheduler]: trials pause at their segment's end and are
// compared when all have come.
func (h hyperband) Judge(v *study.View, t *study.Trial, step int64) Verdict {
	if loss, ok := t.Curve().At(step, v.Def.Objectives[0].Best); ok && math.IsInf(loss, 1) {
		return diverged(v.Def, step)
	}
	return goOn
}

// Next implements [Scheduler].
func (h hyperband) Next(v *study.View) (Action, bool) {
	h.members.catchUp(v)
	for b := range h.members.of {
		if h.members.settled[b] {
			continue
		}
		a, state := h.advance(v, b)
		switch state {
		case acts:
			return a, true
		case finished:
			h.members.settled[b] = true
		}
	}
	current := max(len(h.members.of)-1, 0)
	if len(h.members.of) > 0 && len(h.members.of[current]) >= h.bracket(current).n[0] {
		current++
	}
	return Action{Kind: Start, To: h.to(h.bracket(current), 0), Bracket: strconv.Itoa(current)}, true
}

func (h hyperband) bracket(b int) bracket { return h.brackets[b%len(h.brackets)] }

// to is the end of the segment that leads to rung i, 0 for the end of training.
func (h hyperband) to(b bracket, i int) int64 {
	if i == len(b.r)-1 {
		return 0
	}
	return b.r[i]
}

// progress is how a bracket stands.
type progress int

const (
	waits    progress = iota // for running trials, or to be filled
	acts                     // something is to be done
	finished                 // nothing more will be
)

// advance is what to do next in a bracket.
func (h hyperband) advance(v *study.View, b int) (Action, progress) {
	plan, alive := h.bracket(b), h.members.of[b]
	if len(alive) < plan.n[0] && !v.TrialsSpent() {
		return Action{}, waits
	}
	short := len(alive) < plan.n[0] // the budget has cut it
	for i, rung := range plan.r[:len(plan.r)-1] {
		for _, id := range alive {
			if t := v.Trials[id]; t.State.Open() && t.Curve().Last() < rung {
				return Action{}, waits
			}
		}
		keep := plan.n[i+1]
		if short {
			keep = max(1, int(float64(len(alive))/h.eta))
		}
		ranked := byStanding(v, alive, rung)
		for rank, id := range ranked {
			t := v.Trials[id]
			if rank < keep && t.State == study.Paused && t.Curve().Last() < plan.r[i+1] {
				return Action{Kind: Resume, Trial: id, To: h.to(plan, i+1), Why: fmt.Sprintf("rank %d of %d at %s", rank+1, len(ranked), at(v.Def, rung))}, acts
			}
		}
		alive = ranked[:min(keep, len(ranked))]
	}
	for _, id := range alive {
		if v.Trials[id].State.Open() {
			return Action{}, waits
		}
	}
	// Those left behind were kept so long in case one before them came to nothing.
	for _, id := range h.members.of[b] {
		if t := v.Trials[id]; t.State == study.Paused {
			return Action{Kind: Retire, Trial: id, Why: "not among the best of its bracket at " + at(v.Def, t.Step())}, acts
		}
	}
	return Action{}, finished
}
