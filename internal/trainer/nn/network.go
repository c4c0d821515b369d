// Package nn has the layers of networks, their gradients and the losses. It
// knows nothing of data sets, optimisers or training loops.
//
// A [Network] is a sequence of layers over one flat vector of parameters and one
// of gradients. All buffers are made when it is built, for a largest batch; a
// pass allocates nothing.
//
// Start at [Layer], then [Dense]. Pictures travel in the layout of [Planes].
//
// # Symbols
//
//	n      examples in a batch
//	d      features of an example; a batch of them is n×d, row-major
//	x, y   input and output of a layer
//	dx, dy gradients of the loss with respect to them
package nn

import (
	"math/rand/v2"
	"strconv"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// Real is the number networks compute in.
type Real = kernel.Real

// Pass says which batch is being computed and how.
type Pass struct {
	N     int  // examples in the batch, at most the number the layers were made for
	Train bool // dropout drops, batch normalisation uses the batch
	// Watch makes activations note which units respond; see [Activation.Dead].
	Watch bool
	// Steps are the numbers of rows of each step of packed sequences; see
	// [Recurrent]. It is nil for examples that are no sequences.
	Steps []int
	// Seed and Step are the address of this pass's random draws.
	Seed, Step uint64
	// Team shares out the work within layers; nil is the caller's thread alone.
	Team *kernel.Team
	// Take is given the gradients of tensors with Pieces as they are made, which then
	// do not come to G; nil is nobody. It may change the rows of the tensor that a
	// piece is of, as nothing in the pass needs them any more. Several threads may call
	// it at once.
	Take func(*Param, kernel.Piece)
}

// Layer is one step of a network. Forward and Backward return slices that the
// layer owns and overwrites in its next call. Backward follows the Forward of
// the same pass; x must be unchanged in between.
type Layer interface {
	Forward(x []Real, p Pass) []Real
	// Backward sets the gradients of the layer's parameters and returns dx, or
	// nil if needX is false.
	Backward(dy []Real, p Pass, needX bool) []Real
	Params() []*Param
}

// Param is a tensor that a layer owns inside the network's flat vectors.
type Param struct {
	Name string
	Role Role
	Size int
	// Shape multiplies to Size; nil is one dimension.
	Shape []int
	At    int // where W begins in the network's
	// Pieces is how many pieces the gradient comes in where a pass has Take; 0 is
	// whole, in G.
	Pieces int
	// Frozen tensors are not trained; their gradients are zero.
	Frozen bool
	// Init fills W at the start.
	Init func(w []Real, rng *rand.Rand)
	W, G []Real // set when a network is built; G is nil for a Statistic
}

// Role tells what a tensor is for, so that weight decay can leave some out.
type Role int

// The roles of tensors.
const (
	Weight    Role = iota
	Bias           // of a dense or convolution layer
	Scale          // scale or shift of a normalisation
	Statistic      // followed, not trained
)

// Network is a sequence of layers.
type Network struct {
	Layers []Layer
	Params []*Param // all trained tensors, in the order of W and G
	W, G   []Real   // trained parameters and their gradients
	Stats  []Real   // statistics: not trained, but part of the state
	// Statistics are the tensors in Stats, in order.
	Statistics []*Param
	first      int // the first layer with parameters: those before need no gradient
}

// New builds a network and draws its parameters from seed. names are those of the
// layers, which their tensors' begin with; "" and layers beyond them go by number.
func New(layers []Layer, seed uint64, names ...string) *Network {
	net := &Network{Layers: layers, first: len(layers)}
	var stats []*Param
	trained, followed := 0, 0
	for i, l := range layers {
		prefix := strconv.Itoa(i)
		if i < len(names) && names[i] != "" {
			prefix = names[i]
		}
		for _, p := range l.Params() {
			p.Name = prefix + "." + p.Name
			if p.Shape == nil {
				p.Shape = []int{p.Size}
			}
			net.first = min(net.first, i)
			if p.Role == Statistic {
				stats = append(stats, p)
				followed += p.Size
			} else {
				net.Params = append(net.Params, p)
				trained += p.Size
			}
		}
	}
	net.W, net.G, net.Stats = make([]Real, trained), make([]Real, trained), make([]Real, followed)
	at := 0
	for i, p := range net.Params {
		p.W, p.G = net.W[at:at+p.Size:at+p.Size], net.G[at:at+p.Size:at+p.Size]
		p.At = at
		p.Init(p.W, rand.New(rand.NewPCG(seed, uint64(i))))
		at += p.Size
	}
	at = 0
	net.Statistics = stats
	for _, p := range stats {
		p.W = net.Stats[at : at+p.Size : at+p.Size]
		p.Init(p.W, nil)
		at += p.Size
	}
	return net
}

// Forward computes the output of the last layer.
func (net *Network) Forward(x []Real, p Pass) []Real {
	for _, l := range net.Layers {
		x = l.Forward(x, p)
	}
	return x
}

// Backward sets G for the pass just computed, given the gradient of the loss
// with respect to the last layer's output.
func (net *Network) Backward(dy []Real, p Pass) {
	for i := len(net.Layers) - 1; i >= net.first; i-- {
		dy = net.Layers[i].Backward(dy, p, i > net.first)
	}
	for _, p := range net.Params {
		if p.Frozen {
			clear(p.G)
		}
	}
}

// Freeze decides by their names which tensors are not trained. The way back ends
// before the first layers that have none to train.
func (net *Network) Freeze(frozen func(name string) bool) {
	net.first = len(net.Layers)
	for i, l := range net.Layers {
		for _, p := range l.Params() {
			if p.Role == Statistic {
				continue
			}
			if p.Frozen = frozen(p.Name); !p.Frozen {
				net.first = min(net.first, i)
			}
		}
	}
}

// Dead is the share of rectified units that did not respond to any example
// since the last call, over passes with Watch; 0 if there are none such.
func (net *Network) Dead() float64 {
	dead, units := count(net.Layers)
	if units == 0 {
		return 0
	}
	return float64(dead) / float64(units)
}

// count counts the units that did not respond, and all, in layers of layers too.
func count(layers []Layer) (dead, units int) {
	for _, l := range layers {
		d, u := 0, 0
		switch l := l.(type) {
		case *Activation:
			d, u = l.dead()
		case parent:
			d, u = count(l.children())
		}
		dead, units = dead+d, units+u
	}
	return dead, units
}

// constant is an Init that fills with v.
func constant(v Real) func([]Real, *rand.Rand) {
	return func(w []Real, _ *rand.Rand) {
		for i := range w {
			w[i] = v
		}
	}
}

// uniform is an Init that draws from ±bound.
func uniform(bound float64) func([]Real, *rand.Rand) {
	return func(w []Real, rng *rand.Rand) {
		for i := range w {
			w[i] = Real((2*rng.Float64() - 1) * bound)
		}
	}
}
