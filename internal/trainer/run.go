package trainer

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/danlu-ml/danlu/internal/trainer/data"
	"github.com/danlu-ml/danlu/internal/trainer/kernel"
	"github.com/danlu-ml/danlu/internal/trainer/nn"
	"github.com/danlu-ml/danlu/internal/trainer/optim"
	"github.com/danlu-ml/danlu/internal/trainer/sched"
)

// Run trains in the caller's goroutine. It calls report after every epoch and
// ends when that returns false; the test part is scored then too. When ctx ends
// it returns between two batches with ctx's error, having written the
// checkpoint, if one is wanted, where it stood.
func Run(ctx context.Context, c Config, report func(Epoch) (goOn bool)) (Result, error) {
	p, err := c.plan()
	if err != nil {
		return Result{}, err
	}
	r, err := newRunner(p)
	if err != nil {
		return Result{}, err
	}
	if c.Resume != "" {
		if err := r.resume(c.Resume); err != nil {
			return Result{}, err
		}
	}
	return r.run(ctx, report)
}

// runner is a training in progress.
type runner struct {
	plan
	split    *data.Split
	net      *nn.Network
	loss     *nn.Loss
	opt      *optim.Optimizer
	schedule sched.Schedule
	batches  *batches
	before   []nn.Real // parameters before the last step of an epoch
	batch    int       // items in a step
	part     int       // items of it that go through the network at once
	parts    int       // in a step, at most
	gathered []nn.Real // gradient of several parts
	trained  []optim.Range
	averages averages
	team     *kernel.Team
	updater  *updater
	count    int // steps in an epoch
	chunk    int // items scored at once
	clip     float64
	held     float64 // the rate of every step while a Tester tries it; 0 is the schedule's
	shuffled int     // the epoch whose order a Tester has made; -1 is none
	position
}

// position is how far a training is. With the parameters and the moments it is
// all that a checkpoint holds.
type position struct {
	Epoch int // epochs done
	Batch int // batches done of the next
	Step  int // steps done
	Sums  sums
	// InitialLoss is the mean loss of the first batch, before any step.
	InitialLoss number
	// What has been seen of the validation loss: by the schedule called plateau,
	// and by the patience that ends a training.
	Plateau, Stall sched.Plateau
}

// sums are what has been added up over the epoch in progress.
type sums struct {
	Loss     float64
	Correct  int
	Examples int
	GradNorm number
	Clipped  int
	// NonFinite counts numbers of gradients, and of outputs if the loss was none.
	NonFinite int
	Seconds   float64 // before an interruption
}

func newRunner(p plan) (*runner, error) {
	table, err := p.task.load()
	if err != nil {
		return nil, err
	}
	v := p.values
	split, err := table.Split(data.SplitOptions{
		Validation: v.float("val_fraction"), Fraction: v.float("data_fraction"), Classes: v.int("classes"), Imbalance: v.float("imbalance"), Seed: uint64(v.int("data_seed")),
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	r := &runner{plan: p, team: kernel.NewTeam(p.Threads), split: split, part: v.int("batch_size"), parts: v.int("accumulate"), clip: v.float("clip_norm"), chunk: 64, shuffled: -1}
	if p.model.sequences {
		r.chunk = r.part
	}
	if r.batches, err = newBatches(split, p.Seed, v, p.model.sequences, max(r.part, r.chunk), r.team); err != nil {
		return nil, err
	}
	items := len(r.batches.order)
	r.batch = min(r.part*r.parts, items)
	r.count = (items + r.batch - 1) / r.batch
	n := len(r.batches.y)
	classes := table.Classes
	if k := v.int("classes"); k > 0 {
		classes = classes[:min(k, len(classes))]
	}
	b := &builder{
		values: v, shape: table.Image, in: r.batches.width(), out: len(classes), words: table.Words, n: n, gemm: &kernel.Gemm{Team: r.team},
	}
	p.model.build(b)
	if b.err != nil {
		return nil, b.err
	}
	r.net = nn.New(b.layers, p.Seed, b.names...)
	r.before = make([]nn.Real, len(r.net.W))
	if r.parts > 1 {
		r.gathered = make([]nn.Real, len(r.net.W))
	}
	weights, err := classWeights(v["class_weights"], classes, table.Y, split.Train)
	if err != nil {
		return nil, err
	}
	r.loss = nn.NewLoss(b.out, n, nn.LossOptions{
		Kind: v["loss"], Smoothing: v.float("label_smoothing"), Gamma: v.float("focal_gamma"), Weights: weights,
	})
	if r.trained, err = ranges(r.net, v); err != nil {
		return nil, err
	}
	if v["warm_start"] != "" && p.Resume == "" { // one resumed has begun
		if err := r.warm(v["warm_start"]); err != nil {
			return nil, err
		}
	}
	r.averages = newAverages(v.float("ema"), r.net)
	r.schedule = schedule(v, p.Epochs, r.count)
	r.opt, err = optim.New(v["optimizer"], optim.Options{
		Momentum: v.float("momentum"), Nesterov: v.bool("nesterov"),
		Beta1: v.float("beta1"), Beta2: v.float("beta2"), Alpha: v.float("alpha"), Rho: v.float("rho"), Eps: v.float("eps"),
		WeightDecay: v.float("weight_decay"),
	}, len(r.net.W), r.trained)
	r.updater = r.newUpdater()
	return r, err
}

// schedule turns settings in epochs into steps.
func schedule(v values, epochs, perEpoch int) sched.Schedule {
	s := sched.Schedule{
		Name: v["schedule"], LR: v.float("lr"), Total: epochs * perEpoch, Epoch: perEpoch,
		Warmup:   int(v.float("warmup") * float64(perEpoch)),
		StepSize: v.int("step_size"), Milestones: v.list("milestones"), Gamma: v.float("gamma"),
		PctStart: v.float("pct_start"), Floor: v.float("floor"), Power: v.float("power"),
		Cycle: int(v.float("cycle") * float64(perEpoch)), CycleMult: v.int("cycle_mult"),
	}
	if len(s.Milestones) == 0 {
		s.Milestones = []int{(epochs + 1) / 2, (3*epochs + 3) / 4}
	}
	return s
}

func (r *runner) run(ctx context.Context, report func(Epoch) bool) (Result, error) {
	result := Result{Parameters: len(r.net.W)}
	for r.Epoch < r.Epochs && !result.EndedEarly {
		e, err := r.epoch(ctx)
		if err != nil {
			if ctx.Err() != nil {
				err = r.interrupted(ctx)
			} else if report != nil {
				report(e)
			}
			return result, err
		}
		if err := r.save(); err != nil {
			return result, err
		}
		goOn := (report == nil || report(e)) && r.Stall.Lowered == 0
		result.EndedEarly = !goOn && r.Epoch < r.Epochs
	}
	result.Epochs = r.Epoch
	test := r.evaluate(r.batches.items().Test, false)
	result.TestLoss, result.TestAccuracy = test.loss(), test.accuracy()
	result.BalancedAccuracy, result.MacroF1 = test.balancedAccuracy(), test.macroF1()
	result.Top5Accuracy = float64(test.within) / float64(test.n)
	result.Classes, result.Confusion, result.Worst = r.split.Table.Classes[:r.loss.Classes], test.confusion, test.worst
	result.PerClass = test.perClass(result.Classes)
	return result, nil
}

// interrupted leaves a checkpoint of a training that ctx has ended.
func (r *runner) interrupted(ctx context.Context) error {
	if err := r.save(); err != nil {
		return err
	}
	return fmt.Errorf("train %s on %s: ended in epoch %d: %w", r.Model, r.task.Name, r.Epoch+1, context.Cause(ctx))
}

// epoch trains for what is left of an epoch and validates.
func (r *runner) epoch(ctx context.Context) (Epoch, error) {
	start := time.Now()
	r.batches.shuffle(r.Epoch)
	ratio := 0.0
	var layers map[string]float64
	for ; r.Batch < r.count; r.Batch++ {
		if ctx.Err() != nil {
			r.Sums.Seconds += time.Since(start).Seconds()
			return Epoch{}, ctx.Err()
		}
		from := r.Batch * r.batch
		last := r.Batch == r.count-1
		if last {
			copy(r.before, r.net.W)
		}
		if loss := r.step(from, min(from+r.batch, len(r.batches.order))); math.IsNaN(loss) {
			e := r.summary(start, math.NaN())
			e.ValLoss, e.ValAccuracy = math.NaN(), math.NaN()
			e.ValBalancedAccuracy, e.ValMacroF1 = math.NaN(), math.NaN()
			return e, r.diverged()
		}
		if r.Progress != nil {
			r.Progress(r.Epoch+1, r.Batch+1, r.count)
		}
		if last {
			ratio, layers = changes(r.net, r.before)
		}
	}
	val := r.evaluate(r.batches.items().Val, true)
	e := r.summary(start, ratio)
	e.ValLoss, e.ValAccuracy, e.Dead, e.Layers = val.loss(), val.accuracy(), r.net.Dead(), layers
	e.ValBalancedAccuracy, e.ValMacroF1 = val.balancedAccuracy(), val.macroF1()
	if math.IsNaN(e.ValLoss) {
		return e, r.diverged()
	}
	r.Epoch, r.Batch, r.Sums = r.Epoch+1, 0, sums{}
	r.Plateau.Observe(e.ValLoss, r.values.int("plateau_patience"))
	if patience := r.values.int("patience"); patience > 0 {
		r.Stall.Observe(e.ValLoss, patience-1)
	}
	return e, nil
}

func (r *runner) diverged() error {
	return fmt.Errorf("train %s on %s: the loss is not a number in epoch %d, after step %d: lower lr, or set clip_norm: %w",
		r.Model, r.task.Name, r.Epoch+1, r.Step, ErrDiverged)
}

// rate is the learning rate of a step of the epoch in progress.
func (r *runner) rate(step int) float64 {
	if r.held > 0 {
		return r.held
	}
	rate := r.schedule.At(step)
	if r.schedule.Name == "plateau" {
		rate *= math.Pow(r.schedule.Gamma, float64(r.Plateau.Lowered))
	}
	return rate
}

// summary is the report of the epoch in progress, without validation.
func (r *runner) summary(start time.Time, ratio float64) Epoch {
	steps := float64(max(1, r.Batch))
	return Epoch{
		Epoch: r.Epoch + 1, Step: r.Step,
		TrainLoss:     r.Sums.Loss / float64(r.Sums.Examples),
		TrainAccuracy: float64(r.Sums.Correct) / float64(r.Sums.Examples),
		LR:            r.rate(max(0, r.Step-1)),
		GradNorm:      float64(r.Sums.GradNorm) / steps, Clipped: float64(r.Sums.Clipped) / steps,
		UpdateRatio: ratio, NonFinite: r.Sums.NonFinite,
		InitialLoss: float64(r.InitialLoss), ChanceLoss: math.Log(float64(r.loss.Classes)),
		Parameters: len(r.net.W), Memory: memory(),
		Seconds: r.Sums.Seconds + time.Since(start).Seconds(),
	}
}

// evaluate scores the network on items; watch counts silent units.
func (r *runner) evaluate(items []int32, watch bool) *scores {
	r.averages.swap(r.net)
	defer r.averages.swap(r.net)
	c := r.loss.Classes
	s := newScores(c)
	for from := 0; from < len(items); from += r.chunk {
		x, y, steps := r.batches.gather(items[from:min(from+r.chunk, len(items))])
		r.loss.Of(r.net.Forward(x, nn.Pass{N: len(y), Steps: steps, Watch: watch, Team: r.team}), nn.Targets{Labels: y})
		for i, label := range y {
			s.add(r.batches.row(i), label, r.loss.Each[i], r.loss.P[i*c:(i+1)*c])
		}
	}
	return s
}
