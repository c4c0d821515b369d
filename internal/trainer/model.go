package trainer

import (
	"fmt"
	"slices"

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
	along     bool              // reads it, or runs over sequences: what the task has
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
	{
		Info:     Info{"simplecnn", "one convolution with pooling, then a dense layer"},
		settings: simpleSettings, pictures: true, build: buildSimpleCNN,
	},
	{
		Info:     Info{"vgg", "blocks of convolutions with pooling, then two dense layers"},
		settings: vggSettings, pictures: true, build: buildVGG,
	},
	{
		Info:     Info{"resnet", "residual blocks of convolutions, the mean of each channel, then a dense layer"},
		settings: resnetSettings, pictures: true, build: buildResNet,
	},
	recurrent("lstm", "LSTM layers over sequences, then a dense layer", "lstm", false),
	recurrent("bilstm", "LSTM layers in both directions, then a dense layer", "lstm", true),
	recurrent("gru", "GRU layers over sequences, then a dense layer", "gru", false),
	{
		Info:     Info{"textcnn", "an embedding of words, filters over several of them, then a dense layer"},
		settings: textSettings, defaults: textDefaults, text: true, build: buildTextCNN,
	},
	transformer(),
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
	if m.along && !t.text && !t.sequences {
		return fmt.Errorf("%w: model %s needs text or sequences and %s has neither: use mlp", ErrConfig, m.Name, t.Name)
	}
	if t.text && !m.text && !m.along {
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

// on is the model as it is on a task.
func (m model) on(t task) model {
	if !m.along {
		return m
	}
	m.defaults = map[string]string{"batch_size": "32"}
	if m.text, m.sequences = t.text, t.sequences; m.text {
		m.settings = slices.Concat(m.settings, transformerText)
	} else {
		m.defaults = map[string]string{"batch_size": "6", "clip_norm": "1"}
	}
	return m
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
	names   []string // of the layers
	err     error    // why there can be no such network
}

// add adds layers whose tensors' names begin with name.
func (b *builder) add(name string, layers ...nn.Layer) {
	for _, l := range layers {
		b.layers, b.names = append(b.layers, l), append(b.names, name)
	}
}

func (b *builder) dense(name string, in, out int) { b.add(name, nn.NewDense(b.gemm, in, out, b.n)) }

// drop adds dropout, if there is any.
func (b *builder) drop(d int) {
	if p := b.float("dropout"); p > 0 {
		b.add("", nn.NewDropout(p, len(b.layers), d, b.n))
	}
}

// hidden adds a dense layer with normalisation, activation and dropout; number
// tells its name.
func (b *builder) hidden(number, in, out int) {
	b.dense(fmt.Sprint("dense", number), in, out)
	b.normalise(fmt.Sprint("norm", number), out)
	b.add(fmt.Sprint("act", number), nn.NewActivation(b.values["activation"], out, b.n))
	b.drop(out)
}

// normalise adds the normalisation of rows.
func (b *builder) normalise(name string, d int) {
	switch b.values["norm"] {
	case "batch":
		b.add(name, nn.NewBatchNorm(d, b.n))
	case "layer":
		b.add(name, nn.NewLayerNorm(d, b.n))
	case "group":
		b.add(name, nn.NewGroupNorm(b.groups(d), d, b.n))
	}
}

// groups is the number of groups of d channels; it must divide them.
func (b *builder) groups(d int) int {
	g := b.int("groups")
	if d%g != 0 {
		b.err = fmt.Errorf("%w: groups=%d: it does not divide the %d channels of a layer: give a divisor of every layer's", ErrConfig, g, d)
		return 1
	}
	return g
}

func buildSoftmax(b *builder) { b.dense("head", b.in, b.out) }

var mlpSettings = []Setting{
	{Name: "depth", Kind: "int", Low: 1, High: 32, Default: "1", Role: "depth", Help: "hidden layers"},
	{Name: "width", Kind: "int", Low: 1, High: 8192, Log: true, Default: "128", Role: "width", Help: "units of a hidden layer"},
	activation(),
	{Name: "norm", Kind: "choice", Choices: []string{"none", "batch", "layer", "group"}, Default: "none", Role: "norm", Help: "normalisation before each activation"},
	groupCount(),
	dropout(),
}

func buildMLP(b *builder) {
	in := b.in
	for i := range b.int("depth") {
		b.hidden(i+1, in, b.int("width"))
		in = b.int("width")
	}
	b.dense("head", in, b.out)
}
