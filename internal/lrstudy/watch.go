package lrstudy

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/danlu-ml/danlu/internal/aside"
	"github.com/danlu-ml/danlu/internal/probe"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
)

// Watch tells a person, or a program, what runs, what was best so far and how
// long it will take. The zero value tells nobody.
type Watch struct {
	Lines *aside.Lines // nil: nobody
	JSON  io.Writer    // an object a line; nil: none
	q     *question
	def   *study.Definition
	began time.Time
	spent int64 // steps that were there at the beginning
	told  bool  // that reports are sparser than a probe was to be long
}

func (w *Watch) begin(q *question, def *study.Definition, old *study.View) {
	w.q, w.def, w.began, w.told = q, def, time.Now(), false
	test := def.Env[testEnv] != ""
	if old != nil {
		w.spent = steps(old)
		there := "1 short training is there"
		switch n := len(old.Trials); {
		case test:
			there = "the range test was begun"
		case n != 1:
			there = fmt.Sprintf("%d short trainings are there", n)
		}
		w.Lines.Say("goes on: %s already", there)
	}
	if test {
		who := commandOf(def)
		if q.builtIn() {
			who = "the built-in trainer"
		}
		more := ""
		if q.builtIn() || def.Env[stepsEnv] != "" || def.Env[epochsEnv] != "" {
			more = ", and a few short trainings after it if it can: a tenth of one training at most"
		}
		w.Lines.Say("range test: %s runs once, its learning rate rising with every step%s", who, more)
		return
	}
	h := q.plan.Horizon(nil)
	beyond := " or a decade beyond"
	if q.plan.Inside {
		beyond = ""
	}
	w.Lines.Say("probes: %s short trainings at constant %s between %s and %s%s, each of at most %s", w.probes(h), q.param.Name, text.Number(q.plan.Low), text.Number(q.plan.High), beyond, w.amount(h))
	if q.share != 1 {
		w.Lines.Say("each is given %.3g times its rate as the peak, since the schedule is at %.0f%% of that so early", 1/q.share, 100*q.share)
	}
	w.cost(h)
}

func commandOf(def *study.Definition) string {
	for _, arg := range slices.Backward(def.Command) {
		if strings.ContainsAny(arg, ".") && !strings.ContainsAny(arg, "{}") {
			return text.Truncate(arg, 40)
		}
	}
	return def.Command[0]
}

func steps(v *study.View) (n int64) {
	for _, t := range v.Trials {
		n += t.Curve().Last()
	}
	return n
}

// observe is told of every batch of events.
func (w *Watch) observe(v *study.View, events []study.Event) {
	for _, e := range events {
		switch b := e.Body.(type) {
		case study.Started:
			w.object("probe_started", v.Trials[b.Trial])
		case study.Ended:
			w.ended(v, v.Trials[b.Trial])
		}
	}
	w.sparse(v)
	w.Lines.Now(w.going(v))
}

// ended tells of a probe that is over.
func (w *Watch) ended(v *study.View, t *study.Trial) {
	if t.State == study.Waiting || w.def.Env[testEnv] != "" {
		return
	}
	w.object("probe_ended", t)
	line := fmt.Sprintf("%s %-9s ", w.q.param.Name, text.Number(w.q.inFile(t)))
	p := w.q.point(v, t)
	switch {
	case p.Verdict == "diverged":
		line += "diverged"
	case p.Verdict == "failed":
		line += string(t.State) + ": " + t.Reason
	default:
		o := w.def.Objectives[0]
		line += fmt.Sprintf("%s %s at %s %d", o.Metric, text.Number(o.Value(p.Loss)), cmp.Or(w.def.Fidelity.Step, "step"), min(p.Steps, w.q.plan.Horizon(w.q.runs(v))))
		if p.Verdict == "hopeless" {
			line += ", ended early: " + t.Reason
		}
	}
	w.Lines.Say("%s", line)
}

// object writes an event for programs.
func (w *Watch) object(event string, t *study.Trial) {
	if w.JSON == nil || w.def.Env[testEnv] != "" {
		return
	}
	o := map[string]any{"event": event, "probe": t.ID, "lr": w.q.inFile(t)}
	if c := t.Curve(); event == "probe_ended" {
		o["state"] = t.State
		if len(c) > 0 {
			o["step"] = c[len(c)-1].Step
			if x := c[len(c)-1].Loss; !math.IsInf(x, 0) {
				o["value"] = w.def.Objectives[0].Value(x)
			}
		}
	}
	if line, err := json.Marshal(o); err == nil {
		fmt.Fprintf(w.JSON, "%s\n", line)
	}
}

// going is the state of affairs in a line.
func (w *Watch) going(v *study.View) string {
	if w.def.Env[testEnv] != "" {
		return w.sweeping(v)
	}
	runs := w.q.runs(v)
	h := w.q.plan.Horizon(runs)
	var ended int
	var running []string
	for i := range runs {
		r := &runs[i]
		if r.State != probe.Running {
			ended++
		} else {
			running = append(running, fmt.Sprintf("%s (%d/%d)", text.Number(w.given(r.Rate)), min(last(r), h), h))
		}
	}
	best := probe.Point{Loss: math.Inf(1)} // at the step at which all are compared
	for _, p := range w.q.plan.Conclude(runs).Points {
		if p.Verdict == "measured" && p.Loss < best.Loss {
			best = p
		}
	}
	line := fmt.Sprintf("%d ended", ended)
	if left, ok := w.left(v, h); ok {
		line += ", " + text.About(left) + " left"
	}
	if best.Rate > 0 {
		line += fmt.Sprintf("; best %s (%s)", text.Number(w.given(best.Rate)), text.Number(w.def.Objectives[0].Value(best.Loss)))
	}
	if len(running) > 0 {
		line += "; running " + strings.Join(running, ", ")
	}
	return line
}

// given is the rate in the file of a probe at a rate.
func (w *Watch) given(rate float64) float64 { return rate / w.q.share }

func last(r *probe.Run) int64 {
	if n := len(r.Curve); n > 0 {
		return r.Curve[n-1].Step
	}
	return 0
}

func (w *Watch) sweeping(v *study.View) string {
	if len(v.Trials) == 0 || v.SeenMetrics[testLoss] == 0 {
		return "range test: the program starts"
	}
	t := v.Trials[0]
	line := fmt.Sprintf("range test: %d points", v.SeenMetrics[testLoss])
	latest := func(rate, loss string) {
		if s := t.Metrics[rate]; s != nil {
			line += ", rate " + text.Number(s.Last)
		}
		if s := t.Metrics[loss]; s != nil {
			line += ", loss " + text.Number(s.Last)
		}
	}
	if v.SeenMetrics[testProbe] == 0 {
		latest(testRate, testLoss)
		return line
	}
	line += fmt.Sprintf("; short trainings: %d steps", t.Step()-int64(v.SeenMetrics[testLoss]))
	latest(testProbe, testProbeLoss)
	return line
}
