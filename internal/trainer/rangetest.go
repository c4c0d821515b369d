package trainer

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/danlu-ml/danlu/internal/trainer/nn"
)

// Tester trains for a few steps at a time to learn about the rate, and puts all
// back after: weights, moments, statistics of norms, averages, the place in the
// data, the schedule. Random draws have addresses, so there is nothing to put back
// of them.
type Tester struct {
	r      *runner
	used   int // batches that sweeps have seen
	probes map[float64]*probe
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

// Setting is the value of a setting of the training, given or its default.
func (t *Tester) Setting(name string) string { return t.r.values[name] }

// Sweep is a range test (Smith 2017, section 3.3): a step with each rate, on one
// batch after another. It returns each batch's loss before its step, and ends where
// that is not finite, which it returns, or has diverged for good. Layers with a
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
		if loss-loss != 0 {
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

// Probe trains at one rate, whatever the schedule, from where the training stands;
// called again, for so many steps more. It returns each batch's loss before its step;
// the last is NaN where the training diverged. Every rate sees the same batches.
func (t *Tester) Probe(ctx context.Context, rate float64, steps int) ([]float64, error) {
	here := t.r.snapshot()
	defer t.r.restore(here)
	p := t.probes[rate]
	if p == nil {
		p = &probe{}
		if t.probes == nil {
			t.probes = map[float64]*probe{}
		}
		t.probes[rate] = p
	} else {
		t.r.restore(p.state)
	}
	t.r.held = rate
	at := here.Epoch*t.r.count + here.Batch + p.steps
	losses := make([]float64, 0, steps)
	for i := range steps {
		if ctx.Err() != nil {
			return nil, t.ended(ctx)
		}
		loss := math.NaN()
		if !p.diverged {
			loss = t.r.stepAt(at + i)
		}
		losses = append(losses, loss)
		if p.diverged = loss-loss != 0; p.diverged {
			break
		}
	}
	p.steps, p.state = p.steps+len(losses), t.r.snapshot()
	return losses, nil
}

// probe is a training at one rate, as far as it has come.
type probe struct {
	state
	steps    int
	diverged bool
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
