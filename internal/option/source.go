package option

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
)

// reader is the program that reads Python for [ReadSource].
//
//go:embed read.py
var reader string

// Source is what a script's text tells, without its being run.
type Source struct {
	Program *Program // its options, as far as the text has them
	// Constants are variables of the script with a literal, that no command line sets.
	Constants []*Option
	Prints    []Print
	Imports   []string // modules, without their parts
	Calls     []string // functions that tell how it works, as called
	Hydra     bool     // it is started by Hydra
	Groups    []string // Hydra's groups of configurations: model=large|small
	// ConfigFile says that a file of Python's, on the command line, has options too, which
	// go by --config.lr=0.1, as with ml_collections; they are among the Program's.
	ConfigFile bool
	Client     bool // it calls danlu.params
	Reports    bool // it calls danlu.report
	Logged     bool // metrics go to a logger, as Lightning's self.log, not to the output
	Parses     bool // something in it reads the command line
	Helps      bool // and answers --help
	Whole      bool // Program has all there is to it: a help would tell no more
}

// Print is something a script writes: text, and expressions between.
type Print struct {
	Pieces []Piece
	Loop   bool   // it stands in a loop
	In     string // the function it stands in
}

// Reported marks, in front of a piece's text, the name of a metric that a script
// gives to danlu.report.
const Reported = "danlu.report:"

// Piece is text, or an expression and the format it is written in.
type Piece struct {
	Text       string `json:"t"`
	Expression string `json:"e"`
	Format     string `json:"f"`
	Zero       bool   `json:"z"` // it counts a loop from 0
}

// found is what read.py writes.
type found struct {
	Options []struct {
		Names              []string
		Off, Type, Default string
		Kind, Of, Help     string
		Choices            []string
		Known, Flag, Many  bool
		Required           bool
		At                 int
	}
	Prints []struct {
		Pieces []Piece
		Loop   bool
		In     string
	}
	Imports, Calls, Notes, Files []string
}

// ReadSource reads a Python script and the files in its folder that it imports, by
// the interpreter python, from the folder the script would be started in. The
// script is not run. configs are files of Python that change its variables, or, as
// --config=FILE, have options.
func ReadSource(ctx context.Context, python, script, dir string, configs ...string) (*Source, error) {
	cmd := exec.CommandContext(ctx, python, append([]string{"-I", "-S", "-c", reader, script, dir}, configs...)...)
	cmd.Dir = dir
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("read %s with %s: %w: %s", script, python, err, lastLine(errs.String()))
	}
	var f found
	if err := json.Unmarshal(out.Bytes(), &f); err != nil {
		return nil, fmt.Errorf("read %s with %s: %w", script, python, err)
	}
	for _, n := range f.Notes {
		if why, ok := strings.CutPrefix(n, "unreadable: "); ok {
			return nil, errors.New("read " + script + ": " + why)
		}
	}
	return f.source(), nil
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

func (f *found) source() *Source {
	s := &Source{Imports: f.Imports, Calls: f.Calls, Program: &Program{Style: Dashes}}
	for _, p := range f.Prints {
		s.Prints = append(s.Prints, Print(p))
	}
	s.Hydra = slices.Contains(f.Notes, "hydra")
	for _, n := range f.Notes {
		if g, ok := strings.CutPrefix(n, "group:"); ok {
			s.Groups = append(s.Groups, g)
		}
	}
	s.ConfigFile = slices.ContainsFunc(f.Notes, func(n string) bool { return strings.HasPrefix(n, "config file: ") })
	s.Reports = slices.Contains(f.Calls, "danlu.report")
	lightning := slices.Contains(f.Imports, "lightning") || slices.Contains(f.Imports, "pytorch_lightning")
	s.Logged = slices.Contains(f.Notes, "logged") && lightning
	parsers := []string{"argparse", "click", "typer", "tyro", "absl", "fire", "hydra", "jsonargparse", "simple_parsing", "draccus", "pyrallis", "tap", "docopt", "optparse", "configargparse", "chz", "cyclopts", "jsonargparse", "lightning", "pytorch_lightning"}
	s.Parses = slices.ContainsFunc(parsers, func(m string) bool { return slices.Contains(f.Imports, m) }) ||
		slices.Contains(f.Calls, "HfArgumentParser") || slices.Contains(f.Calls, "LightningCLI")
	s.Helps = s.Parses
	f.options(s)
	s.Whole = slices.Contains(f.Notes, "complete") && s.Program.Style == Dashes
	return s
}

// options chooses which of what looks like options a command line can set.
func (f *found) options(s *Source) {
	kinds := []string{"argparse", "click", "absl", "typer"}
	entries := map[string]bool{}
	for _, n := range f.Notes {
		if e, ok := strings.CutPrefix(n, "entry:"); ok {
			entries[e] = true
		}
	}
	dataclasses := slices.Contains(f.Calls, "HfArgumentParser") ||
		slices.ContainsFunc([]string{"simple_parsing", "tyro", "draccus", "pyrallis", "chz"}, func(m string) bool { return slices.Contains(f.Imports, m) })
	has := map[string]bool{}
	for _, o := range f.Options {
		has[o.Kind] = true
	}
	switch {
	case has["danlu"]:
		kinds, s.Client, s.Program.Style = []string{"danlu"}, true, Client
	case slices.Contains(f.Notes, "globals"): // --name=value sets a variable of the script
		kinds = append(kinds, "constant") // but for those within others, below
		s.Parses = true
	}
	var places []*Option
	for _, o := range f.Options {
		inside := o.Kind == "constant" && len(o.Names) == 1 && strings.Contains(o.Names[0], ".")
		ok := slices.Contains(kinds, o.Kind) && !inside || (o.Kind == "signature" && entries[o.Of]) || (o.Kind == "dataclass" && dataclasses)
		if o.Kind == "positional" && !s.Parses && len(o.Names) == 1 && s.Program.Find(o.Names[0]) == nil {
			places = append(places, &Option{Names: o.Names, Type: typeWord(o.Type), Default: o.Default, Known: o.Known, At: o.At, Unsure: true})
		}
		if o.Kind == "constant" && o.Of == "literal" && !ok {
			c := Variable("--"+o.Names[0], o.Default)
			c.Type, c.Known, c.Unsure = typeWord(o.Type), o.Known, true
			s.Constants = append(s.Constants, c)
		}
		if !ok || (o.Kind == "argparse" && len(o.Names) > 0 && !strings.HasPrefix(o.Names[0], "-")) {
			continue
		}
		x := &Option{Names: o.Names, Off: o.Off, Type: typeWord(o.Type), Choices: o.Choices, Default: o.Default, Known: o.Known, Flag: o.Flag, Many: o.Many, Required: o.Required, Help: o.Help, Unsure: true}
		if o.Kind == "signature" || o.Kind == "constant" || o.Kind == "typer" {
			for i, n := range x.Names {
				x.Names[i] = "--" + n
			}
		}
		if x.Type == Unknown && x.Known {
			x.Type = literal(x.Default)
		}
		if len(x.Names) > 0 && s.Program.Find(x.Long()) == nil {
			s.Program.Options = append(s.Program.Options, x)
		}
	}
	if len(s.Program.Options) == 0 && len(places) > 0 {
		s.Program.Options, s.Program.Style, s.Parses, s.Helps = inPlace(places), Positional, true, false
	}
}

// inPlace puts arguments in their order, as far as all of them are known.
func inPlace(places []*Option) (all []*Option) {
	for {
		i := slices.IndexFunc(places, func(o *Option) bool { return o.At == len(all)+1 })
		if i < 0 {
			return all
		}
		all = append(all, places[i])
	}
}

// Complete fills in what a help left out from what the source says of the same
// options.
func (p *Program) Complete(s *Source) {
	for _, o := range p.Options {
		var from *Option
		for _, n := range o.Names {
			if from = s.Program.Find(n); from != nil {
				break
			}
		}
		if _, last, dotted := cutLast(o.Name()); from == nil && dotted { // a field of a nested dataclass
			from = s.Program.Find(last)
		}
		if from == nil {
			continue
		}
		if !o.Known && from.Known && !o.Many {
			o.Default, o.Known = from.Default, true
		}
		if from.Type != Unknown && !o.Flag && (o.Type == Unknown || o.Type == Int && from.Type == Float) {
			o.Type = from.Type
		}
		if o.Help == "" {
			o.Help = from.Help
		}
		if o.Choices == nil && !o.Flag {
			o.Choices = from.Choices
		}
		o.Many = o.Many || from.Many
	}
}
