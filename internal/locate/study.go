package locate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
)

// ErrUsage is wrapped where the arguments name nothing that is there.
var ErrUsage = errors.New("wrong arguments")

type wrong struct{ text string }

func (w *wrong) Error() string   { return w.text }
func (w *wrong) Is(e error) bool { return e == ErrUsage }

func wrongf(format string, args ...any) error { return &wrong{fmt.Sprintf(format, args...)} }

// Want is what a verb needs to be told.
type Want struct {
	// Trial: a trial must be named. Without it, one may be.
	Trial bool
	// Write: the verb changes something, so that a study is not guessed among
	// several unless exactly one is being run.
	Write bool
	// Except is a study that is not meant, as if the store did not hold it.
	Except string
}

// Target is what a verb works on.
type Target struct {
	Info  store.Info
	Trial *study.TrialID // nil: the study itself
	// Guessed says how the study was chosen among several; empty if there was no
	// choice.
	Guessed string
}

// Find reads the arguments `[STUDY] [TRIAL]`. A single number is a trial, unless a
// study is called so and the verb does not need a trial. Where
// no study is named it is the only one, else the one that is being run, else, for
// a verb that only looks, the newest.
func Find(ctx context.Context, st store.Store, args []string, want Want) (Target, error) {
	infos, err := st.Studies(ctx)
	if err != nil {
		return Target{}, err
	}
	infos = slices.DeleteFunc(infos, func(i store.Info) bool { return i.Study == want.Except })
	switch {
	case len(infos) == 0 && want.Except != "":
		return Target{}, wrongf("the store holds no study but %s", want.Except)
	case len(infos) == 0:
		return Target{}, errors.New("the store holds no study yet: run `danlu tune` first")
	}
	var t Target
	name, trial, hasTrial := split(args)
	if hasTrial && name == "" && !want.Trial && slices.ContainsFunc(infos, func(i store.Info) bool { return i.Study == trial }) {
		name, hasTrial = trial, false // a study may be called 2024
	}
	if hasTrial {
		id, err := strconv.Atoi(trial)
		if err != nil || id < 0 {
			return t, wrongf("%q is not a trial: trials are numbers from 0 on, as `danlu ls` shows them", trial)
		}
		n := study.TrialID(id)
		t.Trial = &n
	}
	if name == "" {
		t.Info, t.Guessed, err = guess(infos, want)
	} else {
		t.Info, err = byName(infos, name)
	}
	if err == nil && want.Trial && t.Trial == nil {
		err = wrongf("which trial of study %s? Name its number, as `danlu ls %[1]s` shows it", t.Info.Study)
	}
	return t, err
}

// split takes the arguments apart: a single one that is a number is a trial.
func split(args []string) (name, trial string, hasTrial bool) {
	switch {
	case len(args) == 0:
		return "", "", false
	case len(args) > 1:
		return args[0], args[1], true
	}
	if _, err := strconv.Atoi(args[0]); err == nil {
		return "", args[0], true
	}
	return args[0], "", false
}

func byName(infos []store.Info, name string) (store.Info, error) {
	names := make([]string, len(infos))
	for i, info := range infos {
		if names[i] = info.Study; info.Study == name {
			return info, nil
		}
	}
	hint := "it holds " + enumerate(names)
	if near := space.Nearest(name, names); near != "" {
		hint = "did you mean " + near + "?"
	}
	return store.Info{}, wrongf("the store holds no study %q: %s", name, hint)
}

func guess(infos []store.Info, want Want) (info store.Info, how string, err error) {
	if len(infos) == 1 {
		return infos[0], "", nil
	}
	var running []store.Info
	names := make([]string, len(infos))
	for i, info := range infos {
		if names[i] = info.Study; Running(info) {
			running = append(running, info)
		}
	}
	switch {
	case len(running) == 1:
		return running[0], fmt.Sprintf("study %s, the one that is being run; name another one if you mean it", running[0].Study), nil
	case want.Write:
		return info, "", wrongf("which study? The store holds %s: name one", enumerate(names))
	}
	info = infos[len(infos)-1]
	return info, fmt.Sprintf("study %s, the newest of %d; name another one if you mean it", info.Study, len(infos)), nil
}

// Running reports whether somebody holds the study: alive as far as anyone can
// tell, and not late to renew the lease.
func Running(i store.Info) bool {
	return i.Holder != nil && !store.Dead(*i.Holder) && time.Now().Before(i.Expires)
}

// enumerate lists names, at most eight.
func enumerate(names []string) string {
	const most = 8
	if more := len(names) - most; more > 0 {
		return strings.Join(names[more:], ", ") + fmt.Sprintf(" and %d older ones", more)
	}
	return strings.Join(names, ", ")
}
