package discover

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/danlu-ml/danlu/internal/command"
	"github.com/danlu-ml/danlu/internal/draft"
	"github.com/danlu-ml/danlu/internal/guess"
	"github.com/danlu-ml/danlu/internal/observe"
	"github.com/danlu-ml/danlu/internal/option"
	"github.com/danlu-ml/danlu/internal/space"
)

// heard is how a program says how well it does.
type heard struct {
	objective, observe draft.Entry
	first, last, apart int64  // steps of the objective's reports; apart 0: there was one
	counts             string // the word that counted them, as far as there is one
	ran                bool
	ended              bool // the run came to its own end, and it went well
	fromZero           bool // the source counts epochs from 0
	doubts             []string
}

// listen finds out how the program reports: by running it for a moment, where that
// is allowed, else by what it prints according to its source.
func (d *discovery) listen(ctx context.Context, f *draft.File) (*heard, error) {
	s := d.asked.source
	if s != nil && s.Reports {
		return d.client(), nil
	}
	h := &heard{}
	e := newEar()
	if d.o.Run {
		if err := d.tryOut(ctx, f, e, h); err != nil {
			return nil, err
		}
	}
	if best := e.best(); best == nil || best.rank() < goodEnough {
		if s != nil {
			before := e.best()
			fromSource := newEar()
			fromSource.read(s.Prints)
			if found := fromSource.best(); found != nil && (before == nil || found.rank() >= goodEnough && found.rank() > before.rank()) {
				e = fromSource
				if g := d.find(guess.Dir); s.Logged && g != nil { // to event files, or a table where TensorBoard is missing
					e.files = "{stdout: auto, tensorboard: '{dir}', csv: '{dir}/**/metrics.csv'}"
				}
				d.settle(h, e, "read from the source, not seen in a run")
				h.fromZero = found.count > 1 && found.first == 0
				return h, nil
			}
		}
	}
	d.settle(h, e, "")
	return h, nil
}

// client is a program that calls danlu.report.
func (d *discovery) client() *heard {
	h := &heard{}
	var names []string
	for _, p := range d.asked.source.Prints {
		for _, piece := range p.Pieces {
			if name, ok := strings.CutPrefix(piece.Text, option.Reported); ok {
				names = append(names, name)
			}
		}
	}
	e := newEar()
	for _, n := range names {
		e.add(n, 1, 0.5)
	}
	best := e.best()
	if best == nil {
		h.objective = draft.Entry{Key: "objective", Value: "val_loss min", Unsure: "what the program reports could not be read"}
		return h
	}
	h.objective = draft.Entry{Key: "objective", Value: best.name + " " + e.goal(best), Note: "reported by danlu.report"}
	return h
}

// settle writes objective and observe by what was heard.
func (d *discovery) settle(h *heard, e *ear, unsure string) {
	best := e.best()
	if o := d.asked.program.Find("--eval_strategy"); o != nil && (best == nil || best.rank() < goodEnough) {
		h.objective = draft.Entry{Key: "objective", Value: "eval_loss min", Unsure: "Transformers' Trainer reports it, but was not seen to"}
		if !d.given(o) && o.Default == "no" {
			h.objective.Unsure = "Transformers' Trainer reports it with --eval_strategy epoch on the command line, and data to evaluate on"
		}
		h.observe = draft.Entry{Key: "observe", Value: "{stdout: auto}"}
		h.doubts = append(h.doubts, "objective eval_loss min: "+h.objective.Unsure)
		return
	}
	if best == nil {
		why := "no metric was found in what the program prints"
		if !d.o.Run {
			why = "what the program prints was not seen (--run lets danlu init run it for a moment)"
		}
		h.objective = draft.Entry{Key: "objective", Value: "val_loss min", Unsure: why + "; name the metric it does print, or let it call danlu.report"}
		h.observe = draft.Entry{Key: "observe", Value: "{stdout: auto}"}
		h.doubts = append(h.doubts, "objective: "+why)
		return
	}
	if h.ended = h.ended && unsure == ""; h.ran {
		h.first, h.last, h.apart = best.first, best.last, best.apart()
	}
	h.counts = e.observer.Counts()
	name := best.objective()
	h.objective = draft.Entry{Key: "objective", Value: name + " " + e.goal(best), Unsure: unsure}
	if others := e.others(best); len(others) > 0 {
		h.objective.Note = "also found: " + strings.Join(head(others, 6), ", ")
	}
	if best.rank() < goodEnough {
		h.objective.Unsure = "it is measured on the training data, as far as its name tells; is there one on validation data?"
	}
	if best.unclear() {
		h.objective.Unsure = "the direction is a guess"
	}
	observing := "{stdout: auto}"
	if e.files != "" {
		observing = e.files
	}
	if name != best.name && observe.Match(name, best.name) == 0 {
		observing = strings.TrimSuffix(observing, "}") + ", names: {" + draft.Scalar(name) + ": " + draft.Scalar(best.name) + "}}"
	}
	h.observe = draft.Entry{Key: "observe", Value: observing}
	if best.name != name {
		h.observe.Note = "the program calls it " + best.name
	}
	if h.objective.Unsure != "" {
		h.doubts = append(h.doubts, "objective "+h.objective.Value+": "+h.objective.Unsure)
	}
}

// given reports whether an option stands on the command line.
func (d *discovery) given(o *option.Option) bool {
	return slices.ContainsFunc(d.args, func(a argument) bool { return a.option == o })
}

// onceIsEnough is how long a run goes on after it has reported a metric that serves:
// others that are printed with it will have come by then.
const onceIsEnough = 10 * time.Second

// noTerminal is what stty and its like say where there is none.
var noTerminal = regexp.MustCompile(`stty: .*(ioctl|not a (tty|typewriter|terminal))|Inappropriate ioctl for device`)

// tryOut runs the default configuration for a moment, as trial 0 will be run.
func (d *discovery) tryOut(ctx context.Context, f *draft.File, e *ear, h *heard) error {
	argv, env, dir, err := d.trial(f)
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	d.say(fmt.Sprintf("running for at most %s: %s", d.o.RunLimit, command.Quote(argv)))
	started := time.Now()
	knowsLength := d.worth(guess.Fidelity) || len(d.lengths) > 0 // else a short run tells it by its end
	var good atomic.Pointer[time.Time]                           // when a metric that serves was first heard
	ended, err := run(ctx, d.o.Dir, argv, env, d.o.RunLimit, func(b []byte) bool {
		e.write(b)
		if best := e.best(); good.Load() == nil && best != nil && best.rank() >= goodEnough {
			at := time.Now()
			good.Store(&at)
		}
		return !knowsLength || !e.heardEnough()
	}, func() bool { // what is printed is taken before what is in files
		if at := good.Load(); at != nil {
			return time.Since(*at) > onceIsEnough
		}
		files := newEar()
		files.look(d.o.Dir, dir, started)
		return files.heardEnough()
	})
	e.close()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	h.ran, h.ended = true, ended && err == nil
	if ended && err != nil {
		h.ran = e.best() != nil
		h.doubts = append(h.doubts, fmt.Sprintf("the run failed (%v) after %s; it printed last:\n%s", err, time.Since(started).Round(100*time.Millisecond), lastLines(string(e.tail), 5)))
		if noTerminal.Match(e.tail) {
			h.doubts = append(h.doubts, "it looks for a terminal, and has none here; script(1) gives it one, as in command: [script, -qefc, 'python train.py --lr={lr}', /dev/null]")
		}
	}
	if best := e.best(); best == nil || best.rank() < goodEnough {
		e.look(d.o.Dir, dir, started)
	}
	if h.ran && e.best() == nil {
		h.doubts = append(h.doubts, fmt.Sprintf("in %s it reported no metric; it printed last:\n%s", time.Since(started).Round(time.Second), lastLines(string(e.tail), 3)))
	}
	return nil
}

// trial is the command line of the default configuration, its environment and its
// folder, which the caller removes.
func (d *discovery) trial(f *draft.File) (argv, env []string, dir string, err error) {
	var params []space.Param
	for _, p := range d.params(guess.Tune) {
		params = append(params, p.Param)
	}
	s, err := space.New(params)
	if err != nil {
		return nil, nil, "", fmt.Errorf("put the parameters together: %w", err)
	}
	if err := command.Check(f.Command, s); err != nil {
		return nil, nil, "", fmt.Errorf("put the command together: %w", err)
	}
	if dir, err = os.MkdirTemp("", "danlu-init-"); err != nil {
		return nil, nil, "", fmt.Errorf("make a folder for the run: %w", err)
	}
	vs, _ := s.Default()
	v := command.Vars{Study: f.Name, Space: s, Params: vs, Order: s.Names(), Dir: dir, Seed: 1}
	if argv, err = command.Expand(f.Command, v); err != nil {
		return nil, nil, dir, err
	}
	env, err = command.Env(slices.DeleteFunc(environment(), func(e string) bool { return strings.HasPrefix(e, "COLUMNS=") }), nil, v)
	return argv, env, dir, err
}

// split cuts output into lines; \r ends a line that will be written over.
func split(b []byte) (line []byte, over bool, rest []byte, ok bool) {
	i := bytes.IndexAny(b, "\r\n")
	if i < 0 || (b[i] == '\r' && i+1 == len(b)) {
		return nil, false, b, false
	}
	if b[i] == '\r' && b[i+1] == '\n' {
		return b[:i], false, b[i+2:], true
	}
	return b[:i], b[i] == '\r', b[i+1:], true
}
