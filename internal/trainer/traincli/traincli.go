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
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strconv"

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
	}
	if err := o.Check(); err != nil {
		return err
	}
	r := run{Options: o, epochs: o.Epochs}
	o.Note = func(line string) { fmt.Fprintln(os.Stderr, "danlu train: "+line) }
	res, err := trainer.Run(ctx, o.Config, r.epoch)
	switch {
	case r.failed != nil:
		return r.failed
	case errors.Is(err, trainer.ErrDiverged) && o.Trial != nil:
		return nil // the epoch was reported as it is, which says it all
	case err != nil:
		return err
	}
	return r.end(res)
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
	failed error
}

// epoch shows and reports an epoch, and says whether to go on.
func (r *run) epoch(e trainer.Epoch) bool {
	r.last = int64(e.Epoch)
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
	_, err := fmt.Fprintf(r.Out, "test: accuracy %s, loss %s, macro F1 %s (%d parameters)\n",
		share(res.TestAccuracy), loss(res.TestLoss), share(res.MacroF1), res.Parameters)
	return err
}

func (r *run) json(x any) error {
	line, err := json.Marshal(x)
	if err != nil {
		return fmt.Errorf("write an epoch: %w", err)
	}
	_, err = r.Out.Write(append(line, '\n'))
	return err
}
