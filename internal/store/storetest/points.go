package storetest

import (
	"math"
	"testing"

	"github.com/danlu-ml/danlu/internal/study"
)

var pointQuestions = []question{
	{"points come back bit for bit", func(t *testing.T, open Opener) {
		s := open.handle(t)
		l := acquire(t, s, "a")
		want := []study.Event{
			{Seq: 1, Time: start, Body: study.Points{Trial: 3, Attempt: 2, Rows: []study.Point{
				{Step: 0, Metric: "", Value: math.Copysign(0, -1)},
				{Step: -1, Metric: "a b", Value: math.Inf(-1)},
				{Step: math.MaxInt64, Metric: "日本", Value: math.Float64frombits(0x7ff8000000000123)},
				{Step: math.MinInt64, Metric: "a b", Value: math.SmallestNonzeroFloat64},
			}}},
			{Seq: 2, Time: start, Body: study.Points{Trial: 3, Attempt: 2}},
			ended(3, 3, 2),
		}
		appendTo(t, s, l, want[:2]...)
		if d := Diff(want[:2], replay(t, s, "a", 0)); d != "" {
			t.Errorf("while the attempt runs: %s", d)
		}
		appendTo(t, s, l, want[2])
		if d := Diff(want, replay(t, s, "a", 0)); d != "" {
			t.Errorf("when it has ended: %s", d)
		}
		if got := points(t, s, "a", 3); len(got) != 1 || len(got[0].Rows) != 4 {
			t.Errorf("Points: %v, want the four rows in one piece", got)
		}
	}},
	{"ended attempts replay as they ran, after any event", func(t *testing.T, open Opener) {
		s := open.handle(t)
		l := acquire(t, s, "a")
		var want []study.Event
		add := func(e study.Event) {
			want = append(want, e)
			appendTo(t, s, l, e)
		}
		for step := range int64(30) { // three attempts side by side, ending one by one
			for trial := range study.TrialID(3) {
				if seq := int64(len(want)) + 1; step < 10*int64(trial+1) {
					add(report(seq, trial, 1, step, float64(seq)))
				} else if step == 10*int64(trial+1) {
					add(ended(seq, trial, 1))
				}
			}
		}
		add(report(int64(len(want))+1, 0, 1, 99, 1)) // after its end
		for after := range want {
			if d := Diff(want[after:], replay(t, s, "a", int64(after))); d != "" {
				t.Fatalf("after %d: %s", after, d)
			}
		}
		healthy(t, s)
	}},
	{"an attempt that ends under a reader does not confuse it", func(t *testing.T, open Opener) {
		s := open.handle(t)
		l := acquire(t, s, "a")
		var want []study.Event
		for seq := int64(1); seq <= 3000; seq++ { // more than any page holds
			want = append(want, report(seq, study.TrialID(seq%3), 1, seq, 1))
		}
		appendTo(t, s, l, want...)
		var got []study.Event
		for e, err := range s.Replay(t.Context(), "a", 0) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, e)
			if n := len(got); n%700 == 0 && n <= 2100 {
				appendTo(t, s, l, ended(3000+int64(n)/700, study.TrialID(n/700-1), 1))
			}
		}
		if d := Diff(want, got); d != "" {
			t.Error(d)
		}
	}},
	{"points are found by trial, in order, whatever their attempts became", func(t *testing.T, open Opener) {
		s := open.handle(t)
		l := acquire(t, s, "a")
		appendTo(
			t, s, l,
			report(1, 1, 1, 1, 0.1), report(2, 2, 1, 1, 0.2), report(3, 1, 1, 2, 0.3), ended(4, 1, 1),
			report(5, 1, 2, 2, 0.4), report(6, 1, 1, 3, 0.5), report(7, 1, 2, 3, 0.6),
		)
		type row struct {
			attempt int
			study.Point
		}
		var got []row
		for _, p := range points(t, s, "a", 1) {
			if p.Trial != 1 {
				t.Errorf("a piece of trial %d among those of trial 1", p.Trial)
			}
			for _, r := range p.Rows {
				got = append(got, row{p.Attempt, r})
			}
		}
		want := []row{
			{1, study.Point{Step: 1, Metric: "loss", Value: 0.1}},
			{1, study.Point{Step: 2, Metric: "loss", Value: 0.3}},
			{1, study.Point{Step: 3, Metric: "loss", Value: 0.5}},
			{2, study.Point{Step: 2, Metric: "loss", Value: 0.4}},
			{2, study.Point{Step: 3, Metric: "loss", Value: 0.6}},
		}
		if len(got) != len(want) {
			t.Fatalf("got %v, want %v", got, want)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("point %d is %v, want %v", i, got[i], want[i])
			}
		}
		if p := points(t, s, "a", 9); len(p) != 0 {
			t.Errorf("a trial nobody reported on has %v", p)
		}
	}},
	{"a very long attempt is kept whole", func(t *testing.T, open Opener) {
		s := open.handle(t)
		l := acquire(t, s, "a")
		var want []study.Event
		for seq := int64(1); seq <= 60; seq++ {
			e := report(seq, 1, 1, seq, 0.5)
			p := e.Body.(study.Points)
			for len(p.Rows) < 300 {
				p.Rows = append(p.Rows, study.Point{Step: int64(len(p.Rows)), Metric: "loss", Value: float64(seq)})
			}
			e.Body = p
			want = append(want, e)
		}
		want = append(want, ended(61, 1, 1))
		appendTo(t, s, l, want...)
		if d := Diff(want, replay(t, s, "a", 0)); d != "" {
			t.Error(d)
		}
		if d := Diff(want[30:], replay(t, s, "a", 30)); d != "" {
			t.Errorf("after 30: %s", d)
		}
		n := 0
		for _, p := range points(t, s, "a", 1) {
			n += len(p.Rows)
		}
		if n != 18000 {
			t.Errorf("Points has %d rows, want 18000", n)
		}
		healthy(t, s)
	}},
}
