package driver

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/executor/local"
	"github.com/danlu-ml/danlu/internal/sampler"
	"github.com/danlu-ml/danlu/internal/scheduler"
	"github.com/danlu-ml/danlu/internal/spec"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/wrapper"
)

// Ready refuses a study that could not run: see [Deciders]; resources that are not
// here, a program that can't be found, and what a danlu.yaml may say but this version can't do yet. It leaves nothing
// behind. The error is a [*spec.Error].
func Ready(ctx context.Context, def *study.Definition) error {
	switch {
	case def.Mode == "staged":
		return Wrong(def, "mode", "mode: staged is not in this version; write mode: search, or leave it out")
	}
	if err := Deciders(def); err != nil {
		return err
	}
	if err := startable(def); err != nil {
		return Wrong(def, "command", err.Error())
	}
	return fits(ctx, def)
}

// startable says why the program could not be started in any trial.
func startable(def *study.Definition) error {
	if len(def.Command) == 0 || strings.ContainsAny(def.Command[0], "{}") { // what is filled in may be there
		return nil
	}
	env := os.Environ()
	if path, ok := def.Env["PATH"]; ok {
		env = append(env, "PATH="+path)
	}
	return wrapper.Spec{Launch: executor.Launch{Command: def.Command, WorkDir: def.Dir, Env: env}}.Startable()
}

// Deciders refuses a study whose sampler or scheduler does not have the options given, or
// can't do with what is to be searched. The error is a [*spec.Error].
func Deciders(def *study.Definition) error {
	if _, err := sampler.New(def.Sampler, def); err != nil {
		return Wrong(def, "sampler", err.Error())
	}
	if _, err := scheduler.New(def.Scheduler, def); err != nil {
		return Wrong(def, "scheduler", err.Error())
	}
	return nil
}

// fits refuses a study none of whose trials fits on this machine. Who sets
// parallel: may overcommit cores, but there are no devices but those there are.
func fits(ctx context.Context, def *study.Definition) error {
	ex, err := local.New(local.Options{Slots: def.Parallel})
	if err != nil {
		return err
	}
	defer ex.Close()
	c, err := ex.Capacity(ctx, executor.Resources(def.Resources))
	switch {
	case err != nil:
		return fmt.Errorf("look how many trials fit: %w", err)
	case c.Slots > 0:
		return nil
	case def.Resources.GPUs > 0 || def.Resources.Share > 0:
		return Wrong(def, "resources", "no trial fits here ("+c.Why+"); ask for fewer gpus, or run on a machine that has them")
	case def.Parallel == 0:
		return Wrong(def, "resources", "no trial fits here ("+c.Why+"); ask for fewer cpus, or say how many run at once all the same, as in parallel: 1")
	}
	return nil
}

// Wrong is an error at the line of the file that has the key. It is a [*spec.Error].
func Wrong(def *study.Definition, key, text string) error {
	line := 1
	for i, l := range strings.Split(def.Source, "\n") {
		if code, _, _ := strings.Cut(l, "#"); strings.Contains(code, key+":") {
			line = i + 1
			break
		}
	}
	return &spec.Error{File: def.File, Line: line, Text: text}
}
