// Package option finds out what options a training program takes: from what it
// prints when asked for help, and from its Python source.
//
// [ParseHelp] reads the help of argparse and what is built on it (simple-parsing,
// draccus, jsonargparse, Lightning's CLI, Transformers' HfArgumentParser), click,
// typer, tyro, absl, fire and Hydra. [ReadSource] asks a Python interpreter for the
// syntax tree of a script and of the files beside it that it imports, and runs none
// of them. Neither knows what an option is to a training; that is guessed elsewhere.
//
// The helps that the tests read were printed by the scripts in testdata, as
// record.sh there says.
//
// Start reading at [Option], then help.go.
package option

import (
	"slices"
	"strconv"
	"strings"
)

// Type is what kind of value an option takes.
type Type string

// The types of values. Unknown is a type that nothing tells.
const (
	Unknown Type = ""
	Float   Type = "float"
	Int     Type = "int"
	Bool    Type = "bool"
	String  Type = "string"
)

// Option is something a program lets be set from outside.
type Option struct {
	Names    []string // as they are typed: -b, --batch-size; Hydra: model.hidden
	Off      string   // what turns a flag off: --no-amp; empty if nothing does
	Type     Type
	Choices  []string // the values it admits; nil: any
	Default  string
	Known    bool // the default is known; it may be empty
	Flag     bool // stands alone, without a value
	Many     bool // takes several values
	Required bool
	Help     string
	Group    string // the heading it stands under
	Unsure   bool   // nothing but the source told of it
	At       int    // Positional: which argument it is, from 1
}

// Name is the longest name without its dashes, the one that says most.
func (o *Option) Name() string { return strings.TrimLeft(o.Long(), "-") }

// Long is the name to use on a command line: the first of those with two dashes,
// or the first.
func (o *Option) Long() string {
	for _, n := range o.Names {
		if strings.HasPrefix(n, "--") {
			return n
		}
	}
	if len(o.Names) == 0 {
		return ""
	}
	return o.Names[0]
}

// Style is how a program wants its options written.
type Style string

// The styles of options.
const (
	Dashes Style = "dashes" // --name=value, or --name value
	Hydra  Style = "hydra"  // name=value
	Env    Style = "env"    // NAME=value in the environment, or make's
	Client Style = "client" // danlu.params: nothing on the command line
	// Positional programs take values by their place, as sys.argv[1]; Options are in
	// that order.
	Positional Style = "positional"
)

// Program is what is known of a program's options.
type Program struct {
	Style    Style
	Options  []*Option
	Commands []string // the subcommands it has
	Groups   []string // Hydra: groups of configurations
}

// Find is the option of a name as typed or without dashes, nil if there is none.
func (p *Program) Find(name string) *Option {
	name = plainName(name)
	for _, o := range p.Options {
		if slices.ContainsFunc(o.Names, func(n string) bool { return plainName(n) == name }) {
			return o
		}
	}
	return nil
}

// plainName makes names equal that a program takes for one.
func plainName(s string) string { return strings.ReplaceAll(strings.TrimLeft(s, "-"), "-", "_") }

// literal guesses the type of a value as Python writes it.
func literal(s string) Type {
	if _, err := strconv.ParseInt(strings.ReplaceAll(s, "_", ""), 10, 64); err == nil {
		return Int
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return Float
	}
	switch s {
	case "True", "False", "true", "false":
		return Bool
	case "", "None", "null":
		return Unknown
	}
	return String
}

// Variable is an option that is set by a variable of that name.
func Variable(name, value string) *Option {
	return &Option{Names: []string{name}, Default: value, Known: value != "", Type: literal(value)}
}
