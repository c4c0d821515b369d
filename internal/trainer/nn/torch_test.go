package nn

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// vectors are what testdata/layers.py wrote.
type vectors struct {
	Torch string
	Steps []int
	Cases []vector
}

type vector struct {
	Name               string
	N                  int
	X, Y, R, DX, Stats []float64
	Params, Grads      [][]float64
	Loss               string
	Smoothing, Gamma   float64
	Weights            []float64
}

func loadVectors(t *testing.T) vectors {
	t.Helper()
	text, err := os.ReadFile("testdata/layers.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// layerOf makes the layers of a case; those on planes with what brings rows in
// and out.
func layerOf(name string, n int) []Layer {
	g := &kernel.Gemm{}
	kind, rest, _ := strings.Cut(name, " ")
	var a, b, c, d, e int
	_, _ = fmt.Sscan(rest, &a, &b, &c, &d, &e) // as many as there are
	switch kind {
	case "Dense":
		return []Layer{NewDense(g, a, b, n)}
	case "BatchNorm":
		return []Layer{NewBatchNorm(a, n)}
	case "LayerNorm":
		return []Layer{NewLayerNorm(a, n)}
	case "GroupNorm":
		return []Layer{NewGroupNorm(a, b, n)}
	case "PlanesGroupNorm":
		in := NewPlanes(b, c, d, 1, n)
		return []Layer{NewToPlanes(in), NewPlanesGroupNorm(a, in), NewFlatten(in)}
	case "Encoder":
		q := NewSequences(0)
		o := EncoderOptions{Size: 6, Heads: 2, Feedforward: 8, Activation: "relu"}
		if o.NormFirst = a == 1; o.NormFirst {
			o.Activation = "gelu"
		}
		return []Layer{q, NewEncoder(g, q, o, n)}
	case "Strided":
		return picture(a, b, c, d, e, n, strided(2))
	case "MeanPool":
		in := NewPlanes(a, b, c, 1, n)
		return []Layer{NewToPlanes(in), NewMeanPool(in)}
	case "PlanesBatchNorm":
		in := NewPlanes(a, b, c, 1, n)
		return []Layer{NewToPlanes(in), NewPlanesBatchNorm(in), NewFlatten(in)}
	case "Conv":
		return picture(a, b, c, d, e, n, convolution)
	case "MaxPool":
		in := NewPlanes(a, b, c, 1, n)
		pool, out := NewMaxPool(in, 0, false, 0)
		return []Layer{NewToPlanes(in), pool, NewFlatten(out)}
	case "lstm", "bilstm", "gru", "bigru":
		return []Layer{NewRecurrent(g, strings.TrimPrefix(kind, "bi"), 3, 4, kind[:2] == "bi", n)}
	}
	return []Layer{NewActivation(kind, 6, n)}
}

// near bounds the difference from PyTorch's float64: a few tens of roundings.
func near(got Real, want float64) bool {
	bound := 5e-6
	if kernel.Double {
		bound = 1e-12
	}
	return math.Abs(float64(got)-want) <= bound*max(1, math.Abs(want))
}

func TestLayersComputeWhatPyTorchsDo(t *testing.T) {
	v := loadVectors(t)
	for _, c := range v.Cases {
		if c.Loss != "" {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			layers := layerOf(c.Name, c.N+2)
			net := New(layers, 1)
			for i, p := range net.Params {
				copy(p.W, reals(c.Params[i]))
			}
			pass := Pass{N: c.N, Train: true, Steps: v.Steps}
			check(t, "output", net.Forward(reals(c.X), pass), c.Y)
			check(t, "statistics", net.Stats, c.Stats)
			dx := reals(c.R)
			for i := len(layers) - 1; i >= 0; i-- {
				if to, ok := layers[i].(*ToPlanes); ok { // back to rows by hand
					flat := NewFlatten(to.g)
					dx = flat.Forward(dx, pass)
					break
				}
				dx = layers[i].Backward(dx, pass, true)
			}
			check(t, "gradient of the input", dx[:len(c.X)], c.DX)
			for i, p := range net.Params {
				check(t, "gradient of "+p.Name, p.G, c.Grads[i])
			}
		})
	}
}

func TestLossesArePyTorchs(t *testing.T) {
	for _, c := range loadVectors(t).Cases {
		if c.Loss == "" {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			labels := Targets{Labels: []int32{0, 3, 1, 1, 2}}
			l := NewLoss(4, c.N, LossOptions{Kind: c.Loss, Smoothing: c.Smoothing, Gamma: c.Gamma, Weights: c.Weights})
			mean, _ := l.Of(reals(c.X), labels)
			check(t, "loss", []Real{Real(mean)}, c.Y)
			check(t, "gradient", l.Gradient(), c.DX)
		})
	}
}

func check(t *testing.T, what string, got []Real, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s has %d numbers, PyTorch %d", what, len(got), len(want))
	}
	for i, w := range want {
		if !near(got[i], w) {
			t.Errorf("%s %d is %v, PyTorch has %v", what, i, got[i], w)
		}
	}
}

func reals(x []float64) []Real {
	out := make([]Real, len(x))
	for i, v := range x {
		out[i] = Real(v)
	}
	return out
}
