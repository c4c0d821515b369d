package storetest

import (
	"encoding/json"
	"fmt"
	"math"
	"time"

	"pgregory.net/rapid"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// GenLog makes up a log of 1 to maxEvents events, of every kind, that
// [study.View.Apply] accepts: trials side by side, several attempts each, reports
// of attempts long over, doubled and non-finite values. Most of it is points, as
// in life.
func GenLog(t *rapid.T, maxEvents int) []study.Event {
	g := &gen{t: t, view: study.NewView(), at: start}
	g.add(study.Created{Definition: definition(t), Provenance: study.Provenance{Danlu: "0.1", Commit: "abc", Host: "h"}})
	n := rapid.IntRange(1, maxEvents).Draw(t, "events")
	for len(g.events) < n {
		g.step()
	}
	return g.events
}

// definition draws what a study is to do: one objective or two.
func definition(t *rapid.T) *study.Definition {
	sp, err := space.New([]space.Param{
		{Name: "lr", Domain: space.Float{Low: 1e-5, High: 1e-1, Log: true}, Default: space.FloatValue(1e-3)},
		{Name: "width", Domain: space.Int{Low: 8, High: 512}, Default: space.IntValue(64)},
	})
	if err != nil {
		panic(err) // a slip above
	}
	d := &study.Definition{
		Name: "made-up", Command: []string{"train", "{params}"}, Space: sp,
		Objectives: []study.Objective{{Metric: "loss"}},
		Fidelity:   study.Fidelity{Step: "epoch", Max: 20},
		Sampler:    study.Algorithm{Name: "random"}, Scheduler: study.Algorithm{Name: "none"},
		Seed: 7, Resources: study.Resources{GPUs: 1},
	}
	if rapid.Bool().Draw(t, "two objectives") {
		d.Objectives = append(d.Objectives, study.Objective{Metric: "accuracy", Maximize: true, Best: true})
	}
	return d
}

// gen is a log that is being made up.
type gen struct {
	t      *rapid.T
	view   *study.View
	at     time.Time
	events []study.Event
}

func (g *gen) add(b study.Body) {
	g.at = g.at.Add(time.Duration(rapid.IntRange(0, 1e6).Draw(g.t, "µs")) * time.Microsecond)
	e := study.Event{Seq: g.view.Seq + 1, Time: g.at, Body: b}
	if err := g.view.Apply(e); err != nil {
		panic(fmt.Sprintf("storetest: GenLog made up nonsense: %v", err))
	}
	g.events = append(g.events, e)
}

// pick draws a trial in one of these states, any if none is given; nil if there
// is none.
func (g *gen) pick(states ...study.State) *study.Trial {
	var fit []*study.Trial
	for _, t := range g.view.Trials {
		for _, s := range states {
			if t.State == s {
				fit = append(fit, t)
			}
		}
		if len(states) == 0 {
			fit = append(fit, t)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	return rapid.SampledFrom(fit).Draw(g.t, "trial")
}

// step adds an event of a drawn kind, or one that is possible instead.
func (g *gen) step() {
	running := g.pick(study.Running)
	switch action := rapid.IntRange(0, 20).Draw(g.t, "action"); {
	case running != nil && action <= 8:
		g.add(g.points(running))
	case running != nil && action <= 12:
		g.add(g.aside(running, action))
	case running != nil && action <= 14:
		g.add(g.end(running))
	case action == 15:
		if t := g.pick(study.Completed, study.Stopped, study.Failed, study.Diverged); t != nil {
			g.add(study.Reopened{Trial: t.ID, By: "user", Why: "again"})
		}
	case action == 16:
		g.add(g.remark())
	default:
		g.begin()
	}
}

// begin plans a trial, or starts one that waits.
func (g *gen) begin() {
	t := g.pick(study.Waiting, study.Paused)
	if t == nil || rapid.Bool().Draw(g.t, "plan") {
		id := len(g.view.Trials)
		g.add(study.Planned{
			Trial: study.TrialID(id), Name: fmt.Sprintf("run-%d", id), Seed: rapid.Uint64().Draw(g.t, "seed"),
			Sampler: "random", Why: "drawn", Default: id == 0,
			Params: space.Values{
				"lr":    space.FloatValue(rapid.Float64Range(1e-5, 1e-1).Draw(g.t, "lr")),
				"width": space.IntValue(rapid.Int64Range(8, 512).Draw(g.t, "width")),
			},
		})
		return
	}
	s := study.Started{Trial: t.ID, Attempt: len(t.Attempts) + 1, Dir: "/runs/" + t.Name}
	if c := t.LatestCheckpoint(); c != nil {
		s.From, s.Resume = c.Step, c.Path
	}
	g.add(s)
}

// points draws reports of a trial's attempt, mostly the current one.
func (g *gen) points(t *study.Trial) study.Points {
	p := study.Points{Trial: t.ID, Attempt: rapid.IntRange(1, len(t.Attempts)).Draw(g.t, "attempt")}
	if rapid.IntRange(0, 9).Draw(g.t, "late") > 0 {
		p.Attempt = len(t.Attempts)
	}
	p.Rows = make([]study.Point, rapid.IntRange(0, 5).Draw(g.t, "rows"))
	for i := range p.Rows {
		p.Rows[i] = study.Point{
			Step:   t.Step() + rapid.Int64Range(-2, 3).Draw(g.t, "step"),
			Metric: rapid.SampledFrom([]string{"loss", "accuracy", "grad_norm"}).Draw(g.t, "metric"),
			Value:  g.value(),
		}
	}
	return p
}

func (g *gen) value() float64 {
	if rapid.IntRange(0, 19).Draw(g.t, "odd") == 0 {
		return rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1)}).Draw(g.t, "value")
	}
	return rapid.Float64Range(-1, 10).Draw(g.t, "value")
}

// aside draws what happens to an attempt while it runs.
func (g *gen) aside(t *study.Trial, action int) study.Body {
	a := t.Attempt()
	switch action {
	case 9:
		return study.Judged{
			Trial: t.ID, Attempt: a.Number, Step: a.LastStep, By: "asha", Why: "below the rung", Rung: true,
			Decision: rapid.SampledFrom([]study.Decision{study.Continue, study.Stop, study.Pause}).Draw(g.t, "decision"),
		}
	case 10:
		return study.Used{Trial: t.ID, Params: space.Values{"lr": space.FloatValue(0.01), "width": space.IntValue(9)}}
	case 11:
		if c := t.LatestCheckpoint(); c != nil {
			return study.Dropped{Trial: t.ID, Step: c.Step, Why: "superseded"}
		}
	}
	return study.Checkpointed{Trial: t.ID, Attempt: a.Number, Step: max(a.LastStep, 0), Path: fmt.Sprintf("/ckpt/%d-%d", t.ID, a.LastStep), Bytes: 1 << 20}
}

// end draws how an attempt ends.
func (g *gen) end(t *study.Trial) study.Ended {
	states := []study.State{study.Completed, study.Stopped, study.Paused, study.Waiting, study.Diverged, study.Infeasible, study.Failed}
	b := study.Ended{
		Trial: t.ID, Attempt: len(t.Attempts), State: rapid.SampledFrom(states).Draw(g.t, "state"),
		Exit: &study.Exit{Code: 0, Tail: "done\n", Started: t.Attempt().Started, Ended: g.at, CPU: 1.5},
	}
	if b.State == study.Completed {
		b.Values = study.Numbers{}
		for _, o := range g.view.Def.Objectives {
			b.Values[o.Metric] = g.value()
		}
	} else {
		b.Reason, b.Lost = "so it was drawn", b.State == study.Waiting
	}
	return b
}

// remark draws an event about the study, or about a trial as a whole.
func (g *gen) remark() study.Body {
	switch rapid.IntRange(0, 4).Draw(g.t, "remark") {
	case 0:
		return study.StageOpened{Stage: "search", Plan: json.RawMessage(`{"trials":9}`)}
	case 1:
		return study.StageClosed{Stage: "search", Conclusion: json.RawMessage(`["ok"]`), Why: "done"}
	case 2:
		return study.Concluded{Reason: "budget"}
	case 3:
		d := *g.view.Def
		d.Budget.Trials++
		return study.Changed{Definition: &d, What: []string{"budget.trials was raised"}}
	}
	n := study.Noted{By: "user", Text: "日本 \"quoted\" \n <&>"}
	if t := g.pick(); t != nil {
		n.Trial = &t.ID
	}
	return n
}
