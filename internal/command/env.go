package command

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

const paramPrefix = "DANLU_PARAM_"

// ours are the variables of the protocol between danlu and a trial: one set that
// an outer trial left is never a trial's own.
var ours = []string{
	"DANLU_STUDY", "DANLU_TRIAL", "DANLU_ATTEMPT", "DANLU_PARAMS", "DANLU_SEED", "DANLU_DIR",
	"DANLU_MAX_STEP", "DANLU_RESUME", "DANLU_ENDPOINT", "DANLU_SPOOL", "DANLU_MARK", "DANLU_TOKEN",
}

// Protocol reports whether danlu itself sets the variable in trials, so that
// nobody else may.
func Protocol(name string) bool {
	return slices.Contains(ours, name) || strings.HasPrefix(name, paramPrefix)
}

// secret reports whether a variable holds what lets someone into danlu's own
// store or servers.
func secret(name, value string) bool {
	if !strings.HasPrefix(name, "DANLU_") {
		return false
	}
	for _, word := range []string{"TOKEN", "SECRET", "PASSWORD", "CREDENTIAL"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	u, err := url.Parse(value)
	return err == nil && u.User != nil
}

// Variable is the name of the environment variable that holds a parameter:
// DANLU_PARAM_BATCH_SIZE for batch_size or batch.size.
func Variable(param string) string {
	return paramPrefix + strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case (r >= 'A' && r <= 'Z') || (r >= '0' && r <= '9'):
			return r
		}
		return '_'
	}, param)
}

// Env is the whole environment of a trial: what danlu inherited, in its order and
// less danlu's own secrets and an outer trial's variables; then what the file
// sets; then the protocol. Every name is there once. Python's output is left
// unbuffered unless somebody said otherwise, so that it can be read as it comes.
func Env(inherited []string, file map[string]string, v Vars) ([]string, error) {
	params, err := json.Marshal(v.Params)
	if err != nil {
		return nil, fmt.Errorf("write the parameters of trial %d: %w", v.Trial, err)
	}
	env := environment{at: make(map[string]int, len(inherited)+32)}
	for _, entry := range inherited {
		name, value, ok := strings.Cut(entry, "=")
		if ok && name != "" && !Protocol(name) && !secret(name, value) {
			env.set(name, value)
		}
	}
	if _, ok := env.at[fold("PYTHONUNBUFFERED")]; !ok {
		env.set("PYTHONUNBUFFERED", "1")
	}
	for _, name := range slices.Sorted(maps.Keys(file)) {
		env.set(name, file[name])
	}
	env.set("DANLU_STUDY", v.Study)
	env.set("DANLU_TRIAL", strconv.Itoa(v.Trial))
	env.set("DANLU_ATTEMPT", strconv.Itoa(v.Attempt))
	env.set("DANLU_PARAMS", string(params))
	env.set("DANLU_SEED", strconv.FormatUint(v.Seed, 10))
	env.set("DANLU_RESUME", v.Resume)
	env.setIf("DANLU_DIR", v.Dir)
	env.setIf("DANLU_ENDPOINT", v.Endpoint)
	env.setIf("DANLU_SPOOL", v.Spool)
	if v.MaxStep > 0 {
		env.set("DANLU_MAX_STEP", strconv.FormatInt(v.MaxStep, 10))
	}
	for _, name := range names(v.Params) {
		env.set(Variable(name), v.Params[name].String())
	}
	return env.list, nil
}

// environment is a list of NAME=value in which every name occurs once.
type environment struct {
	list []string
	at   map[string]int // where a name is
}

// set gives a name its value, in the place it had.
func (e *environment) set(name, value string) {
	entry := name + "=" + value
	if i, ok := e.at[fold(name)]; ok {
		e.list[i] = entry
		return
	}
	e.at[fold(name)] = len(e.list)
	e.list = append(e.list, entry)
}

func (e *environment) setIf(name, value string) {
	if value != "" {
		e.set(name, value)
	}
}

// fold makes names equal that are equal to the system.
func fold(name string) string {
	if runtime.GOOS == "windows" {
		return strings.ToUpper(name)
	}
	return name
}
