package discover

import (
	"errors"
	"os"
	"regexp"

	"github.com/danlu-ml/danlu/internal/option"
)

var (
	// ${LR:-0.1} and ${LR:=0.1}, the ways to give a variable a default.
	shellDefault = regexp.MustCompile(`\$\{([A-Za-z_]\w*):?[-=]([^}]*)\}`)
	// LR ?= 0.1, and LR = 0.1 as well: make's command line overrides both.
	makeDefault = regexp.MustCompile(`(?m)^(?:export\s+)?([A-Za-z_]\w*)\s*(?:\?=|:=|=)\s*([^\s#]*)\s*(?:#.*)?$`)
)

// askShell reads the variables of a shell script or a makefile that have defaults:
// they are its options. Nothing is run.
func (d *discovery) askShell() (*asked, error) {
	names, pattern, what := []string{d.launch.script}, shellDefault, "variables with a default, as in ${LR:-0.1}"
	if d.launch.kind == makeTarget {
		names, pattern, what = []string{"GNUmakefile", "Makefile", "makefile", "justfile"}, makeDefault, "variables, as in LR ?= 0.1"
	}
	for _, name := range names {
		text, err := os.ReadFile(in(d.o.Dir, name))
		if err != nil {
			continue
		}
		p := &option.Program{Style: option.Env}
		for _, m := range pattern.FindAllStringSubmatch(string(text), -1) {
			if p.Find(m[1]) == nil {
				p.Options = append(p.Options, option.Variable(m[1], m[2]))
			}
		}
		if len(p.Options) == 0 {
			return nil, errors.New("read " + name + ": it has no " + what + "; give it some, or name the program it starts: danlu init -- python train.py")
		}
		return &asked{program: p, how: "the " + what + ", of " + name}, nil
	}
	return nil, errors.New("read what the command runs: there is no " + names[0] + " in " + d.o.Dir + "; start danlu init where the command works")
}
