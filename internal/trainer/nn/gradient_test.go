package nn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// The gradients of every layer are compared with central differences of the loss
// L = Σ r·y for fixed random r, along random directions of the input and of the
// parameters. With Real = float32 at h = 2⁻⁷ the rounding of L limits the
// comparison to about 1e-2 of its size; under -tags float64check, h = 2⁻¹⁷ and
// 1e-6 are reached.
func tolerance() (h, relative float64) {
	if kernel.Double {
		return 0x1p-17, 1e-6
	}
	return 0x1p-7, 2e-2
}

// layers are small networks of one layer each, with what surrounds it in the
// case of pictures. Sizes are odd; n is 1 or 5.
var layers = []struct {
	name  string
	in    int
	build func(g *kernel.Gemm, n int) []Layer
	// kinked layers have points without a derivative: inputs keep away from 0.
	kinked bool
}{
	{"Dense", 7, func(g *kernel.Gemm, n int) []Layer { return []Layer{NewDense(g, 7, 5, n)} }, false},
	{"two Dense", 7, func(g *kernel.Gemm, n int) []Layer {
		return []Layer{NewDense(g, 7, 17, n), NewActivation("tanh", 17, n), NewDense(g, 17, 3, n)}
	}, false},
	{"relu", 6, func(_ *kernel.Gemm, n int) []Layer { return []Layer{NewActivation("relu", 6, n)} }, true},
	{"leaky_relu", 6, func(_ *kernel.Gemm, n int) []Layer { return []Layer{NewActivation("leaky_relu", 6, n)} }, true},
	{"prelu", 6, func(_ *kernel.Gemm, n int) []Layer { return []Layer{NewActivation("prelu", 6, n)} }, true},
	{"gelu", 6, func(_ *kernel.Gemm, n int) []Layer { return []Layer{NewActivation("gelu", 6, n)} }, false},
	{"tanh", 6, func(_ *kernel.Gemm, n int) []Layer { return []Layer{NewActivation("tanh", 6, n)} }, false},
	{"sigmoid", 6, func(_ *kernel.Gemm, n int) []Layer { return []Layer{NewActivation("sigmoid", 6, n)} }, false},
	{"Dropout", 9, func(_ *kernel.Gemm, n int) []Layer { return []Layer{NewDropout(0.3, 1, 9, n)} }, false},
	{"BatchNorm", 3, func(_ *kernel.Gemm, n int) []Layer { return []Layer{NewBatchNorm(3, n)} }, false},
	{"LayerNorm", 7, func(_ *kernel.Gemm, n int) []Layer { return []Layer{NewLayerNorm(7, n)} }, false},
	{"GroupNorm", 6, func(_ *kernel.Gemm, n int) []Layer { return []Layer{NewGroupNorm(2, 6, n)} }, false},
	{"LSTM", 3, recurrent("lstm", false), false},
	{"BiLSTM", 3, recurrent("lstm", true), false},
	{"GRU", 3, recurrent("gru", false), false},
	{"BiGRU", 3, recurrent("gru", true), false},
	{"TextConv", 7 * 3, func(g *kernel.Gemm, n int) []Layer {
		return []Layer{NewTextConv(g, 7, 3, 4, []int{2, 3, 7}, n)}
	}, true},
	{"Encoder", 6, encoder(EncoderOptions{Activation: "gelu", Dropout: 0.2}), false},
	{"Encoder, norm first", 6, encoder(EncoderOptions{Activation: "tanh", NormFirst: true}), false},
	{"Places", 4, func(_ *kernel.Gemm, n int) []Layer {
		q := NewSequences(0)
		return []Layer{q, NewPlaces(q, 4, 2, n)} // the third of a sequence shares the second's
	}, false},
	{"Encoder of texts", 3, func(g *kernel.Gemm, n int) []Layer {
		q := NewSequences(3)
		o := EncoderOptions{Size: 4, Heads: 2, Feedforward: 5, Activation: "tanh"}
		return []Layer{q, NewEmbedding(7, 1, 3, 4, n, 1), NewPosition(q, 4, 3*n), NewEncoder(g, q, o, 3*n), NewSequenceMean(q, 4, 3*n)}
	}, false},
	{"Conv 3×3", 2 * 5 * 7, func(_ *kernel.Gemm, n int) []Layer { return picture(2, 5, 7, 3, 3, n, convolution) }, false},
	{"Conv 5×5", 6 * 5, func(_ *kernel.Gemm, n int) []Layer { return picture(1, 6, 5, 9, 5, n, convolution) }, false},
	{"Conv 3×3 stride 2", 2 * 5 * 7, func(_ *kernel.Gemm, n int) []Layer { return picture(2, 5, 7, 3, 3, n, strided(2)) }, false},
	{"Conv 5×5 stride 3", 2 * 7 * 6, func(_ *kernel.Gemm, n int) []Layer { return picture(2, 7, 6, 3, 5, n, strided(3)) }, false},
	{"Conv 7×7 stride 2", 1 * 9 * 4, func(_ *kernel.Gemm, n int) []Layer { return picture(1, 9, 4, 2, 7, n, strided(2)) }, false},
	{"two Conv stride 2", 5 * 5, func(_ *kernel.Gemm, n int) []Layer {
		return picture(1, 5, 5, 3, 3, n, func(in *Planes, channels, size int) ([]Layer, *Planes) {
			first, mid := strided(2)(in, channels, size)
			second, out := strided(2)(mid, 4, size)
			return append(first, second...), out
		})
	}, false},
	{"Residual", 2 * 3 * 5, func(_ *kernel.Gemm, n int) []Layer { return picture(2, 3, 5, 3, 3, n, shortcut(1)) }, false},
	{"Residual stride 2", 2 * 5 * 5, func(_ *kernel.Gemm, n int) []Layer { return picture(2, 5, 5, 3, 3, n, shortcut(2)) }, false},
	{"PlanesGroupNorm", 2 * 3 * 5, func(_ *kernel.Gemm, n int) []Layer {
		return picture(2, 3, 5, 4, 3, n, func(in *Planes, channels, size int) ([]Layer, *Planes) {
			conv, mid := convolution(in, channels, size)
			return append(conv, NewPlanesGroupNorm(2, mid)), mid
		})
	}, false},
	{"MeanPool", 2 * 3 * 5, func(_ *kernel.Gemm, n int) []Layer {
		in := NewPlanes(2, 3, 5, 1, n)
		conv, mid := NewConv(in, 4, 3, 1, true)
		return []Layer{NewToPlanes(in), conv, NewMeanPool(mid)}
	}, false},
	{"two Conv", 5 * 5, func(_ *kernel.Gemm, n int) []Layer {
		return picture(1, 5, 5, 3, 3, n, func(in *Planes, channels, size int) ([]Layer, *Planes) {
			first, mid := convolution(in, channels, size)
			second, out := convolution(mid, 4, size)
			return append(first, second...), out
		})
	}, false},
	{"MaxPool", 2 * 5 * 6, func(_ *kernel.Gemm, n int) []Layer {
		return picture(2, 5, 6, 3, 3, n, func(in *Planes, channels, size int) ([]Layer, *Planes) {
			conv, mid := convolution(in, channels, size)
			pool, out := NewMaxPool(mid, 1, true, 1)
			return append(conv, pool), out
		})
	}, true},
	{"PlanesBatchNorm", 2 * 3 * 4, func(_ *kernel.Gemm, n int) []Layer {
		return picture(2, 3, 4, 3, 3, n, func(in *Planes, channels, size int) ([]Layer, *Planes) {
			conv, mid := convolution(in, channels, size)
			return append(conv, NewPlanesBatchNorm(mid)), mid
		})
	}, false},
	{"sigmoid on planes", 2 * 3 * 4, func(_ *kernel.Gemm, n int) []Layer {
		return picture(2, 3, 4, 3, 3, n, func(in *Planes, channels, size int) ([]Layer, *Planes) {
			first, mid := convolution(in, channels, size)
			second, out := convolution(mid, 2, size)
			return append(append(first, NewPlanesActivation("sigmoid", mid)), second...), out
		})
	}, false},
}

// picture surrounds layers on planes with what brings rows in and out.
func picture(c, h, w, channels, size, n int, build func(*Planes, int, int) ([]Layer, *Planes)) []Layer {
	in := NewPlanes(c, h, w, size/2, n)
	middle, out := build(in, channels, size)
	return append(append([]Layer{NewToPlanes(in)}, middle...), NewFlatten(out))
}

// recurrent are two layers over sequences; see packed.
func recurrent(kind string, both bool) func(*kernel.Gemm, int) []Layer {
	return func(g *kernel.Gemm, n int) []Layer {
		first := NewRecurrent(g, kind, 3, 5, both, n)
		return []Layer{first, NewRecurrent(g, kind, first.Out(), 4, both, n)}
	}
}

// encoder is an encoder layer over sequences, with positions.
func encoder(o EncoderOptions) func(*kernel.Gemm, int) []Layer {
	return func(g *kernel.Gemm, n int) []Layer {
		o.Size, o.Heads, o.Feedforward = 6, 2, 7
		q := NewSequences(0)
		return []Layer{q, NewPosition(q, 6, n), NewEncoder(g, q, o, n)}
	}
}

// packed divides n rows into steps: for 5, sequences of lengths 3, 1 and 1.
func packed(n int) []int {
	if n < 3 {
		return []int{n}
	}
	return []int{n - 2, 1, 1}
}

func convolution(in *Planes, channels, size int) ([]Layer, *Planes) {
	conv, out := NewConv(in, channels, size, 1, false)
	return []Layer{conv}, out
}

// strided is a convolution with bias and stride.
func strided(stride int) func(*Planes, int, int) ([]Layer, *Planes) {
	return func(in *Planes, channels, size int) ([]Layer, *Planes) {
		conv, out := NewConv(in, channels, size, stride, true)
		return []Layer{conv}, out
	}
}

// shortcut is a residual layer after a convolution, with strides if they are not 1.
func shortcut(stride int) func(*Planes, int, int) ([]Layer, *Planes) {
	return func(in *Planes, channels, size int) ([]Layer, *Planes) {
		first, mid := convolution(in, channels, size)
		body, out := NewConv(mid, channels, size, stride, true)
		var short []Part
		if stride > 1 {
			project, _ := NewConv(mid, channels, 1, stride, true)
			short = []Part{{"project", project}}
		}
		return append(first, NewResidual(mid, out, []Part{{"conv", body}, {"norm", NewPlanesBatchNorm(out)}, {"act", NewPlanesActivation("tanh", out)}}, short)), out
	}
}

func TestGradientsAreThoseOfTheLayer(t *testing.T) {
	for _, l := range layers {
		for _, n := range []int{1, 5} {
			if n == 1 && l.name == "BatchNorm" {
				continue // one number has no variance: its output is constant
			}
			t.Run(fmt.Sprintf("%s, batch of %d", l.name, n), func(t *testing.T) {
				if (l.name == "MaxPool" || l.name == "TextConv") && !kernel.Double {
					t.Skip("at float32's distance the two points often have another largest pixel between them")
				}
				checkGradient(t, l.build(&kernel.Gemm{}, n+1), l.in, n, l.kinked)
			})
		}
	}
}

func checkGradient(t *testing.T, layers []Layer, in, n int, kinked bool) {
	rng := rand.New(rand.NewPCG(uint64(in), uint64(n)))
	net := New(layers, 3)
	_, planes := layers[0].(*ToPlanes)
	texts, _ := layers[0].(*Sequences)
	for _, p := range net.Params { // away from the symmetric start of norms
		for i := range p.W {
			p.W[i] += Real(0.3 * rng.NormFloat64())
		}
	}
	x := normal(rng, n*in)
	if kinked && !planes {
		for i, v := range x {
			if math.Abs(float64(v)) < 0.1 {
				x[i] = 0.5
			}
		}
	}
	words := texts != nil && texts.length > 0
	if words {
		for i := range x { // numbers of words, some texts shorter
			x[i] = Real((i*5 + i/3) % 7)
		}
	}
	pass := Pass{N: n, Train: true, Seed: 1, Step: 2, Steps: packed(n)}
	r := normal(rng, len(net.Forward(x, pass)))
	loss := func() float64 {
		sum := 0.0
		for i, y := range net.Forward(x, pass) {
			sum += float64(y) * float64(r[i])
		}
		return sum
	}
	loss()
	dx := r
	for i := len(layers) - 1; i >= 0; i-- {
		if i == 0 && planes || i == 1 && words {
			if words {
				layers[i].Backward(dx, pass, false)
			}
			dx = nil
			break
		}
		dx = layers[i].Backward(dx, pass, true)
	}
	grad := append([]Real(nil), net.G...)
	if dx != nil {
		compare(t, "input", rng, x, append([]Real(nil), dx[:len(x)]...), loss, kinked)
	}
	at := 0
	for _, p := range net.Params {
		compare(t, p.Name, rng, p.W, grad[at:at+p.Size], loss, kinked)
		at += p.Size
	}
}

// compare checks the slope of loss along directions of v against grad.
func compare(t *testing.T, name string, rng *rand.Rand, v, grad []Real, loss func() float64, kinked bool) {
	t.Helper()
	h, relative := tolerance()
	start := append([]Real(nil), v...)
	bad := 0
	const directions = 6
	for range directions {
		d := normal(rng, len(v))
		want, size := 0.0, 0.0
		for i, g := range grad {
			want += float64(g) * float64(d[i])
			size += float64(g) * float64(g)
		}
		at := func(step float64) float64 {
			for i := range v {
				v[i] = start[i] + Real(step)*d[i]
			}
			return loss()
		}
		got := (at(h) - at(-h)) / (2 * h)
		copy(v, start)
		if scale := math.Sqrt(size) + 1; math.Abs(got-want) > relative*scale {
			if bad++; !kinked || bad > 2 { // a kink may lie between the two points
				t.Errorf("%s: slope %g by differences, %g by the gradient (size %g)", name, got, want, scale)
			}
		}
	}
}

func normal(rng *rand.Rand, n int) []Real {
	x := make([]Real, n)
	for i := range x {
		x[i] = Real(rng.NormFloat64())
	}
	return x
}

// lossCases are what losses are asked to compute.
var lossCases = []LossOptions{
	{},
	{Smoothing: 0.2},
	{Weights: []float64{2, 0.5, 1, 3}},
	{Smoothing: 0.2, Weights: []float64{2, 0.5, 1, 0}},
	{Kind: "focal"},
	{Kind: "focal", Gamma: 0.5},
	{Kind: "focal", Gamma: 2, Weights: []float64{2, 0.5, 1, 3}},
	{Kind: "bce"},
	{Kind: "bce", Weights: []float64{2, 0.5, 1, 3}},
	{Kind: "mse"},
	{Kind: "l1"},
	{Kind: "smooth_l1"},
}

func TestGradientsOfLosses(t *testing.T) {
	h, relative := tolerance()
	for _, o := range lossCases {
		for _, n := range []int{1, 5} {
			for _, mixed := range []bool{false, true} {
				rng := rand.New(rand.NewPCG(1, uint64(n)))
				const classes = 4
				logits := normal(rng, n*classes)
				targets := Targets{Labels: make([]int32, n)}
				if mixed {
					targets.Other, targets.Share = make([]int32, n), make([]float32, n)
				}
				for i := range targets.Labels {
					targets.Labels[i] = int32(rng.IntN(classes - 1)) // the last has weight 0 once
					if mixed {
						targets.Other[i], targets.Share[i] = int32(rng.IntN(classes)), rng.Float32()
					}
				}
				l := NewLoss(classes, n, o)
				mean := func() float64 { m, _ := l.Of(logits, targets); return m }
				mean()
				grad := append([]Real(nil), l.Gradient()...)
				for i := range logits {
					was := logits[i]
					logits[i] = was + Real(h)
					up := mean()
					logits[i] = was - Real(h)
					down := mean()
					logits[i] = was
					if got := (up - down) / (2 * h); math.Abs(got-float64(grad[i])) > relative/10 {
						t.Errorf("%+v, n %d, mixed %v: slope at %d is %g, gradient %g", o, n, mixed, i, got, grad[i])
					}
				}
			}
		}
	}
}

func TestLossesSurviveCertainty(t *testing.T) {
	for _, o := range lossCases {
		l := NewLoss(4, 2, o)
		if mean, _ := l.Of([]Real{80, 0, 0, 0, 0, 80, 0, 0}, Targets{Labels: []int32{0, 2}}); mean-mean != 0 {
			t.Errorf("%+v: loss %g", o, mean)
		}
		for i, g := range l.Gradient() {
			if g-g != 0 {
				t.Errorf("%+v: gradient %g at %d", o, g, i)
			}
		}
	}
}

func TestAPassAllocatesNothing(t *testing.T) {
	g := &kernel.Gemm{}
	const n = 4
	in := NewPlanes(1, 8, 8, 1, n)
	conv, mid := NewConv(in, 4, 3, 1, false)
	pool, out := NewMaxPool(mid, 1, true, 1)
	net := New([]Layer{
		NewToPlanes(in), conv, NewPlanesBatchNorm(mid), pool, NewPlanesActivation("relu", out), NewFlatten(out),
		NewDense(g, 4*4*4, 8, n), NewBatchNorm(8, n), NewLayerNorm(8, n), NewActivation("gelu", 8, n), NewDropout(0.5, 1, 8, n), NewDense(g, 8, 3, n),
	}, 1)
	loss := NewLoss(3, n, LossOptions{Smoothing: 0.1})
	x, labels := make([]Real, n*64), Targets{Labels: []int32{0, 1, 2, 0}}
	pass := Pass{N: n, Train: true}
	step := func() {
		loss.Of(net.Forward(x, pass), labels)
		net.Backward(loss.Gradient(), pass)
	}
	step()
	if count := testing.AllocsPerRun(10, step); count != 0 {
		t.Errorf("%g allocations a step, want none", count)
	}
}

func TestEmbeddingLooksUpAndAddsUp(t *testing.T) {
	l := NewEmbedding(4, 1, 3, 2, 2, 1)
	net := New([]Layer{l}, 1)
	for i := range net.W {
		net.W[i] = Real(i)
	}
	y := net.Forward([]Real{3, 0, 3, 9, 1, 2}, Pass{N: 2}) // 9 is beyond the four words
	if want := []Real{6, 7, 0, 1, 6, 7, 2, 3, 2, 3, 4, 5}; !slices.Equal(y, want) {
		t.Errorf("vectors %v, want %v", y, want)
	}
	net.Backward([]Real{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, Pass{N: 2})
	if want := []Real{3, 4, 16, 18, 11, 12, 6, 8}; !slices.Equal(net.G, want) {
		t.Errorf("gradients %v, want %v", net.G, want)
	}
}
