package trainer

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/danlu-ml/danlu/internal/trainer/nn"
	"github.com/danlu-ml/danlu/internal/trainer/sched"
)

// Tester trains for a few steps at a time to learn about the rate, and puts all
// back after: weights, moments, statistics of norms, averages, the place in the
// data, the schedule. Random draws have addresses, so there is nothing to put back
// of them.
type Tester struct {
	r    *runner
	used int // batches that sweeps have seen
}

// NewTester stands where the configuration begins; with Resume, where the
// checkpoint does. It writes nothing.
func NewTester(c Config) (*Tester, error) {
	c.Checkpoint = ""
	p, err := c.plan()
	if err != nil {
		return nil, err
	}
	r, err := newRunner(p)
	if err != nil {
		return nil, err
	}
	if c.Resume != "" {
		if err := r.resume(c.Resume); err != nil {
			return nil, err
		}
	}
	return &Tester{r: r}, nil
}

// Steps is the number of steps of the whole training.
func (t *Tester) Steps() int { return t.r.Epochs * t.r.count }

// Sweep is a range test (Smith 2017, section 3.3): a step with each rate, on one
// batch after another. It returns each batch's loss before its step, and ends where
// the loss is not a number, which it returns, or diverged for good. Layers with a
// factor of lr_groups keep it. The next sweep goes on with other batches.
func (t *Tester) Sweep(ctx context.Context, rates []float64) ([]float64, error) {
	defer t.r.restore(t.r.snapshot())
	losses := make([]float64, 0, len(rates))
	least := math.Inf(1)
	at := t.r.Epoch*t.r.count + t.r.Batch + t.used
	for i, rate := range rates {
		if ctx.Err() != nil {
			return nil, t.ended(ctx)
		}
		t.r.held = rate
		loss := t.r.stepAt(at + i)
		t.used++
		losses = append(losses, loss)
		if math.IsNaN(loss) {
			break
		}
		if recent := mean(losses[max(0, i-2):]); recent > sweepStop*least+1 {
			break
		} else if i >= 2 {
			least = min(least, recent)
		}
	}
	return losses, nil
}

// sweepStop is how many times its least a loss must have become, and more by one
// nat, for a sweep to end: the least is fastai's 4.
const sweepStop = 4

// Probe trains for so many steps from where the training stands, with the schedule
// of the configuration drawn together to that length and its highest rate as given.
// It returns the mean loss of examples that validate, at most probeExamples; NaN
// where the training diverged.
func (t *Tester) Probe(ctx context.Context, rate float64, steps int) (float64, error) {
	defer t.r.restore(t.r.snapshot())
	s := t.r.schedule
	s.LR = rate
	if s.Name == "plateau" {
		s.Name = "constant"
	}
	shrink := func(n int) int { return int(math.Round(float64(n) * float64(steps) / float64(s.Total))) }
	s.Warmup, s.Epoch, s.Cycle = shrink(s.Warmup), max(1, shrink(s.Epoch)), max(1, shrink(s.Cycle))
	s.Total = steps
	return t.probe(ctx, s)
}

// probeExamples is how many examples tell the loss of a probe.
const probeExamples = 256

func (t *Tester) probe(ctx context.Context, s sched.Schedule) (float64, error) {
	at := t.r.Epoch*t.r.count + t.r.Batch
	for i := range s.Total {
		if ctx.Err() != nil {
			return 0, t.ended(ctx)
		}
		t.r.held = s.At(i)
		if loss := t.r.stepAt(at + i); math.IsNaN(loss) {
			return math.NaN(), nil
		}
	}
	items := t.r.batches.items().Val
	if t.r.batches.sequences {
		return t.r.evaluate(items[:min(len(items), max(1, probeExamples/64))], false).loss(), nil
	}
	return t.r.evaluate(items[:min(len(items), probeExamples)], false).loss(), nil
}

func (t *Tester) ended(ctx context.Context) error {
	return fmt.Errorf("test rates of %s on %s: %w", t.r.Model, t.r.task.Name, context.Cause(ctx))
}

// stepAt trains on a batch by its place in the training.
func (r *runner) stepAt(batch int) float64 {
	if epoch := batch / r.count; r.shuffled != epoch {
		r.batches.shuffle(epoch)
		r.shuffled = epoch
	}
	from := batch % r.count * r.batch
	return r.step(from, min(from+r.batch, len(r.batches.order)))
}

// state is a copy of all that a step changes.
type state struct {
	vectors [][]nn.Real
	position
	order []int32
}

func (r *runner) snapshot() state {
	s := state{position: r.position, order: slices.Clone(r.batches.order)}
	for _, v := range r.vectors() {
		s.vectors = append(s.vectors, slices.Clone(v))
	}
	return s
}

func (r *runner) restore(s state) {
	for i, v := range r.vectors() {
		copy(v, s.vectors[i])
	}
	copy(r.batches.order, s.order)
	r.position, r.held, r.shuffled = s.position, 0, -1
}

func mean(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}
