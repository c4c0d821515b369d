// Package traincli is the verb `danlu train`: a training with the built-in
// trainer, by hand or as the program of a trial.
//
// In a trial it takes the trial's parameters as settings, reports every epoch,
// leaves a checkpoint after each and goes on from the one it is given. The trainer
// itself knows nothing of this.
//
// Start reading at [Run].
package traincli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/danlu-ml/danlu/internal/text"
	"github.com/danlu-ml/danlu/internal/trainer"
	"github.com/danlu-ml/danlu/trialio"
)

// Options say what to train and how to show it.
type Options struct {
	trainer.Config
	// JSON writes an object an epoch instead of a line.
	JSON bool
	Out  io.Writer
	// Bar is a terminal of so many columns to draw the epoch's progress on; nil is
	// none.
	Bar   io.Writer
	Width int
	// Trial is the trial the process runs in; its parameters, seed, length and
	// checkpoint hold where the configuration leaves them open.
	Trial *trialio.Trial
}

// Run trains. An error of the configuration is a [trainer.ErrConfig].
func Run(ctx context.Context, o Options) error {
	if o.Trial != nil && o.Trial.InTrial() {
		if err := o.join(); err != nil {
			return err
		}
	} else {
		o.Trial = nil
		if err := o.goOn(); err != nil {
			return err
		}
	}
	o.Threads = cmp.Or(o.Threads, threads(os.Getenv("OMP_NUM_THREADS")))
	if err := o.Check(); err != nil {
		return err
	}
	if askedForRate(o.Trial) {
		return testRates(ctx, o)
	}
	r := run{Options: o, epochs: o.Epochs}
	if o.Bar != nil {
		r.bar = &bar{w: o.Bar, width: o.Width}
		o.Progress = r.bar.step
	}
	o.Note = func(line string) { fmt.Fprintln(os.Stderr, "danlu train: "+line) }
	res, err := trainer.Run(ctx, o.Config, r.epoch)
	r.bar.clear()
	switch {
	case r.failed != nil:
		return r.failed
	case errors.Is(err, trainer.ErrDiverged) && o.Trial != nil:
		return nil // the epoch was reported as it is, which says it all
	case errors.Is(err, context.Canceled) && o.Trial == nil && o.Checkpoint != "":
		return fmt.Errorf("%w: danlu train --resume %s goes on from there", err, o.Checkpoint)
	case err != nil:
		return err
	}
	return r.end(res)
}

// threads is how many a training may use: what OpenMP is told, which in a trial is its
// share of the cores; else all that the program has.
func threads(told string) int {
	if n, err := strconv.Atoi(told); err == nil && n > 0 {
		return n
	}
	return runtime.GOMAXPROCS(0)
}

// goOn completes a configuration that names a checkpoint and no data: it is the
// checkpoint's, but for what is given. The file is written anew.
func (o *Options) goOn() error {
	if o.Resume == "" || o.Task != "" || o.Data != "" {
		return nil
	}
	c, err := trainer.ReadCheckpoint(o.Resume)
	if err != nil {
		return err
	}
	set := maps.Clone(c.Set)
	if set == nil {
		set = map[string]string{}
	}
	maps.Copy(set, o.Set)
	o.Set, o.Task, o.Data, o.Label, o.Group = set, c.Task, c.Data, c.Label, c.Group
	o.Model, o.Epochs, o.Seed = cmp.Or(o.Model, c.Model), cmp.Or(o.Epochs, c.Epochs), cmp.Or(o.Seed, c.Seed)
	o.Checkpoint = cmp.Or(o.Checkpoint, o.Resume)
	return nil
}

// join makes the trial's word the configuration's, where that has none of its
// own.
func (o *Options) join() error {
	set := maps.Clone(o.Set)
	if set == nil {
		set = map[string]string{}
	}
	for name, v := range o.Trial.Params() {
		if _, given := set[name]; !given {
			set[name] = setting(v)
		}
	}
	if text, is := set["epochs"]; is { // how long to train may be searched like any setting
		delete(set, "epochs")
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("%w: epochs=%s: give a whole number", trainer.ErrConfig, text)
		}
		o.Epochs = cmp.Or(o.Epochs, n)
	}
	o.Set = set
	if o.Epochs == 0 {
		o.Epochs = int(o.Trial.MaxStep())
	}
	if o.Seed == 0 {
		o.Seed = uint64(o.Trial.Seed())
	}
	if o.Resume == "" {
		o.Resume = o.Trial.Resume()
	}
	if o.Checkpoint == "" {
		dir := filepath.Join(o.Trial.Dir(), "checkpoints")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("make the folder of the checkpoints: %w", err)
		}
		o.Checkpoint = filepath.Join(dir, fmt.Sprintf("%d.ckpt", os.Getpid()))
	}
	return nil
}

// setting is a parameter as the trainer's settings are written.
func setting(v any) string {
	if f, ok := v.(float64); ok {
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	return fmt.Sprint(v)
}

// run is a training under way.
type run struct {
	Options
	epochs int
	last   int64
	bar    *bar // nil where none is drawn
	failed error
}

// epoch shows and reports an epoch, and says whether to go on.
func (r *run) epoch(e trainer.Epoch) bool {
	r.last = int64(e.Epoch)
	r.bar.clear()
	if r.failed = r.show(e); r.failed != nil {
		return false
	}
	if r.Trial == nil {
		return true
	}
	r.keep(e.Epoch)
	return r.Trial.Report(r.last, e.Values()) == trialio.Continue
}

// keep gives the epoch's checkpoint a name of its own and tells the trial's
// driver, which removes those it needs no more. A training goes on without
// checkpoints.
func (r *run) keep(epoch int) {
	path := filepath.Join(filepath.Dir(r.Checkpoint), fmt.Sprintf("epoch-%d-%s", epoch, filepath.Base(r.Checkpoint)))
	err := os.Rename(r.Checkpoint, path)
	if errors.Is(err, fs.ErrNotExist) {
		return // a training that has diverged leaves none
	}
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err == nil {
		err = r.Trial.Checkpoint(path, int64(epoch))
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "danlu train: no checkpoint of epoch %d: %v\n", epoch, err)
	}
}

func (r *run) show(e trainer.Epoch) error {
	if r.JSON {
		return r.json(e)
	}
	if r.last == 1 || r.epochs >= 0 {
		r.epochs = -1
		if _, err := fmt.Fprintln(r.Out, "epoch  train_loss  val_loss  train_acc  val_acc         lr   time"); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(r.Out, "%5d  %10s  %8s  %9s  %7s  %9s  %4.1fs\n", e.Epoch, loss(e.TrainLoss), loss(e.ValLoss),
		share(e.TrainAccuracy), share(e.ValAccuracy), text.Number(e.LR), e.Seconds)
	return err
}

func loss(v float64) string  { return text.Spread{High: 1}.Format(v) }
func share(v float64) string { return text.Spread{High: 0.9}.Format(v) }

// end shows the result, and reports it at the step of the last epoch: it decides
// nothing.
func (r *run) end(res trainer.Result) error {
	if r.Trial != nil && r.last > 0 {
		r.Trial.Report(r.last, map[string]float64{"test_loss": res.TestLoss, "test_accuracy": res.TestAccuracy})
	}
	if r.JSON {
		return r.json(res)
	}
	if weak := weakest(res.PerClass); weak != "" {
		if _, err := fmt.Fprintln(r.Out, weak); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(r.Out, "test: accuracy %s, balanced %s, loss %s, macro F1 %s (%d parameters)\n",
		share(res.TestAccuracy), share(res.BalancedAccuracy), loss(res.TestLoss), share(res.MacroF1), res.Parameters)
	return err
}

// weakest names up to three classes with the lowest F1, if there are more than
// three.
func weakest(classes []trainer.ClassScore) string {
	if len(classes) <= 3 {
		return ""
	}
	classes = slices.SortedStableFunc(slices.Values(classes), func(a, b trainer.ClassScore) int { return cmp.Compare(a.F1, b.F1) })
	var names []string
	for _, c := range classes[:3] {
		names = append(names, text.Clean(c.Class)+" "+share(c.F1))
	}
	return "weakest classes by F1: " + strings.Join(names, ", ")
}

func (r *run) json(x any) error {
	line, err := json.Marshal(x)
	if err != nil {
		return fmt.Errorf("write an epoch: %w", err)
	}
	_, err = r.Out.Write(append(line, '\n'))
	return err
}
