package discover

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/danlu-ml/danlu/internal/draft"
	"github.com/danlu-ml/danlu/internal/guess"
	"github.com/danlu-ml/danlu/internal/option"
)

// command writes the command line with its placeholders. What was typed stays where
// it was, except for what danlu now chooses.
func (d *discovery) command(f *draft.File) {
	style := d.asked.program.Style
	escape := strings.NewReplacer("{", "{{", "}", "}}")
	var cmd []string
	if d.file != "" {
		cmd = slices.Concat([]string{"danlu", "fill", escape.Replace(d.file)}, d.placeholders(), []string{"--"})
	}
	for _, w := range d.launch.before {
		cmd = append(cmd, escape.Replace(w))
	}
	if d.asked.sub != "" {
		cmd = append(cmd, d.asked.sub)
	}
	if style == option.Env {
		d.variables(f, cmd, escape)
		return
	}
	if style == option.Positional {
		f.Command = append(cmd, d.inPlace(escape)...)
		return
	}
	var last []argument // behind --
	for _, a := range d.args {
		if a.option != nil && d.chosen(a.option) {
			continue
		}
		if len(a.words) > 0 && a.words[0] == "--" {
			last = append(last, a)
			continue
		}
		for _, w := range a.words {
			cmd = append(cmd, escape.Replace(w))
		}
	}
	if style != option.Client && d.file == "" {
		cmd = append(cmd, d.placeholders()...)
	}
	for _, a := range last {
		for _, w := range a.words {
			cmd = append(cmd, escape.Replace(w))
		}
	}
	f.Command = cmd
}

// inPlace are the arguments of a program that takes them by their place, up to the
// last that danlu chooses or that was given. What comes behind one without a value
// can't be passed.
func (d *discovery) inPlace(escape *strings.Replacer) (words []string) {
	n := 0
	for i, g := range d.guesses {
		word, ok := escape.Replace(g.Option.Default), g.Option.Known
		switch g.Use {
		case guess.Tune:
			word, ok = "{"+g.Name()+"}", true
		case guess.Seed:
			word, ok = "{seed}", true
		case guess.Dir:
			word, ok = d.inDir(g.Option), true
		}
		if !ok {
			d.doubts = append(d.doubts, fmt.Sprintf("argument %d, %s, has no value, and what stands behind it can't be passed; give it one on the command line", i+1, g.Option.Long()))
			for _, later := range d.guesses[i:] {
				later.Use = guess.Fixed
			}
			return words
		}
		words = append(words, word)
		if d.chosen(g.Option) || i < len(d.args) {
			n = i + 1
		}
	}
	words = words[:n]
	for _, a := range d.args[min(len(d.args), n):] {
		words = append(words, escape.Replace(a.words[0]))
	}
	return words
}

// chosen reports whether danlu chooses an option's value from now on.
func (d *discovery) chosen(o *option.Option) bool {
	for _, g := range d.guesses {
		if g.Option.Long() == o.Long() {
			return g.Use == guess.Tune || g.Use == guess.Seed || g.Use == guess.Dir
		}
	}
	return false
}

// placeholders are the arguments for what danlu chooses. {params} serves where every
// parameter is passed as --name=value.
func (d *discovery) placeholders() []string {
	style := d.asked.program.Style
	var tuned []*guess.Guess
	plain := style == option.Dashes
	for _, g := range d.guesses {
		if g.Use == guess.Tune {
			tuned = append(tuned, g)
			plain = plain && !g.Option.Flag && g.Option.Long() == "--"+g.Name()
		}
	}
	var words []string
	if plain {
		words = append(words, "{params}")
	} else {
		for _, g := range tuned {
			words = append(words, passed(g, style)...)
		}
	}
	client := d.asked.source != nil && slices.Contains(d.asked.source.Imports, "danlu")
	for _, g := range d.guesses {
		switch {
		case g.Use == guess.Seed:
			words = append(words, written(g.Option, "{seed}", style)...)
		case g.Use == guess.Dir:
			words = append(words, written(g.Option, d.inDir(g.Option), style)...)
		case g.Use == guess.Resume && client && !g.Given:
			words = append(words, "{resume?"+strings.Join(written(g.Option, "{resume}", style), "=")+"}")
		}
	}
	if style == option.Hydra {
		words = append(words, "hydra.run.dir={dir}")
	}
	return words
}

// inDir is a path in the trial's folder: the folder itself, or a file where the
// program writes a file.
func (d *discovery) inDir(o *option.Option) string {
	if base := filepath.Base(o.Default); o.Known && filepath.Ext(base) != "" && base != "." {
		return "{dir}/" + strings.NewReplacer("{", "", "}", "").Replace(base)
	}
	return "{dir}"
}

// written is an option with a value, as its style wants it.
func written(o *option.Option, value string, style option.Style) []string {
	name := o.Long()
	switch {
	case style == option.Hydra || strings.HasPrefix(name, "--"):
		return []string{name + "=" + value}
	}
	return []string{name, value}
}

// passed is a parameter as arguments.
func passed(g *guess.Guess, style option.Style) []string {
	name := g.Name()
	if g.Option.Flag {
		words := []string{"{" + name + "?" + g.Option.Long() + "}"}
		if g.Option.Off != "" {
			words = append(words, "{!"+name+"?"+g.Option.Off+"}")
		}
		return words
	}
	words := written(g.Option, "{"+name+"}", style)
	if len(g.When) > 0 {
		for i, w := range words {
			words[i] = "{" + name + "?" + w + "}"
		}
	}
	return words
}

// variables passes parameters as variables: to make behind the target, to a shell
// script in its environment.
func (d *discovery) variables(f *draft.File, cmd []string, escape *strings.Replacer) {
	var vars []string
	for _, g := range d.guesses {
		value := ""
		switch g.Use {
		case guess.Tune:
			value = "{" + g.Name() + "}"
		case guess.Seed:
			value = "{seed}"
		case guess.Dir:
			value = d.inDir(g.Option)
		default:
			continue
		}
		vars = append(vars, g.Option.Long()+"="+value)
	}
	for _, w := range d.launch.args {
		cmd = append(cmd, escape.Replace(w))
	}
	if d.launch.kind == makeTarget {
		f.Command = append(cmd, vars...)
		return
	}
	f.Command = slices.Concat([]string{"env"}, vars, cmd)
}

// describe writes everything but the command.
func (d *discovery) describe(f *draft.File, h *heard) {
	f.Params, f.Spares = d.params(guess.Tune), d.params(guess.Spare)
	f.Head = append(f.Head, "Written by `danlu init`, which found the options by "+d.asked.how+".",
		"Ranges are what practice suggests around the defaults: look at them, and at what is not sure.")
	if d.file != "" {
		f.Head = append(f.Head, "`danlu fill` starts the program with other values in "+d.file+", which stays as it is.")
	}
	f.Doubts = d.asked.doubts
	d.left(f)
	d.heldFixed(f)
	f.Objective = h.objective
	if e := d.fidelity(h); e.Value != "" {
		f.Rest = append(f.Rest, e)
	}
	if h.observe.Value != "" {
		f.Rest = append(f.Rest, h.observe)
	}
	if c := d.divides(); c != "" {
		f.Rest = append(f.Rest, draft.Entry{Key: "constraints", Value: c, Note: "heads share the width equally"})
	}
	n := len(f.Params)
	f.Rest = append(f.Rest, draft.Entry{Key: "budget", Value: fmt.Sprintf("{trials: %d}", min(max(10*n, 20), 100)), Note: "about ten for every parameter"})
}

// left lists what is not tuned.
func (d *discovery) left(f *draft.File) {
	var unknown, fixed []string
	for _, g := range d.guesses {
		switch {
		case g.Use == guess.Unknown && !strings.HasPrefix(g.Option.Long(), "--no"):
			unknown = append(unknown, d.typed(g.Option))
		case g.Use == guess.Fixed && (g.Role != "" || g.Unsure != ""):
			fixed = append(fixed, d.typed(g.Option))
		}
	}
	const most = 15
	if s := d.asked.source; s != nil && len(s.Groups) > 0 {
		f.Left = append(f.Left, "groups of Hydra's, which a choice could choose from: "+strings.Join(head(s.Groups, most), ", "))
	}
	if len(unknown) > 0 {
		f.Left = append(f.Left, "not tuned, since nothing tells what they are: "+strings.Join(head(unknown, most), ", "))
	}
	if len(fixed) > 0 {
		f.Left = append(f.Left, "not tuned, since there is no range to guess: "+strings.Join(head(fixed, most), ", "))
	}
}

// typed is an option as people write it, in a file without dashes.
func (d *discovery) typed(o *option.Option) string {
	if d.file != "" {
		return o.Name()
	}
	return o.Long()
}

func head(words []string, most int) []string {
	if len(words) <= most {
		return words
	}
	return append(words[:most:most], fmt.Sprintf("and %d more", len(words)-most))
}

// heldFixed says what of the command line stays, and what of it danlu chooses now.
func (d *discovery) heldFixed(f *draft.File) {
	var stays, chosen []string
	for _, a := range d.args {
		switch {
		case a.option == nil:
		case d.chosen(a.option):
			chosen = append(chosen, a.option.Long())
		default:
			stays = append(stays, strings.Join(a.words, " "))
		}
	}
	if len(stays) > 0 {
		f.Left = append(f.Left, "as given, in every trial: "+strings.Join(stays, ", "))
	}
	if len(chosen) > 0 {
		f.Left = append(f.Left, "was given, and is chosen by danlu now: "+strings.Join(chosen, ", "))
	}
}

// divides demands that heads divide the width they share, where both are tuned.
func (d *discovery) divides() string {
	heads, width := "", ""
	for _, g := range d.guesses {
		switch {
		case g.Use != guess.Tune:
		case g.Role == "heads" && heads == "":
			heads = g.Name()
		case (g.Role == "embedding" || g.Role == "width" && strings.Contains(g.Name(), "model")) && width == "":
			width = g.Name()
		}
	}
	if heads == "" || width == "" {
		return ""
	}
	return draft.List([]string{quoted(width) + " % " + quoted(heads) + " == 0"})
}

// quoted is a name in an expression.
func quoted(name string) string {
	if word.MatchString(name) {
		return name
	}
	return "`" + name + "`"
}
