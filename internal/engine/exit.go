package engine

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// lostLimit is how many attempts of a trial may vanish one after another, for one
// reason, without ever reporting: then it is the trial that makes them vanish.
const lostLimit = 3

// Exit takes in that an attempt's program has ended, and says what becomes of
// the trial: see [study.Ended].
func (e *Engine) Exit(id study.TrialID, attempt int, x study.Exit) error {
	t, err := e.running(id, attempt)
	if err != nil {
		return err
	}
	end := e.classify(t, x)
	end.Trial, end.Attempt, end.Exit = id, attempt, &x
	e.emit(end)
	if len(t.Checkpoints) > 1 {
		e.dropSuperseded(t)
	}
	return nil
}

// Lost takes in that an attempt has vanished without an exit.
func (e *Engine) Lost(id study.TrialID, attempt int, why string) error {
	t, err := e.running(id, attempt)
	if err != nil {
		return err
	}
	end := study.Ended{Trial: id, Attempt: attempt, State: study.Waiting, Lost: true, Reason: why}
	if n := vanished(t, why); n >= lostLimit {
		end.State, end.Lost, end.Reason = study.Failed, false, fmt.Sprintf("%s, %d times in a row", why, n)
	}
	if told, ok := t.Told(); ok { // it was to end anyway
		end.State, end.Lost, end.Reason = e.toldState(told), false, told.Why
		end.Values = e.values(t)
	}
	e.emit(end)
	return nil
}

// vanished counts the attempts, the current one and those before it, that were
// lost for this reason without a report.
func vanished(t *study.Trial, why string) int {
	n := 0
	for i, a := range slices.Backward(t.Attempts) {
		current := i == len(t.Attempts)-1
		if a.LastStep > a.From || (!current && (!a.Lost || a.Reason != why)) {
			break
		}
		n++
	}
	return n
}

// Requeue takes in that a running attempt is gone with the process that carried
// it, by no fault of its own: the trial waits again.
func (e *Engine) Requeue(id study.TrialID, why string) {
	t := e.view.Trials[id]
	e.emit(study.Ended{Trial: id, Attempt: t.Attempt().Number, State: study.Waiting, Lost: true, Reason: why})
}

// toldState is the state of a trial that ends as it was told.
func (e *Engine) toldState(told study.Judged) study.State {
	switch {
	case told.By == "danlu":
		return study.Diverged
	case told.Decision == study.Pause:
		return study.Paused
	}
	return study.Stopped
}

func (e *Engine) classify(t *study.Trial, x study.Exit) study.Ended {
	end := study.Ended{Values: e.values(t)}
	told, wasTold := t.Told()
	if wasTold && told.Decision == study.Pause && x.Code == 0 && e.ranOut(t) {
		wasTold = false // it did not hear, while no driver was there, and is at its end
	}
	oom, suspicion := outOfMemory(x), ""
	if !wasTold && oom == "" && x.Cause == "" {
		suspicion = e.suspect(t, x)
	}
	missing := e.missing(end.Values)
	switch {
	case wasTold && told.By == "danlu", e.diverged(end.Values):
		end.State, end.Reason = study.Diverged, told.Why
		if end.Reason == "" {
			end.Reason = "its final value is not finite"
		}
	case wasTold:
		end.State, end.Reason = e.toldState(told), told.Why
	case oom != "":
		end.State, end.Reason = study.Infeasible, "out of memory: "+oom
	case x.Cause == "cancelled", x.Cause == "terminated": // by us, or by a machine that shuts down
		end.State, end.Lost, end.Reason = study.Waiting, true, "interrupted; it will be started again"
	case x.Cause == "start":
		end.State, end.Reason = study.Failed, "could not be started: "+firstOf(x.Tail, "no reason known")
	case x.Cause == "deadline":
		end.State, end.Reason = study.Failed, fmt.Sprintf("ran past its deadline of %v", e.view.Def.Deadline)
	case x.Code == 0 && missing != "":
		end.State, end.Reason = study.Failed, e.unreported(t, missing, x)
	case x.Code == 0:
		end.State = study.Completed
		e.constrain(t, &end)
		if to := t.Attempt().To; end.State == study.Completed && e.view.Def.Fidelity.Param != "" && to > 0 && to < e.view.Horizon(t) {
			end.State, end.Reason = study.Paused, fmt.Sprintf("trained with %s %s", e.view.Def.Fidelity.Param, e.view.Def.Fidelity.At(to))
		}
	case suspicion != "": // it costs no retry
		end.State, end.Lost, end.Reason = study.Waiting, true, describe(x)+"; "+suspicion
	case t.Failures() < e.view.Def.Retries:
		end.State, end.Reason = study.Waiting, describe(x)+"; it will be tried again"
	default:
		end.State, end.Reason = study.Failed, describe(x)
	}
	return end
}

// ranOut reports whether a trial has reported the last step of its training.
func (e *Engine) ranOut(t *study.Trial) bool {
	h := e.view.Horizon(t)
	return h > 0 && t.Step() >= lastStep(t, h)
}

// constrain makes a completed trial infeasible that breaks a constraint over
// metrics. One that can't be told is said once.
func (e *Engine) constrain(t *study.Trial, end *study.Ended) {
	broken, unknown := e.limits.broken(t, end.Values)
	if broken != "" {
		end.State, end.Reason = study.Infeasible, "against the constraint "+broken
	}
	if len(unknown) > 0 && !e.untold {
		e.untold = true
		e.log.Warn("constraints can't be checked: trials do not report all their metrics", "constraints", strings.Join(unknown, "; "), "trial", t.ID)
	}
}

// values are the objectives by the study's rule, as the user reports them.
func (e *Engine) values(t *study.Trial) study.Numbers {
	vs := study.Numbers{}
	if e.view.Def.Fidelity.Param != "" && t.State == study.Running {
		return e.said(t)
	}
	for i, o := range e.view.Def.Objectives {
		if loss, ok := t.Curves[i].At(math.MaxInt64, o.Best); ok {
			vs[o.Metric] = o.Value(loss)
			if s := t.Metrics[o.Metric]; s != nil && math.IsInf(loss, 1) && !o.Best {
				vs[o.Metric] = s.Last // NaN, or the infinity it was
			}
		}
	}
	return vs
}

// said are the objectives as the current attempt has reported them, where each attempt
// is a training of its own.
func (e *Engine) said(t *study.Trial) study.Numbers {
	vs := study.Numbers{}
	for _, o := range e.view.Def.Objectives {
		switch s := t.Metrics[o.Metric]; {
		case s == nil:
		case o.Best && o.Maximize && s.Max >= s.Min:
			vs[o.Metric] = s.Max
		case o.Best && s.Max >= s.Min:
			vs[o.Metric] = s.Min
		default:
			vs[o.Metric] = s.Last
		}
	}
	return vs
}

func (e *Engine) diverged(vs study.Numbers) bool {
	for _, v := range vs {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return true
		}
	}
	return false
}

// missing names an objective without a value.
func (e *Engine) missing(vs study.Numbers) string {
	for _, o := range e.view.Def.Objectives {
		if _, ok := vs[o.Metric]; !ok {
			return o.Metric
		}
	}
	return ""
}

// unreported explains an objective that never came, from what did, and from what
// the wrapper says of the files it was to observe.
func (e *Engine) unreported(t *study.Trial, metric string, x study.Exit) string {
	if _, note, ok := strings.Cut("\n"+x.Tail, "\ndanlu: "); ok && !e.view.Def.Observe.IsZero() {
		note, _, _ = strings.Cut(note, "\n")
		return fmt.Sprintf("ended without reporting %s: %s", metric, note)
	}
	if len(t.Metrics) == 0 {
		otherwise := "say under observe: how its output shows it"
		if e.view.Def.Observe.IsZero() {
			otherwise = "write observe: {stdout: auto} if it prints it"
		}
		return fmt.Sprintf("ended without reporting %s, or anything: let it call danlu.report(step=…, %s=…), or %s", metric, metric, otherwise)
	}
	names := make([]string, 0, len(t.Metrics))
	for name := range t.Metrics {
		names = append(names, name)
	}
	sort.Strings(names)
	hint := ""
	if near := space.Nearest(metric, names); near != "" {
		hint = fmt.Sprintf("; did you mean objective: %s?", near)
	}
	return fmt.Sprintf("ended without reporting %s; it did report %s%s", metric, strings.Join(names, ", "), hint)
}

// describe says how a program failed, in a line.
func describe(x study.Exit) string {
	how := fmt.Sprintf("exit status %d", x.Code)
	if x.Signal != "" {
		how = "ended by " + x.Signal
	}
	lines := strings.FieldsFunc(x.Tail, func(r rune) bool { return r == '\n' || r == '\r' })
	for _, l := range slices.Backward(lines) {
		if l = strings.TrimSpace(l); l != "" {
			return how + ": " + l[:min(len(l), 200)]
		}
	}
	return how
}

func firstOf(s, otherwise string) string {
	if s = strings.TrimSpace(s); s == "" {
		return otherwise
	}
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// memoryMessages are what frameworks print when memory runs out, on a device or
// on the host.
var memoryMessages = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)CUDA out of memory|OutOfMemoryError|CUDA_ERROR_OUT_OF_MEMORY|` +
		`CUBLAS_STATUS_ALLOC_FAILED|CUDNN_STATUS_ALLOC_FAILED|RESOURCE_EXHAUSTED|hipErrorOutOfMemory|` +
		`MPS backend out of memory|DefaultCPUAllocator: (can't|not enough)|std::bad_alloc|^MemoryError|: MemoryError|` +
		`numpy.*_ArrayMemoryError|Cannot allocate memory|OOM when allocating`)
})

// outOfMemory is the message that shows that memory ran out, empty if nothing
// does. A program that was cancelled or ended well did not run out.
func outOfMemory(x study.Exit) string {
	switch {
	case x.Cause == "oom":
		return "ended by the kernel"
	case x.Code == 0 || x.Cause != "":
		return ""
	}
	for _, l := range strings.Split(x.Tail, "\n") {
		if memoryMessages().MatchString(l) {
			l = strings.TrimSpace(l)
			return l[:min(len(l), 200)]
		}
	}
	return ""
}

// Tell takes in how a trial ended from a client that runs it itself. Values given
// stand before those reported.
func (e *Engine) Tell(id study.TrialID, state study.State, given study.Numbers) error {
	t, err := e.trial(id)
	if err != nil {
		return err
	}
	if !t.State.Open() {
		return refuse("trial %d has ended already: %s", id, t.State)
	}
	if state.Open() || !state.Known() {
		return refuse("a trial can't end as %q; tell completed, stopped, diverged, infeasible or failed", state)
	}
	if len(t.Attempts) == 0 {
		return refuse("trial %d was never asked for", id)
	}
	vs := e.values(t)
	for name, v := range given {
		vs[name] = v
	}
	end := study.Ended{Trial: id, Attempt: t.Attempt().Number, State: state, Values: vs}
	switch missing := e.missing(vs); {
	case state == study.Completed && missing != "":
		return refuse("trial %d has no value of %s; tell it with its values: {\"tell\":%d,\"state\":\"completed\",\"values\":{%q:…}}", id, missing, id, missing)
	case state == study.Completed && e.diverged(vs):
		end.State, end.Reason = study.Diverged, "its final value is not finite"
	case state == study.Completed:
		e.constrain(t, &end)
	}
	if told, ok := t.Told(); ok && end.Reason == "" && state != study.Completed {
		end.Reason = told.Why
	}
	e.emit(end)
	return nil
}
