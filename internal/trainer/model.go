package trainer

import (
	"fmt"

	"github.com/danlu-ml/danlu/internal/trainer/data"
	"github.com/danlu-ml/danlu/internal/trainer/kernel"
	"github.com/danlu-ml/danlu/internal/trainer/nn"
)

// model is a family of networks.
type model struct {
	Info
	settings  []Setting
	defaults  map[string]string // where they are not the common ones
	pictures  bool              // needs them
	sequences bool              // runs over them
	text      bool              // reads it, and nothing else
	build     func(b *builder)
}

var models = []model{
	{
		Info:  Info{"softmax", "softmax regression: one dense layer"},
		build: buildSoftmax,
	},
	{
		Info:     Info{"mlp", "dense layers with an activation between them"},
		settings: mlpSettings, build: buildMLP,
	},
	{
		Info:     Info{"cnn", "two convolutions with pooling, then two dense layers"},
		settings: cnnSettings, pictures: true, build: buildCNN,
	},
	recurrent("lstm", "LSTM layers over sequences, then a dense layer", "lstm", false),
	recurrent("bilstm", "LSTM layers in both directions, then a dense layer", "lstm", true),
	recurrent("gru", "GRU layers over sequences, then a dense layer", "gru", false),
	{
		Info:     Info{"textcnn", "an embedding of words, filters over 3, 4 and 5 of them, then a dense layer"},
		settings: textSettings, text: true, build: buildTextCNN,
	},
}

// Models are the families of networks.
func Models() []Info {
	var all []Info
	for _, m := range models {
		all = append(all, m.Info)
	}
	return all
}

// ModelsOf are those that fit a task, its default first.
func ModelsOf(taskName string) ([]Info, error) {
	t, err := findTask(Config{Task: taskName})
	if err != nil {
		return nil, err
	}
	var all []Info
	for _, m := range models {
		switch {
		case m.suits(t) != nil:
		case m.Name == t.model:
			all = append([]Info{m.Info}, all...)
		default:
			all = append(all, m.Info)
		}
	}
	return all, nil
}

func findModel(name string) (model, error) {
	var names []string
	for _, m := range models {
		if m.Name == name {
			return m, nil
		}
		names = append(names, m.Name)
	}
	return model{}, unknown("model", name, names)
}

func (m model) suits(t task) error {
	if m.pictures && !t.pictures {
		return fmt.Errorf("%w: model %s needs pictures and %s has none: use mlp", ErrConfig, m.Name, t.Name)
	}
	if t.text && !m.text {
		return fmt.Errorf("%w: model %s needs numbers and %s has words: use textcnn", ErrConfig, m.Name, t.Name)
	}
	if m.text && !t.text {
		return fmt.Errorf("%w: model %s needs text and %s has none: use mlp", ErrConfig, m.Name, t.Name)
	}
	if m.sequences && !t.sequences {
		return fmt.Errorf("%w: model %s needs sequences and %s has none: use mlp", ErrConfig, m.Name, t.Name)
	}
	return nil
}

// builder collects the layers of a network.
type builder struct {
	values
	shape   data.Shape // of a picture, if the examples are pictures
	in, out int        // features, classes
	words   int        // in the vocabulary, if features are words
	n       int        // largest batch
	gemm    *kernel.Gemm
	layers  []nn.Layer
}

func (b *builder) add(layers ...nn.Layer) { b.layers = append(b.layers, layers...) }

func (b *builder) dense(in, out int) { b.add(nn.NewDense(b.gemm, in, out, b.n)) }

// hidden adds a dense layer with normalisation, activation and dropout.
func (b *builder) hidden(in, out int) {
	b.dense(in, out)
	switch b.values["norm"] {
	case "batch":
		b.add(nn.NewBatchNorm(out, b.n))
	case "layer":
		b.add(nn.NewLayerNorm(out, b.n))
	}
	b.add(nn.NewActivation(b.values["activation"], out, b.n))
	if p := b.float("dropout"); p > 0 {
		b.add(nn.NewDropout(p, len(b.layers), out, b.n))
	}
}

func buildSoftmax(b *builder) { b.dense(b.in, b.out) }

var mlpSettings = []Setting{
	{Name: "depth", Kind: "int", Low: 1, High: 32, Default: "1", Role: "depth", Help: "hidden layers"},
	{Name: "width", Kind: "int", Low: 1, High: 8192, Log: true, Default: "128", Role: "width", Help: "units of a hidden layer"},
	activation(),
	{Name: "norm", Kind: "choice", Choices: []string{"none", "batch", "layer"}, Default: "none", Role: "norm", Help: "normalisation before each activation"},
	dropout(),
}

func buildMLP(b *builder) {
	in := b.in
	for range b.int("depth") {
		b.hidden(in, b.int("width"))
		in = b.int("width")
	}
	b.dense(in, b.out)
}

var cnnSettings = []Setting{
	{Name: "channels", Kind: "int", Low: 1, High: 512, Log: true, Default: "16", Role: "width", Help: "channels of the first convolution; the second has twice as many"},
	{Name: "kernel", Kind: "choice", Choices: []string{"3", "5", "7"}, Default: "3", Role: "kernel_size", Help: "pixels along a side of a convolution"},
	{Name: "hidden", Kind: "int", Low: 1, High: 8192, Log: true, Default: "64", Role: "width", Help: "units of the hidden dense layer"},
	activation(),
	{Name: "norm", Kind: "choice", Choices: []string{"none", "batch"}, Default: "none", Role: "norm", Help: "normalisation after each convolution and before the dense activation"},
	dropout(),
}

func buildCNN(b *builder) {
	size, channels := b.int("kernel"), b.int("channels")
	in := nn.NewPlanes(b.shape.Channels, b.shape.Height, b.shape.Width, size/2, b.n)
	b.add(nn.NewToPlanes(in))
	for range 2 {
		in = b.convolution(in, channels, size)
		channels *= 2
	}
	b.add(nn.NewFlatten(in))
	flat := in.C * in.H * in.W
	b.hidden(flat, b.int("hidden"))
	b.dense(b.int("hidden"), b.out)
}

// convolution adds convolution, normalisation, pooling and activation. Pooling
// before the activation gives the same numbers wherever the function rises, for
// a quarter of the work.
func (b *builder) convolution(in *nn.Planes, channels, size int) *nn.Planes {
	conv, out := nn.NewConv(in, channels, size)
	b.add(conv)
	norm := b.values["norm"] == "batch"
	if norm {
		b.add(nn.NewPlanesBatchNorm(out))
	}
	pool, pooled := nn.NewMaxPool(out, size/2, !norm, conv.Bound())
	b.add(pool, nn.NewPlanesActivation(b.values["activation"], pooled))
	return pooled
}
