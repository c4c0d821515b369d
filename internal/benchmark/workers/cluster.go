package workers

import (
	"math"
	"math/rand/v2"
)

// Cluster is where the trials run. Times are in full trainings of an average worker.
type Cluster struct {
	Workers int
	// StartUp is what starting a program takes.
	StartUp float64
	// Stragglers is the share of workers at a fifth of the speed.
	Stragglers float64
	// Failing is the chance of a worker to fail during the time of a full training. The
	// attempt is lost, and the worker away for half of that time.
	Failing float64
}

const (
	slow      = 5   // times as long a straggler takes
	differing = 0.1 // log-normal: deviation of workers from each other
	unsteady  = 0.3 // and of the steps of one
)

// crew is the workers and who of them is idle.
type crew struct {
	pace []float64 // of a worker: how long a full training takes
	idle []int
	rng  *rand.Rand
}

func newCrew(c Cluster, rng *rand.Rand) *crew {
	w := &crew{rng: rng}
	stragglers := int(math.Round(c.Stragglers * float64(c.Workers)))
	for i := range c.Workers {
		pace := lognormal(rng, differing)
		if i < stragglers {
			pace *= slow
		}
		w.pace, w.idle = append(w.pace, pace), append(w.idle, i)
	}
	rng.Shuffle(len(w.idle), func(i, j int) { w.idle[i], w.idle[j] = w.idle[j], w.idle[i] })
	return w
}

// hire takes the worker that has been idle for longest.
func (c *crew) hire() (worker int) {
	worker, c.idle = c.idle[0], c.idle[1:]
	return worker
}

func (c *crew) release(worker int) { c.idle = append(c.idle, worker) }

// step is how long a worker takes for the next of so many steps of a training.
func (c *crew) step(worker int, steps int64) float64 {
	return c.pace[worker] * lognormal(c.rng, unsteady) / float64(steps)
}

// lognormal draws a factor whose mean is 1.
func lognormal(rng *rand.Rand, sd float64) float64 { return math.Exp(sd*rng.NormFloat64() - sd*sd/2) }
