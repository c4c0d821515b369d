// Package command turns a study's command line, with its placeholders, into what
// one trial runs: its arguments and its environment.
//
//	{params}   a whole argument: --name=value for every active parameter
//	{lr}       the value of a parameter, anywhere in an argument
//	{trial}    its number, {dir} its folder, {seed} its seed,
//	{resume}   the checkpoint to start from, or nothing
//	{lr?…}     what stands for the dots, in trials in which the parameter exists
//	           and is not false; {!amp?…} where it is false
//	{{ and }}  braces
//
// An argument that is a condition and nothing else is left out where that does not
// hold: {amp?--amp}, {momentum?--momentum={momentum}}, {resume?--resume={resume}}.
// Within a condition } always closes it.
//
// No shell is involved: values with spaces, quotes or newlines stay one argument.
// [Quote] writes a line that a person can paste into a shell, [Split] reads one.
// It starts nothing and looks nothing up.
//
// Start reading at [Expand] and [Env].
package command

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/danlu-ml/danlu/internal/space"
)

// Vars is what one attempt gives to its command line and environment.
type Vars struct {
	Study          string
	Trial, Attempt int
	Params         space.Values
	Order          []string     // of the parameters in {params}; nil: by name
	Space          *space.Space // what the parameters are; nil: their values tell
	Dir            string       // the trial's folder
	Seed           uint64
	Resume         string // a checkpoint's path; empty: start from nothing
	MaxStep        int64  // 0: unknown
	Endpoint       string // the file with the address reports go to; empty: none
	Spool          string // the file reports are left in
}

// Reserved lists the placeholders that are not parameters, and so the names that
// no parameter may have.
func Reserved() []string { return []string{"params", "trial", "dir", "seed", "resume"} }

// Error is what is wrong with an argument of a command.
type Error struct {
	Arg  int // its index
	Text string
}

func (e *Error) Error() string { return e.Text }

// Check refuses a command that could not be expanded for every trial of a space.
// The error is an [*Error].
func Check(cmd []string, s *space.Space) error {
	if len(cmd) == 0 || cmd[0] == "" {
		return &Error{Text: `the command names no program; write one, as in [python, train.py, "{params}"]`}
	}
	all := slices.Contains(cmd, "{params}")
	for i, arg := range cmd {
		pieces, err := parse(arg)
		if err != nil {
			return &Error{Arg: i, Text: err.Error()}
		}
		for _, p := range pieces {
			if err := p.check(arg, s, func(string) bool { return all }); err != nil {
				return &Error{Arg: i, Text: err.Error()}
			}
		}
	}
	return nil
}

// Uses lists the parameters that a command has placeholders for; all reports
// whether it has {params}.
func Uses(cmd []string) (names []string, all bool) {
	for _, arg := range cmd {
		if pieces, err := parse(arg); err == nil {
			names = uses(names, pieces)
		}
	}
	return names, slices.Contains(cmd, "{params}")
}

func uses(names []string, pieces []piece) []string {
	for _, p := range pieces {
		if p.hole && !slices.Contains(Reserved(), p.text) && !slices.Contains(names, p.text) {
			names = append(names, p.text)
		}
		names = uses(names, p.then)
	}
	return names
}

// Expand fills in a command that passed [Check]. The placeholder of a parameter
// that does not exist in this trial is empty.
func Expand(cmd []string, v Vars) ([]string, error) {
	out := make([]string, 0, len(cmd)+len(v.Params))
	for _, arg := range cmd {
		if arg == "{params}" {
			out = append(out, v.options()...)
			continue
		}
		pieces, err := parse(arg)
		if err != nil {
			return nil, fmt.Errorf("expand the command: %w", err)
		}
		if len(pieces) == 1 && pieces[0].test != 0 && !pieces[0].holds(v) {
			continue
		}
		out = append(out, v.fill(pieces))
	}
	return out, nil
}

func (v Vars) options() []string {
	order := v.Order
	if order == nil {
		order = names(v.Params)
	}
	var opts []string
	for _, name := range order {
		if x, ok := v.Params[name]; ok {
			opts = append(opts, "--"+name+"="+v.argument(name, x))
		}
	}
	return opts
}

func (v Vars) fill(pieces []piece) string {
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString(p.fill(v))
	}
	return b.String()
}

// holds reports whether a condition is met.
func (p piece) holds(v Vars) bool {
	if p.text == "resume" {
		return (v.Resume == "") == (p.test == '!')
	}
	x, ok := v.Params[p.text]
	return ok && (x == space.BoolValue(false)) == (p.test == '!')
}

func (p piece) fill(v Vars) string {
	switch {
	case !p.hole:
		return p.text
	case p.test != 0 && p.holds(v):
		return v.fill(p.then)
	case p.test != 0:
		return ""
	case p.text == "trial":
		return strconv.Itoa(v.Trial)
	case p.text == "dir":
		return v.Dir
	case p.text == "seed":
		return strconv.FormatUint(v.Seed, 10)
	case p.text == "resume":
		return v.Resume
	}
	return v.argument(p.text, v.Params[p.text])
}

// argument is a value as a command line has it. A float is written as one, 0.0 and
// not 0, since there are programs that take the type of a number from its digits; one
// that goes by steps, or is not in the space, may be an int to the program, and stays as
// short as it can be.
func (v Vars) argument(name string, x space.Value) string {
	s := x.String()
	if x.Kind() != space.FloatKind || strings.ContainsAny(s, ".enN") { // 1e-05, inf, NaN
		return s
	}
	if v.Space != nil {
		i := v.Space.Index(name)
		if i < 0 {
			return s
		}
		if d, ok := v.Space.Param(i).Domain.(space.Float); ok && d.Step > 0 {
			return s
		}
	}
	return s + ".0"
}
