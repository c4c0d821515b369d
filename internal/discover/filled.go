package discover

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/danlu-ml/danlu/internal/fill"
	"github.com/danlu-ml/danlu/internal/guess"
	"github.com/danlu-ml/danlu/internal/option"
)

// filled looks, where a program has no options worth tuning, for a file that it reads
// and that has them: a configuration on its command line, else the constants of the
// script itself. danlu fill gives the program another in its place.
func (d *discovery) filled() {
	for _, file := range append(d.configurations(), d.launch.script) {
		p := &option.Program{Style: option.Dashes}
		how := "the values in " + file
		switch {
		case file == d.launch.script && d.asked.source != nil && d.launch.module == "" && fill.Can(file):
			p.Options, how = d.asked.source.Constants, "the variables in "+file
		case file != d.launch.script:
			p.Options = d.leaves(file)
		}
		guesses := guess.Options(p, d.facts(nil))
		if !slices.ContainsFunc(guesses, func(g *guess.Guess) bool { return g.Use == guess.Tune }) {
			continue
		}
		d.file, d.asked.program, d.asked.how, d.guesses = file, p, how, guesses
		d.args = nil
		for _, w := range d.launch.args {
			d.args = append(d.args, argument{words: []string{w}})
		}
		return
	}
}

// configurations are the files on the command line that have values with names.
func (d *discovery) configurations() (files []string) {
	for _, w := range d.launch.args {
		if option, value, ok := strings.Cut(w, "="); ok && strings.HasPrefix(option, "-") {
			w = value
		}
		if fill.Can(w) && filepath.Ext(w) != ".py" && !strings.HasPrefix(w, "-") {
			files = append(files, w)
		}
	}
	return files
}

// leaves are the values in a configuration as options; none where it can't be read.
func (d *discovery) leaves(file string) (options []*option.Option) {
	const most = 1 << 20 // more is data
	path := in(d.o.Dir, file)
	if info, err := os.Stat(path); err != nil || info.Size() > most {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	leaves, err := fill.Leaves(path, text)
	if err != nil {
		return nil
	}
	for _, l := range leaves {
		o := &option.Option{Names: []string{"--" + l.Name}, Default: l.Text, Known: l.Kind != fill.Null, Unsure: true}
		switch l.Kind {
		case fill.Int:
			o.Type = option.Int
		case fill.Float:
			o.Type = option.Float
		case fill.Bool:
			o.Type = option.Bool
		case fill.String:
			o.Type = option.String
		}
		options = append(options, o)
	}
	return options
}

// fromConfigurations learns from a configuration on the command line what the program's
// own options are without it, and how long a training is, where the options don't say.
func (d *discovery) fromConfigurations() {
	for _, file := range d.configurations() {
		leaves := d.leaves(file)
		for _, o := range d.asked.program.Options {
			if o.Known || o.Flag || o.Many {
				continue
			}
			if l := only(leaves, o); l != nil && l.Known {
				o.Default, o.Known = l.Default, true
				if o.Type == option.Unknown {
					o.Type = l.Type
				}
			}
		}
		if !slices.ContainsFunc(d.asked.program.Options, guess.IsLength) {
			for _, l := range leaves {
				if guess.IsLength(l) {
					l.Names[0] = strings.TrimPrefix(l.Names[0], "--")
					d.lengths = append(d.lengths, l)
				}
			}
		}
	}
}

// only is the one value of a configuration that has an option's name at its end, nil if
// there is none, or several.
func only(leaves []*option.Option, o *option.Option) (found *option.Option) {
	for _, l := range leaves {
		last := l.Name()[strings.LastIndexByte(l.Name(), '.')+1:]
		if (&option.Program{Options: []*option.Option{o}}).Find(last) == nil {
			continue
		}
		if found != nil {
			return nil
		}
		found = l
	}
	return found
}
