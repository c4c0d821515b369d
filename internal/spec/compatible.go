package spec

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danlu-ml/danlu/internal/command"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// IncompatibleError says that a study can't go on under a changed definition.
type IncompatibleError struct {
	Study string
	What  []string // each change under which its trials lose their meaning
}

func (e *IncompatibleError) Error() string {
	return fmt.Sprintf("study %s can't go on under the changed definition: %s. Put that back; or begin another study, by name: %[1]s-2 in the file or in another store (--store FILE)",
		e.Study, strings.Join(e.What, "; "))
}

// Compatible says what changed between two definitions of a study that has some
// trials, a sentence each; none if nothing did. What decides how trials compare
// (the objectives, the horizon, what parameters there are) must stay; the error
// is an [*IncompatibleError]. Without trials everything may change.
func Compatible(before, after *study.Definition, trials int) (what []string, err error) {
	var refused []string
	if !slices.Equal(before.Objectives, after.Objectives) {
		text := fmt.Sprintf("the objective was %s and is now %s", objectives(before), objectives(after))
		refused, what = append(refused, text), append(what, text)
	}
	if a, b := before.Fidelity, after.Fidelity; a.Param != b.Param || a.Low != b.Low || a.High != b.High {
		text := fmt.Sprintf("fidelity was %s and is now %s", axisOf(a), axisOf(b))
		refused, what = append(refused, text+", and trials at different ones don't compare"), append(what, text)
	} else if a, b := a.Max, b.Max; a != b {
		text := fmt.Sprintf("fidelity.max was %s and is now %s", show(a), show(b))
		what = append(what, text)
		if a != 0 {
			refused = append(refused, text+", and trials of different lengths don't compare")
		}
	}
	changes, err := space.Compatible(before.Space, after.Space)
	what = append(what, changes...)
	for _, e := range unjoin(err) {
		refused, what = append(refused, e.Error()), append(what, e.Error())
	}
	if trials > 0 && len(refused) > 0 {
		return nil, &IncompatibleError{Study: after.Name, What: refused}
	}
	return append(what, harmless(before, after)...), nil
}

// axisOf is a fidelity in a few words.
func axisOf(f study.Fidelity) string {
	if f.Param == "" {
		return "the steps of a training"
	}
	return fmt.Sprintf("%s from %v to %v", f.Param, f.Low, f.High)
}

// resume is fidelity.resume as the file has it.
func resume(d *study.Definition) string {
	if d.Fidelity.Resume == nil {
		return ""
	}
	return strconv.FormatBool(*d.Fidelity.Resume)
}

func objectives(d *study.Definition) string {
	texts := make([]string, len(d.Objectives))
	for i, o := range d.Objectives {
		texts[i] = o.String()
		if o.Best {
			texts[i] += " at best"
		}
	}
	return strings.Join(texts, ", ")
}

func unjoin(err error) []error {
	var all interface{ Unwrap() []error }
	if errors.As(err, &all) {
		return all.Unwrap()
	}
	return nil
}

// harmless lists the changes that a study may see at any time.
func harmless(a, b *study.Definition) (what []string) {
	say := func(same bool, key string, x, y any) {
		if !same {
			what = append(what, fmt.Sprintf("%s was %s and is now %s", key, show(x), show(y)))
		}
	}
	say(slices.Equal(a.Command, b.Command), "command", command.Quote(a.Command), command.Quote(b.Command))
	say(a.Fidelity.Step == b.Fidelity.Step, "fidelity.step", a.Fidelity.Step, b.Fidelity.Step)
	say(resume(a) == resume(b), "fidelity.resume", resume(a), resume(b))
	say(a.Budget.Trials == b.Budget.Trials, "budget.trials", a.Budget.Trials, b.Budget.Trials)
	say(a.Budget.Time == b.Budget.Time, "budget.time", a.Budget.Time, b.Budget.Time)
	say(a.Budget.Steps == b.Budget.Steps, "budget.steps", a.Budget.Steps, b.Budget.Steps)
	say(a.Budget.GPUHours == b.Budget.GPUHours, "budget.gpu_hours", a.Budget.GPUHours, b.Budget.GPUHours)
	say(reflect.DeepEqual(a.Target, b.Target), "target", target(a), target(b))
	say(a.StopWhen == b.StopWhen, "stop_when", a.StopWhen, b.StopWhen)
	say(slices.Equal(a.Constraints, b.Constraints), "constraints", strings.Join(a.Constraints, ", "), strings.Join(b.Constraints, ", "))
	say(slices.Equal(a.Observe.Stdout, b.Observe.Stdout), "observe.stdout", strings.Join(a.Observe.Stdout, ", "), strings.Join(b.Observe.Stdout, ", "))
	say(a.Observe.TensorBoard == b.Observe.TensorBoard, "observe.tensorboard", a.Observe.TensorBoard, b.Observe.TensorBoard)
	say(a.Observe.CSV == b.Observe.CSV, "observe.csv", a.Observe.CSV, b.Observe.CSV)
	say(a.Observe.JSON == b.Observe.JSON, "observe.json", a.Observe.JSON, b.Observe.JSON)
	say(maps.Equal(a.Observe.Names, b.Observe.Names), "observe.names", fmt.Sprint(a.Observe.Names), fmt.Sprint(b.Observe.Names))
	say(a.Observe.Step == b.Observe.Step, "observe.step", a.Observe.Step, b.Observe.Step)
	say(algorithm(a.Sampler) == algorithm(b.Sampler), "sampler", algorithm(a.Sampler), algorithm(b.Sampler))
	say(algorithm(a.Scheduler) == algorithm(b.Scheduler), "scheduler", algorithm(a.Scheduler), algorithm(b.Scheduler))
	say(a.Mode == b.Mode, "mode", a.Mode, b.Mode)
	say(a.Seed == b.Seed, "seed", fmt.Sprint(a.Seed), fmt.Sprint(b.Seed))
	say(a.Parallel == b.Parallel, "parallel", a.Parallel, b.Parallel)
	say(a.Resources == b.Resources, "resources", a.Resources, b.Resources)
	say(a.Retries == b.Retries, "retries", fmt.Sprint(a.Retries), fmt.Sprint(b.Retries))
	say(a.Deadline == b.Deadline, "deadline", a.Deadline, b.Deadline)
	say(a.Grace == b.Grace, "grace", a.Grace, b.Grace)
	if names := differing(a.Env, b.Env); len(names) > 0 {
		what = append(what, "env has changed: "+strings.Join(names, ", ")) // values may be secret
	}
	say(a.Checkpoints == b.Checkpoints, "checkpoints.max_size", a.Checkpoints.MaxSize, b.Checkpoints.MaxSize)
	say(a.Snapshot == b.Snapshot, "snapshot", fmt.Sprint(a.Snapshot), fmt.Sprint(b.Snapshot))
	say(a.Dir == b.Dir, "the study's folder", a.Dir, b.Dir)
	return what
}

// show writes a value of a definition for people; what is zero is not set.
func show(x any) string {
	if reflect.ValueOf(x).IsZero() {
		return "not set"
	}
	if r, ok := x.(study.Resources); ok {
		return fmt.Sprintf("%v cpus, %d gpus, share %v", r.CPUs, r.GPUs, r.Share)
	}
	return fmt.Sprint(x)
}

// differing lists the names under which two mappings differ.
func differing(a, b map[string]string) []string {
	names := maps.Clone(a)
	if names == nil {
		names = map[string]string{}
	}
	maps.Copy(names, b)
	return slices.DeleteFunc(slices.Sorted(maps.Keys(names)), func(name string) bool {
		x, ok := a[name]
		y, also := b[name]
		return ok && also && x == y
	})
}

func target(d *study.Definition) string {
	if d.Target == nil {
		return ""
	}
	return fmt.Sprintf("%s %s %v", d.Target.Metric, d.Target.Op, d.Target.Value)
}

// algorithm writes a name and its options in one order and form.
func algorithm(a study.Algorithm) string {
	if len(a.Options) == 0 {
		return a.Name
	}
	var options []string
	for _, name := range slices.Sorted(maps.Keys(a.Options)) {
		text := string(a.Options[name])
		var x any
		if json.Unmarshal(a.Options[name], &x) == nil {
			if tidy, err := json.Marshal(x); err == nil {
				text = string(tidy)
			}
		}
		options = append(options, name+": "+text)
	}
	return fmt.Sprintf("%s {%s}", a.Name, strings.Join(options, ", "))
}
