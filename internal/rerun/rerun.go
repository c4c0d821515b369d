// Package rerun says how to run a trial's program once more by hand.
//
// Start reading at [Line].
package rerun

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/danlu-ml/danlu/internal/command"
	"github.com/danlu-ml/danlu/internal/study"
)

// Line is a line for a POSIX shell in folder cwd that starts the program as the
// trial's first attempt did. What the command line does not show stands before it:
// the folder, the environment the study sets, and, unless the command line has both
// the parameters and the seed, what a trial's environment says of them, for a
// program that asks danlu.params() and danlu.seed() looks there.
func Line(v *study.View, t *study.Trial, cwd string) (string, error) {
	def := v.Def
	if len(def.Command) == 0 {
		return "", fmt.Errorf("study %s has no command: its trials are run by the program that asks for them; `danlu best --json` gives the parameters", def.Name)
	}
	params, order := v.ParamsAt(t, 0)
	vars := command.Vars{
		Study: def.Name, Trial: int(t.ID), Attempt: 1, Space: def.Space, Params: params, Order: order, Seed: t.Seed, MaxStep: v.Horizon(t),
	}
	if def.Fidelity.Param != "" {
		vars.MaxStep = 0
	}
	if len(t.Attempts) > 0 {
		vars.Dir = t.Attempts[0].Dir
	}
	argv, err := command.Expand(def.Command, vars)
	if err != nil {
		return "", fmt.Errorf("fill in the command of trial %d: %w", t.ID, err)
	}
	env, err := environment(def, t, vars)
	if err != nil {
		return "", err
	}
	line := command.Quote(argv)
	if len(env) > 0 { // env(1) takes names that are not a shell's, too
		line = command.Quote(append([]string{"env"}, env...)) + " " + line
	}
	if def.Dir != "" && def.Dir != cwd {
		line = "cd " + command.Quote([]string{def.Dir}) + " && " + line
	}
	return line, nil
}

func environment(def *study.Definition, t *study.Trial, vars command.Vars) ([]string, error) {
	var env []string
	for _, name := range slices.Sorted(maps.Keys(def.Env)) {
		env = append(env, name+"="+def.Env[name])
	}
	params, seed := shows(def.Command, t)
	if params && (seed || filled(def.Command)) {
		return env, nil
	}
	text, err := json.Marshal(vars.Params)
	if err != nil {
		return nil, fmt.Errorf("write the parameters of trial %d: %w", t.ID, err)
	}
	env = append(env, "DANLU_TRIAL="+strconv.Itoa(vars.Trial), "DANLU_PARAMS="+string(text), "DANLU_SEED="+strconv.FormatUint(t.Seed, 10))
	if vars.MaxStep > 0 {
		env = append(env, "DANLU_MAX_STEP="+strconv.FormatInt(vars.MaxStep, 10))
	}
	if params {
		return env, nil
	}
	for _, name := range slices.Sorted(maps.Keys(vars.Params)) {
		env = append(env, command.Variable(name)+"="+vars.Params[name].String())
	}
	return env, nil
}

// filled reports whether a command gives the program its parameters in a file of its
// own: it was written without danlu, and asks it for nothing.
func filled(cmd []string) bool { return len(cmd) > 1 && cmd[0] == "danlu" && cmd[1] == "fill" }

// shows reports whether the command line has all the trial's parameters, and its
// seed.
func shows(cmd []string, t *study.Trial) (params, seed bool) {
	names, all := command.Uses(cmd)
	params = true
	for name := range t.Params {
		params = params && (all || slices.Contains(names, name))
	}
	return params, slices.ContainsFunc(cmd, func(arg string) bool { return strings.Contains(arg, "{seed}") })
}
