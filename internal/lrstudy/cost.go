package lrstudy

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/danlu-ml/danlu/internal/study"
)

// A search takes about as many whole probes' steps: where reports are frequent there
// are more probes, and half of them end early.
const (
	expected      = 5
	expectedEarly = 8
	tellsEarly    = 5 // steps of a probe that can end early
)

// cost says what all probes will take.
func (w *Watch) cost(h int64) {
	total := w.total(h)
	share := ""
	if full := w.q.plan.Full; full > 0 {
		share = fmt.Sprintf(", %.0f%% of one training", 100*float64(total)/float64(full))
		if full > 1 {
			share += " of " + w.amount(full)
		}
		if 5*total > full {
			share += "; a metric reported more often would make that less (--metric), fewer probes too (--probes)"
			if strings.HasSuffix(commandOf(w.q.def), ".py") {
				share += "; a program that calls danlu.torch.lr_range_test takes a tenth of one"
			}
		}
	}
	w.Lines.Say("that is about %s in all%s", w.amount(total), share)
}

// probes is how many there will be of so many steps.
func (w *Watch) probes(h int64) string {
	n := expected
	if h >= tellsEarly {
		n = expectedEarly
	}
	if most := w.q.plan.Most; most > 0 && most < n {
		return fmt.Sprintf("up to %d", most)
	}
	return fmt.Sprintf("about %d", n)
}

// total is how many steps all probes of a length will take.
func (w *Watch) total(h int64) int64 {
	n := int64(expected)
	if most := int64(w.q.plan.Most); most > 0 {
		n = min(n, most)
	}
	return n * h
}

// amount is a number of steps as the study counts them.
func (w *Watch) amount(n int64) string {
	name := cmp.Or(w.q.def.Fidelity.Step, "step")
	if n == 1 {
		return "1 " + name
	}
	return fmt.Sprintf("%d %ss", n, name)
}

// sparse says once what probes cost where the program reports later than a probe
// was to end.
func (w *Watch) sparse(v *study.View) {
	if w.told || w.def.Env[testEnv] != "" {
		return
	}
	runs := w.q.runs(v)
	for i := range runs {
		if last(&runs[i]) == 0 {
			continue
		}
		w.told = true
		if h := w.q.plan.Horizon(runs); h > w.q.plan.Horizon(nil) {
			w.Lines.Say("the program first reports at %s %d, so that a probe takes at least that", cmp.Or(w.q.def.Fidelity.Step, "step"), h)
			w.cost(h)
		}
		return
	}
}

// left is how long the rest will take at the pace so far.
func (w *Watch) left(v *study.View, h int64) (time.Duration, bool) {
	done := steps(v) - w.spent
	total := w.total(h)
	if done <= 0 {
		return 0, false
	}
	pace := time.Since(w.began) / time.Duration(done)
	return pace * time.Duration(max(total-steps(v), h/2)), true
}
