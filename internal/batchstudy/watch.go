package batchstudy

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/danlu-ml/danlu/internal/aside"
	"github.com/danlu-ml/danlu/internal/batchsize"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
)

// Watch measures the trainings, and tells a person or a program how they fare. The
// zero value tells nobody.
type Watch struct {
	Lines aside.Lines
	JSON  io.Writer // an object a line; nil: none

	q        *question
	measures map[study.TrialID]*measure
}

func (w *Watch) begin(q *question, old *study.View) {
	w.q, w.measures = q, map[study.TrialID]*measure{}
	if old != nil {
		w.Lines.Say("goes on: %d sizes have been tried already", len(old.Trials))
	}
	w.Lines.Say("%s from %d up to %d, doubled each time, each for about %v; one at a time, since they would slow each other down",
		q.param.Name, q.plan.Low, q.plan.High, q.ask.watch())
}

// observe is told of every batch of events.
func (w *Watch) observe(v *study.View, events []study.Event) {
	for _, e := range events {
		switch b := e.Body.(type) {
		case study.Started:
			w.object("size_started", v.Trials[b.Trial])
		case study.Points:
			w.sample(v.Trials[b.Trial], b, e.Time)
		case study.Ended:
			w.ended(v, v.Trials[b.Trial])
		}
	}
	if line := w.going(v); line != "" {
		w.Lines.Now(line)
	}
}

// sample measures an attempt that has just reported.
func (w *Watch) sample(t *study.Trial, p study.Points, at time.Time) {
	a := t.Attempt()
	if a == nil || a.Number != p.Attempt || len(p.Rows) == 0 {
		return
	}
	m := w.measures[t.ID]
	if m == nil {
		var err error
		if m, err = newMeasure(a.Dir, a.Number); err != nil {
			w.Lines.Say("%v", err)
			return
		}
		w.measures[t.ID] = m
	}
	s := batchsize.Sample{Seconds: at.Sub(a.Started).Seconds(), MB: memory(a.Dir, a.Number)}
	for _, row := range p.Rows {
		s.Step = max(s.Step, row.Step)
	}
	if err := m.add(s); err != nil {
		w.Lines.Say("keep what is measured: %v", err)
	}
}

// ended tells of a size that has been tried.
func (w *Watch) ended(v *study.View, t *study.Trial) {
	if m := w.measures[t.ID]; m != nil {
		_ = m.file.Close()
		delete(w.measures, t.ID)
	}
	if t.State == study.Waiting {
		return
	}
	w.object("size_ended", t)
	p, unit := w.point(v, t)
	line := fmt.Sprintf("%s %-6d ", w.q.param.Name, p.Size)
	switch p.State {
	case batchsize.TooLarge:
		line += p.Why
	case batchsize.Failed:
		line += "failed: " + p.Why
	default:
		line += "fits"
		if s := speed(p, unit); s != "" {
			line += ", " + s
		} else {
			line += fmt.Sprintf(", %d reports", len(t.Curve()))
		}
		if p.PeakMB > 0 {
			line += ", " + text.Number(p.PeakMB) + " MB"
		}
	}
	w.Lines.Say("%s", line)
}

// point is what the plan makes of one trial, and the unit of its throughput.
func (w *Watch) point(v *study.View, t *study.Trial) (batchsize.Point, batchsize.Unit) {
	res := w.q.plan.Conclude(w.q.runs(v))
	for _, p := range res.Points {
		if p.Size == t.Params[w.q.param.Name].Int() {
			return p, res.Unit
		}
	}
	return batchsize.Point{}, res.Unit
}

// speed is a throughput in words, empty where there is none.
func speed(p batchsize.Point, u batchsize.Unit) string {
	switch {
	case p.Throughput == 0:
		return ""
	case u == batchsize.Epoch && p.Throughput < 1:
		return text.Number(60*p.Throughput) + " epochs a minute"
	case u == batchsize.Epoch:
		return text.Number(p.Throughput) + " epochs/s"
	}
	return text.Number(p.Throughput) + " samples/s"
}

// object writes an event for programs.
func (w *Watch) object(event string, t *study.Trial) {
	if w.JSON == nil {
		return
	}
	o := map[string]any{"event": event, "probe": t.ID, "batch_size": t.Params[w.q.param.Name].Int()}
	if event == "size_ended" {
		r := w.q.run(t)
		o["state"], o["reason"] = r.State, t.Reason
		if r.PeakMB > 0 {
			o["memory_mb"] = r.PeakMB
		}
	}
	if line, err := json.Marshal(o); err == nil {
		fmt.Fprintf(w.JSON, "%s\n", line)
	}
}

// going is the state of affairs in a line, empty where nothing runs.
func (w *Watch) going(v *study.View) string {
	for _, t := range v.Trials {
		if t.State == study.Running {
			return fmt.Sprintf("%d sizes tried, running %d (%d reports, %s %d)", len(v.Trials)-1, t.Params[w.q.param.Name].Int(), len(t.Curve()), stepName(v.Def), t.Step())
		}
	}
	return ""
}

func stepName(def *study.Definition) string {
	if def.Fidelity.Step == "" {
		return "step"
	}
	return def.Fidelity.Step
}
