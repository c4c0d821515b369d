// Package moons is a small training in plain Go, and knows nothing of tuning: a
// network with one hidden layer tells two interleaved half-moons apart.
package moons

import (
	"math"
	"math/rand/v2"
)

// Params are what may be tuned.
type Params struct {
	LR        float64 `json:"lr"`
	Momentum  float64 `json:"momentum"`
	Width     int     `json:"width"` // hidden units
	BatchSize int     `json:"batch_size"`
}

// Defaults are where a person would begin.
var Defaults = Params{LR: 0.03, Momentum: 0, Width: 8, BatchSize: 32}

// Network is a network under training. Its fields are exported to be saved.
type Network struct {
	Params   Params
	Epoch    int64
	Seed     uint64
	Weights  [][]float64 // a row a hidden unit: of x, of y, bias, weight of its output
	Velocity [][]float64
	Bias, V  float64 // of the output
}

// New makes a network that has seen nothing.
func New(p Params, seed uint64) *Network {
	n := &Network{Params: p, Seed: seed}
	rng := rand.New(rand.NewPCG(seed, 0))
	for range p.Width {
		n.Weights = append(n.Weights, []float64{rng.NormFloat64(), rng.NormFloat64(), 0, rng.NormFloat64() / math.Sqrt(float64(p.Width))})
		n.Velocity = append(n.Velocity, make([]float64, 4))
	}
	return n
}

type point struct{ x, y, label float64 }

// moons draws points, a half of them on each arc, with noise.
func moons(n int, seed uint64) []point {
	rng := rand.New(rand.NewPCG(seed, 1))
	points := make([]point, n)
	for i := range points {
		turn := math.Pi * rng.Float64()
		p := point{math.Cos(turn), math.Sin(turn), 0}
		if i%2 == 1 {
			p = point{1 - math.Cos(turn), 0.5 - math.Sin(turn), 1}
		}
		p.x += 0.2 * rng.NormFloat64()
		p.y += 0.2 * rng.NormFloat64()
		points[i] = p
	}
	return points
}

// The same points for every network: 400 to learn from, 1,000 to judge by.
var train, validation = moons(400, 1), moons(1000, 2)

// Train goes once over the data and returns the validation's mean loss (cross-entropy,
// NaN where the training has diverged) and its accuracy.
func (n *Network) Train() (loss, accuracy float64) {
	n.Epoch++
	order := rand.New(rand.NewPCG(n.Seed, uint64(n.Epoch))).Perm(len(train))
	for begin := 0; begin < len(order); begin += n.Params.BatchSize {
		n.step(order[begin:min(begin+n.Params.BatchSize, len(order))])
	}
	for _, p := range validation {
		z, _ := n.forward(p)
		loss += math.Log1p(math.Exp(-math.Abs(z))) + max(z, 0) - z*p.label
		if (z > 0) == (p.label == 1) {
			accuracy++
		}
	}
	return loss / float64(len(validation)), accuracy / float64(len(validation))
}

// forward returns the logit of label 1, and the hidden units.
func (n *Network) forward(p point) (z float64, hidden []float64) {
	z = n.Bias
	hidden = make([]float64, len(n.Weights))
	for i, w := range n.Weights {
		hidden[i] = math.Tanh(w[0]*p.x + w[1]*p.y + w[2])
		z += w[3] * hidden[i]
	}
	return z, hidden
}

// step descends along the gradient of a batch, with momentum.
func (n *Network) step(batch []int) {
	gradient := make([][4]float64, len(n.Weights))
	bias := 0.0
	for _, k := range batch {
		p := train[k]
		z, hidden := n.forward(p)
		d := (1/(1+math.Exp(-z)) - p.label) / float64(len(batch))
		bias += d
		for i, h := range hidden {
			back := d * n.Weights[i][3] * (1 - h*h)
			g := &gradient[i]
			g[0], g[1], g[2], g[3] = g[0]+back*p.x, g[1]+back*p.y, g[2]+back, g[3]+d*h
		}
	}
	for i, w := range n.Weights {
		for j := range w {
			n.Velocity[i][j] = n.Params.Momentum*n.Velocity[i][j] + gradient[i][j]
			w[j] -= n.Params.LR * n.Velocity[i][j]
		}
	}
	n.V = n.Params.Momentum*n.V + bias
	n.Bias -= n.Params.LR * n.V
}
