package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/danlu-ml/danlu/internal/discover"
	"github.com/danlu-ml/danlu/internal/driver"
	"github.com/danlu-ml/danlu/internal/sampler"
	"github.com/danlu-ml/danlu/internal/scheduler"
	"github.com/danlu-ml/danlu/internal/spec"
	"github.com/danlu-ml/danlu/internal/study"
)

// definition reads a danlu.yaml with the settings of the command line, and prints
// its warnings. Whatever is wrong is wrong usage.
func (a *app) definition(ctx context.Context, file string, needsCommand bool, set []string) (*study.Definition, error) {
	def, warnings, err := spec.Read(file, spec.Options{
		Samplers: sampler.Names(), Schedulers: scheduler.Names(), RequireCommand: needsCommand, Set: set,
	})
	for _, w := range warnings {
		fmt.Fprintln(a.err, w)
	}
	switch {
	case err == nil && needsCommand:
		err = ready(ctx, def)
	case err == nil:
		err = driver.Deciders(def)
	}
	var exit *exitError
	if err != nil && !isFileError(err) && !errors.As(err, &exit) {
		return nil, exitWith(codeUsage, err)
	}
	return def, err
}

// ready refuses a study that could not run, as far as that is known before a trial
// has started.
func ready(ctx context.Context, def *study.Definition) error {
	if err := driver.Ready(ctx, def); err != nil {
		return err
	}
	if _, ok := def.Env["PATH"]; ok { // then another Python may be meant, which looks elsewhere
		return nil
	}
	if err := discover.Missing(def.Command, def.Dir); err != nil {
		return driver.Wrong(def, "command", err.Error())
	}
	return nil
}
