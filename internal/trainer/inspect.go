package trainer

import (
	"math"
	"runtime/metrics"
	"strings"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
	"github.com/danlu-ml/danlu/internal/trainer/nn"
)

// changes are ‖after − before‖ ÷ ‖after‖ of the parameters that a step has
// changed: of all, and of each layer by its name. It overwrites before.
func changes(net *nn.Network, before []nn.Real) (all float64, layers map[string]float64) {
	kernel.Axpy(before, -1, net.W)
	layers = make(map[string]float64)
	sizes := make(map[string]float64)
	change, size, at := 0.0, 0.0, 0
	for _, p := range net.Params {
		layer := p.Name[:max(0, strings.LastIndexByte(p.Name, '.'))]
		c, s := kernel.SumSquares(before[at:at+p.Size]), kernel.SumSquares(p.W)
		layers[layer] += c
		sizes[layer] += s
		change, size, at = change+c, size+s, at+p.Size
	}
	for layer, c := range layers {
		layers[layer] = ratio(c, sizes[layer])
	}
	return ratio(change, size), layers
}

// ratio is √(a ÷ b), 0 if b is.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return math.Sqrt(a / b)
}

// nonFinite counts numbers that are infinite or none.
func nonFinite(all []nn.Real) int {
	n := 0
	for _, v := range all {
		if v-v != 0 {
			n++
		}
	}
	return n
}

// memory is what the process holds from the system, in bytes.
func memory() int64 {
	held := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(held)
	return int64(held[0].Value.Uint64() - held[1].Value.Uint64())
}
