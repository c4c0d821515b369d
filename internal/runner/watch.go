package runner

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/danlu-ml/danlu/internal/command"
	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/study"
)

// watch puts into a launch where the reports of a program are found that sends
// none.
func watch(l *executor.Launch, def *study.Definition, vars command.Vars) error {
	o := def.Observe
	if o.IsZero() {
		return nil
	}
	l.Observe = o.Stdout
	l.Watch = executor.Watch{Names: o.Names, Step: o.Step, Alone: def.Parallel == 1}
	if l.Watch.Step == "" {
		l.Watch.Step = def.Fidelity.Step
	}
	for _, objective := range def.Objectives {
		l.Watch.Wanted = append(l.Watch.Wanted, objective.Metric)
	}
	for _, name := range slices.Sorted(maps.Keys(o.Names)) {
		if !slices.Contains(l.Watch.Wanted, name) {
			l.Watch.Wanted = append(l.Watch.Wanted, name)
		}
	}
	if o.JSON == "stdout" {
		l.Observe = append(slices.Clone(l.Observe), "json")
		o.JSON = ""
	}
	for _, f := range []struct{ format, path string }{
		{"tensorboard", o.TensorBoard}, {"csv", o.CSV}, {"json", o.JSON},
	} {
		if f.path == "" {
			continue
		}
		path, err := command.Expand([]string{f.path}, vars)
		if err != nil || len(path) != 1 {
			return fmt.Errorf("fill in observe.%s: %w", f.format, err)
		}
		if !filepath.IsAbs(path[0]) {
			path[0] = filepath.Join(l.WorkDir, path[0])
		}
		l.Watch.Files = append(l.Watch.Files, executor.WatchedFiles{
			Format: f.format, Path: path[0],
			Own: strings.Contains(f.path, "{dir}") || strings.Contains(f.path, "{trial}"),
		})
	}
	return nil
}
