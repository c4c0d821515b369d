// Package guess says what the options of a training program are to a training, by
// their names, their help, their defaults and their choices, and which of them are
// worth tuning in what range.
//
// It is right most of the time, which is why whatever it was not sure of says so in
// [Guess.Unsure], for a person to look at. The ranges of roles are not here: they
// live with the roles, in package space.
//
// Start reading at [Options]; names.go has what options are called in the wild.
package guess

import (
	"slices"
	"strconv"
	"strings"

	"github.com/danlu-ml/danlu/internal/option"
	"github.com/danlu-ml/danlu/internal/space"
)

// Use is what an option is to a study.
type Use uint8

// The uses of an option.
const (
	Unknown  Use = iota // nothing tells what it is
	Tune                // a parameter of the study
	Spare               // a parameter that seldom matters, or one too many
	Fidelity            // how long a training is
	Seed
	Dir    // where the program writes
	Resume // where it starts from
	Fixed  // device, data, logging: nothing to tune
)

// Guess is what an option is taken for.
type Guess struct {
	Option  *option.Option
	Use     Use
	Role    string       // as in package space; empty: none of them
	Domain  space.Domain // of Tune and Spare
	Default space.Value
	When    []space.Condition
	Scale   *space.Scale // the parameter it follows; nil: none
	Given   bool         // its value stands on the command line
	Unsure  string       // why it may be wrong; empty: nothing says so
}

// Name is the parameter's name in the study.
func (g *Guess) Name() string {
	name := g.Option.Name()
	if slices.Contains([]string{"params", "trial", "dir", "seed", "resume"}, name) {
		return name + "_"
	}
	return name
}

// mostTuned is how many parameters are proposed at once: each costs about ten
// trials.
const mostTuned = 8

// Facts are what is known besides the options.
type Facts struct {
	Given map[string]string // values on the command line, by option as typed
	AdamW bool              // the program has decoupled weight decay
}

// Options guesses what each option of a program is, in the program's order.
func Options(p *option.Program, f Facts) []*Guess {
	var all []*Guess
	for _, o := range p.Options {
		g := &Guess{Option: o}
		if v, ok := f.Given[o.Long()]; ok {
			given := *o
			given.Default, given.Known = v, true
			g.Option, g.Given = &given, true
		}
		g.recognise()
		if g.Use == Tune || g.Use == Spare {
			g.propose(f)
		}
		all = append(all, g)
	}
	oneFidelity(all)
	condition(all)
	withoutLoRA(all)
	scaledRate(all)
	spareTheLeast(all)
	linkDecay(all, f)
	return all
}

// propose gives a parameter its domain. What has none is not tuned.
func (g *Guess) propose(f Facts) {
	o := g.Option
	whole := o.Type == option.Int && g.Role != "learning_rate" && g.Role != "weight_decay" && g.Role != "dropout"
	if o.Known {
		g.Default = value(o, whole)
	}
	switch {
	case o.Many:
		g.Use, g.Unsure = Fixed, "it takes several values"
		return
	case len(o.Choices) > 0:
		g.choices()
		return
	case o.Type == option.Bool:
		g.bool()
		return
	case o.Type == option.String || (o.Known && g.Default.IsZero()):
		g.Use = Fixed
		return
	}
	if strings.Contains(plain(o.Name()), "ratio") || strings.Contains(plain(o.Name()), "proportion") {
		whole = false
	}
	d, ok := special(plain(o.Name()), g.Default)
	if !ok {
		d, ok = space.Propose(g.Role, g.Default, whole)
	}
	if c, isChoice := d.(space.Choice); ok && isChoice && g.Role == "weight_decay" && f.AdamW {
		c.Values = append(c.Values[:1:1], c.Values[3:]...) // 0, 1e-4 … 0.5
		d = c
	}
	if !ok {
		g.Use = Fixed
		return
	}
	g.Domain = d
	if !o.Known {
		g.also("no default is known")
	} else if v, ok := d.Cast(g.Default); ok {
		g.Default = v
	}
	if o.Type == option.Unknown && !o.Known {
		g.also("nor its type")
	}
}

// also adds a doubt.
func (g *Guess) also(text string) {
	if g.Unsure != "" {
		text = g.Unsure + "; " + text
	}
	g.Unsure = text
}

// value reads an option's default. It is zero where the default is no value.
func value(o *option.Option, whole bool) space.Value {
	s := strings.ReplaceAll(o.Default, "_", "")
	if i, err := strconv.ParseInt(s, 10, 64); err == nil && o.Type != option.String {
		if whole {
			return space.IntValue(i)
		}
		return space.FloatValue(float64(i))
	}
	if x, err := strconv.ParseFloat(s, 64); err == nil && o.Type != option.String {
		return space.FloatValue(x)
	}
	if o.Type == option.String && o.Default != "" {
		return space.StringValue(o.Default)
	}
	return space.Value{}
}

// bool makes a parameter of what is on or off; one that takes a value takes it as
// the program writes it.
func (g *Guess) bool() {
	on := strings.EqualFold(g.Option.Default, "true")
	if g.Option.Flag {
		if on && g.Option.Off == "" {
			g.Use = Fixed
			return
		}
		g.Domain, g.Default = space.Bool(), space.BoolValue(on)
		return
	}
	g.Domain, g.Default = space.Bool(), space.BoolValue(on)
	if g.Option.Default == "True" || g.Option.Default == "False" {
		g.Domain = space.Choice{Values: []space.Value{space.StringValue("False"), space.StringValue("True")}}
		g.Default = space.StringValue(g.Option.Default)
	}
}

// mostChoices is how many alternatives are compared by trying them.
const mostChoices = 8

// choices makes a parameter of the choices that a help lists; of very many, the
// ones that people use.
func (g *Guess) choices() {
	var c space.Choice
	for _, w := range g.Option.Choices {
		if len(g.Option.Choices) <= mostChoices || w == g.Option.Default || slices.Contains(usual[g.Role], strings.ToLower(w)) {
			c.Values = append(c.Values, choiceValue(w))
		}
	}
	if len(c.Values) < 2 || len(c.Values) > mostChoices {
		g.Use = Fixed
		return
	}
	if len(c.Values) < len(g.Option.Choices) {
		g.also("it has " + strconv.Itoa(len(g.Option.Choices)) + " choices, of which these are the usual ones")
		if g.Role == "optimizer" { // each would want a learning rate of its own
			g.Use = Spare
		}
	}
	if !slices.ContainsFunc(c.Values, func(v space.Value) bool { return v.Kind() == space.StringKind }) {
		c.Ordered = true
	}
	g.Domain, g.Default = c, space.Value{}
	if v, ok := c.Cast(choiceValue(g.Option.Default)); ok && g.Option.Known {
		g.Default = v
	}
}

func choiceValue(s string) space.Value {
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		return space.IntValue(i)
	}
	return space.StringValue(s)
}

// usual are the choices that are worth a trial where there are too many.
var usual = map[string][]string{
	"schedule":  {"linear", "cosine", "constant", "constant_with_warmup", "step", "none"},
	"optimizer": {"sgd", "adam", "adamw", "rmsprop", "lamb", "lion", "nadam"},
}

// oneFidelity keeps one option as the length of a training: epochs before steps.
func oneFidelity(all []*Guess) {
	var best *Guess
	for _, g := range all {
		if g.Use != Fidelity {
			continue
		}
		x, err := strconv.ParseFloat(g.Option.Default, 64)
		if g.Option.Known && (err != nil || x <= 0) && !g.Given { // -1: not set
			g.Use = Fixed
			continue
		}
		if best == nil || rank(g) > rank(best) {
			if best != nil {
				best.Use = Fixed
			}
			best = g
		} else {
			g.Use = Fixed
		}
	}
}

// IsLength reports whether an option says by its name how long a training is,
// though it may not be in use.
func IsLength(o *option.Option) bool {
	g := &Guess{Option: o}
	g.recognise()
	return g.Use == Fidelity
}

func rank(g *Guess) int {
	n := 0
	if g.Given {
		n += 4
	}
	if strings.Contains(plain(g.Option.Name()), "epoch") {
		n += 2
	}
	if g.Option.Known {
		n++
	}
	return n
}

// condition lets parameters exist only under the optimizer that has them.
func condition(all []*Guess) {
	i := slices.IndexFunc(all, func(g *Guess) bool { return g.Role == "optimizer" && g.Use == Tune })
	if i < 0 {
		return
	}
	for _, g := range all {
		if g.Use != Tune && g.Use != Spare {
			continue
		}
		words := map[string]string{"momentum": "sgd|rmsprop|nesterov|momentum|lars", "beta": "adam|lamb|lion|adan"}[g.Role]
		if plain(g.Option.Name()) == "nesterov" {
			words = "sgd|nesterov"
		}
		if words == "" {
			continue
		}
		var with []space.Value
		values := all[i].Domain.(space.Choice).Values
		for _, v := range values {
			if slices.ContainsFunc(strings.Split(words, "|"), func(w string) bool { return strings.Contains(strings.ToLower(v.String()), w) }) {
				with = append(with, v)
			}
		}
		if len(with) > 0 && len(with) < len(values) {
			g.When = []space.Condition{{Param: all[i].Name(), In: with}}
		}
	}
}

// withoutLoRA spares what LoRA has of its own where it is not switched on.
func withoutLoRA(all []*Guess) {
	off := slices.IndexFunc(all, func(g *Guess) bool {
		return slices.Contains([]string{"use_peft", "use_lora", "lora"}, plain(g.Option.Name())) && !strings.EqualFold(g.Option.Default, "true")
	})
	if off < 0 || all[off].Given {
		return
	}
	for _, g := range all {
		if g.Use == Tune && strings.HasPrefix(plain(g.Option.Name()), "lora_") {
			g.Use = Spare
			g.also("it matters with " + all[off].Option.Long() + " only")
		}
	}
}

// scaledRate spares a learning rate without a default where another is scaled by the
// batch size to give it (timm's lr_base, MAE's blr): passing both leaves the other
// without effect.
func scaledRate(all []*Guess) {
	base := slices.IndexFunc(all, func(g *Guess) bool {
		return g.Use == Tune && g.Option.Known && slices.Contains([]string{"lr_base", "base_lr", "blr"}, plain(g.Option.Name()))
	})
	if base < 0 {
		return
	}
	for _, g := range all {
		if name := plain(g.Option.Name()); g.Use == Tune && !g.Option.Known && (name == "lr" || name == "learning_rate") {
			g.Use, g.Unsure = Fixed, "it follows from "+all[base].Option.Long()
		}
	}
}

// priority is the order in which parameters matter, as trainings go.
var priority = []string{"learning_rate", "optimizer", "batch_size", "weight_decay", "dropout", "momentum", "width", "depth", "embedding", "warmup", "augmentation", "label_smoothing", "schedule", "heads", "kernel_size", "activation", "normalization", "clip_norm", "beta", ""}

// spareTheLeast leaves the parameters that matter most.
func spareTheLeast(all []*Guess) {
	var tuned []*Guess
	for _, g := range all {
		if g.Use == Tune {
			tuned = append(tuned, g)
		}
	}
	slices.SortStableFunc(tuned, func(a, b *Guess) int {
		return slices.Index(priority, a.Role) - slices.Index(priority, b.Role)
	})
	for i, g := range tuned {
		if i >= mostTuned {
			g.Use = Spare
		}
	}
	for _, g := range all { // a condition on what is not tuned means nothing
		if g.Use == Tune && len(g.When) > 0 {
			parent := slices.IndexFunc(all, func(h *Guess) bool { return h.Name() == g.When[0].Param })
			if all[parent].Use != Tune {
				g.When = nil
			}
		}
	}
}
