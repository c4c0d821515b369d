// Package discover looks at a training program from outside and drafts the
// danlu.yaml that tunes it: what options it has, which of them are worth tuning, how
// they are passed, and how the program says how well it does.
//
// It asks the program for its help and reads its source; it starts a training only
// when it is told to ([Options.Run]), and ends it with all it started. What options
// mean is guessed by package guess; danlu.yaml is written by package draft.
//
// Start reading at [Program].
package discover

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danlu-ml/danlu/internal/draft"
	"github.com/danlu-ml/danlu/internal/guess"
	"github.com/danlu-ml/danlu/internal/option"
	"github.com/danlu-ml/danlu/internal/space"
)

// Options say which program, and how far to go.
type Options struct {
	Argv []string // the command line that trains today
	Dir  string   // the folder it works in
	// Run allows the training to be started for a moment, to see what it prints.
	Run bool
	// RunLimit is how long the training may take; 0: a minute.
	RunLimit time.Duration
	// Say is told what is being done; nil: nobody is.
	Say func(text string)
}

// Found is what was found out.
type Found struct {
	File    *draft.File
	Guesses []*guess.Guess
	Doubts  []string // what a person should look at
	Ran     bool     // the training was started
}

// Program drafts the danlu.yaml of a program. An error says what kept it from
// finding a single parameter.
func Program(ctx context.Context, o Options) (*Found, error) {
	if o.Say == nil {
		o.Say = func(string) {}
	}
	if o.RunLimit == 0 {
		o.RunLimit = time.Minute
	}
	if len(o.Argv) == 0 {
		return nil, fmt.Errorf("find the program: no command was named; write it behind --, as in danlu init -- python train.py")
	}
	d := &discovery{o: o, launch: takeApart(o.Argv, o.Dir), say: o.Say}
	if d.launch.kind != shellScript && d.launch.kind != makeTarget { // who reads those says more
		if err := d.launch.missing(o.Dir); err != nil {
			return nil, fmt.Errorf("find the program: %w; start danlu init where the command works", err)
		}
	}
	a, err := d.ask(ctx)
	if err != nil {
		return nil, err
	}
	d.asked = a
	d.fromConfigurations()
	d.guess()
	if !d.worth(guess.Tune) {
		d.filled()
	}
	if !d.worth(guess.Tune) && !d.worth(guess.Spare) && !guess.Anything(d.guesses) {
		return nil, d.nothing()
	}
	d.takeSpares()
	d.keepWarmUpShort()
	f := &draft.File{Name: d.name()}
	d.command(f)
	h, err := d.listen(ctx, f)
	if err != nil {
		return nil, err
	}
	d.describe(f, h)
	return &Found{File: f, Guesses: d.guesses, Doubts: slices.Concat(d.doubts, a.doubts, h.doubts), Ran: h.ran}, nil
}

// discovery is one program being looked at.
type discovery struct {
	o       Options
	launch  *launch
	asked   *asked
	args    []argument
	guesses []*guess.Guess
	file    string           // that danlu fill puts the parameters into; empty: the command line has them
	lengths []*option.Option // of a training, by a configuration
	doubts  []string
	say     func(string)
}

// worth reports whether an option has been guessed to be for a use.
func (d *discovery) worth(u guess.Use) bool { return d.find(u) != nil }

// guess takes the command line apart and says what every option is.
func (d *discovery) guess() {
	p := d.asked.program
	d.args = readArguments(d.launch.args, p)
	given := map[string]string{}
	for _, a := range d.args {
		if a.option != nil {
			given[a.option.Long()] = a.value
		}
	}
	d.guesses = guess.Options(p, d.facts(given))
	if p.Style == option.Positional { // an argument can't be left out
		for _, g := range d.guesses {
			g.When = nil
		}
	}
}

// keepWarmUpShort lets a warm-up take half of a training at most, where both are told in
// steps.
func (d *discovery) keepWarmUpShort() {
	length := d.find(guess.Fidelity)
	if length == nil || strings.Contains(length.Option.Name(), "epoch") {
		return
	}
	all, err := strconv.ParseInt(length.Option.Default, 10, 64)
	for _, g := range d.guesses {
		warm, whole := g.Domain.(space.Int)
		if err != nil || !whole || g.Role != "warmup" || strings.Contains(g.Option.Name(), "epoch") {
			continue
		}
		if half := max(all/2, g.Default.Int(), warm.Low+1); warm.High > half {
			warm.High = half
			g.Domain = warm
		}
	}
}

// facts are what is known besides the options, of which some are given.
func (d *discovery) facts(given map[string]string) guess.Facts {
	facts := guess.Facts{Given: given}
	if s := d.asked.source; s != nil {
		calls := func(name string) bool { return slices.Contains(s.Calls, name) }
		facts.AdamW = calls("TrainingArguments") || calls("AdamW") && !calls("Adam") && !calls("SGD") && !calls("RMSprop")
	}
	return facts
}

// takeSpares takes what seldom matters most where there is nothing else.
func (d *discovery) takeSpares() {
	if d.worth(guess.Tune) {
		return
	}
	for _, g := range d.guesses {
		if g.Use == guess.Spare {
			g.Use = guess.Tune
		}
	}
}

// nothing says that there is nothing to tune, and what to do.
func (d *discovery) nothing() error {
	var names []string
	for _, o := range d.asked.program.Options {
		names = append(names, o.Long())
	}
	if len(names) == 0 {
		return fmt.Errorf("find what to tune: the program takes no options, by %s, and assigns to no variable that could be tuned; if it takes some all the same, write them behind it with their values, as in danlu init -- python train.py --lr=0.1; else let it take some, or call danlu.params(lr=1e-3) in it, which needs no options", d.asked.how)
	}
	why := ""
	if len(d.asked.doubts) > 0 {
		why = "\n" + strings.Join(d.asked.doubts, "\n")
	}
	return fmt.Errorf("find what to tune: of its options (%s, by %s) none is known to be worth tuning; write danlu.yaml by hand, as docs/tutorial.md does%s", strings.Join(head(names, 12), ", "), d.asked.how, why)
}

// anyones are names of scripts and their folders that say nothing of what is in them.
var anyones = []string{"train", "main", "run", "__main__", "cli", "Makefile", "training", "src", "scripts", "code", "bin"}

// name is the study's: the script's, or its folder's where that says nothing.
func (d *discovery) name() string {
	script := d.launch.script
	if d.launch.module != "" {
		script = strings.ReplaceAll(d.launch.module, ".", "/")
	}
	base := strings.TrimSuffix(filepath.Base(script), filepath.Ext(script))
	for folder := filepath.Join(d.o.Dir, filepath.Dir(script)); script == "" || slices.Contains(anyones, base); folder = filepath.Dir(folder) {
		base, script = filepath.Base(folder), folder
		if base == "." || base == "/" {
			base = "study"
		}
	}
	return strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, base), "-")
}

// find is the first guess of a use.
func (d *discovery) find(u guess.Use) *guess.Guess {
	for _, g := range d.guesses {
		if g.Use == u {
			return g
		}
	}
	return nil
}

// params are the parameters as they are written.
func (d *discovery) params(u guess.Use) []draft.Param {
	var ps []draft.Param
	for _, g := range d.guesses {
		if g.Use != u || g.Domain == nil {
			continue
		}
		p := draft.Param{Param: space.Param{Name: g.Name(), Domain: g.Domain, Role: g.Role, Default: g.Default, When: g.When, Scale: g.Scale}, Unsure: g.Unsure}
		if g.Given {
			p.Note = "the default is what was on the command line"
		}
		if s := g.Scale; s != nil {
			p.Note = strings.TrimPrefix(p.Note+"; ", "; ") + fmt.Sprintf("AdamW: what counts is its product with %s, which this searches; without scales_with it stands alone", s.To)
		}
		ps = append(ps, p)
	}
	return ps
}
