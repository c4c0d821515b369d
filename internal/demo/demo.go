// Package demo is the study that `danlu demo` runs: real images, the built-in
// trainer, trials inside the driver's own process.
package demo

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/inbox"
	"github.com/danlu-ml/danlu/internal/sampler"
	"github.com/danlu-ml/danlu/internal/scheduler"
	"github.com/danlu-ml/danlu/internal/spec"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/trainer"
)

//go:embed demo.yaml
var withVectors []byte

//go:embed portable.yaml
var withoutVectors []byte

// Definition is the demo's study, as it fits this machine, to be kept in dir.
func Definition(dir string) (*study.Definition, error) {
	text := withVectors
	if trainer.Kernels() == "portable" {
		text = withoutVectors
	}
	def, _, err := spec.Parse(filepath.Join(dir, "demo.yaml"), text, spec.Options{
		Samplers: sampler.Names(), Schedulers: scheduler.Names(), RequireCommand: true,
	})
	if err != nil {
		return nil, fmt.Errorf("read the demo's own definition: %w", err)
	}
	def.Parallel = max(runtime.GOMAXPROCS(0), 2)
	return def, nil
}

// WriteFile puts the demo's danlu.yaml into dir, where it is not there yet.
func WriteFile(dir string, def *study.Definition) error {
	path := filepath.Join(dir, "demo.yaml")
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("write the demo's file: %w", err)
	}
	_, err = f.WriteString(def.Source)
	return errors.Join(err, f.Close())
}

// Name is the study to run in a store: the demo that has not come to its end, or
// a new one.
func Name(ctx context.Context, st store.Store) (string, error) {
	infos, err := st.Studies(ctx)
	if err != nil {
		return "", err
	}
	name := "demo"
	for n := 2; ; n++ {
		over, err := concluded(ctx, st, infos, name)
		if err != nil || !over {
			return name, err
		}
		name = fmt.Sprintf("demo-%d", n)
	}
}

// concluded reports whether a study of that name has come to its end.
func concluded(ctx context.Context, st store.Store, infos []store.Info, name string) (bool, error) {
	for _, i := range infos {
		if i.Study != name {
			continue
		}
		over := false
		for ev, err := range st.Replay(ctx, name, 0) {
			if err != nil {
				return false, err
			}
			switch ev.Body.(type) {
			case study.Concluded:
				over = true
			case study.Started, study.Reopened, study.Planned:
				over = false
			}
		}
		return over, nil
	}
	return false, nil
}

// Train runs a trial with the built-in trainer: the task, model and epochs are
// those of the command line, the settings the trial's parameters. After its last
// epoch it reports the test set too, which decides nothing.
func Train(ctx context.Context, l executor.Launch, sink inbox.Sink) error {
	c := trainer.Config{Set: map[string]string{}, Seed: l.Seed, Threads: 1, Epochs: int(l.MaxStep)}
	for i, arg := range l.Command {
		switch arg {
		case "--task":
			c.Task = l.Command[i+1]
		case "--model":
			c.Model = l.Command[i+1]
		}
		if name, value, ok := strings.Cut(arg, "="); ok {
			c.Set[strings.TrimPrefix(name, "--")] = value
		}
	}
	var failed error
	report := func(step int64, values map[string]float64) (goOn bool) {
		a, err := sink.Reports(ctx, l.Trial, l.Attempt, []inbox.Report{{Step: step, Values: values}})
		failed = errors.Join(failed, err)
		return err == nil && a.Decision == inbox.Continue
	}
	last := int64(0)
	res, err := trainer.Run(ctx, c, func(e trainer.Epoch) bool {
		last = int64(e.Epoch)
		return report(last, e.Values())
	})
	switch {
	case failed != nil:
		return failed
	case errors.Is(err, trainer.ErrDiverged):
		return nil // the epoch was reported with NaN, which says it all
	case err != nil:
		return err
	}
	report(last, map[string]float64{"test_accuracy": res.TestAccuracy, "test_loss": res.TestLoss})
	return failed
}
