package trainer

import (
	"fmt"

	"github.com/danlu-ml/danlu/internal/trainer/data"
	"github.com/danlu-ml/danlu/internal/trainer/nn"
)

var transformerSettings = []Setting{
	{Name: "depth", Kind: "int", Low: 1, High: 32, Default: "2", Role: "depth", Help: "encoder layers"},
	{Name: "hidden", Kind: "int", Low: 1, High: 4096, Log: true, Default: "64", Role: "width", Help: "numbers of a row; heads divides it"},
	{Name: "heads", Kind: "int", Low: 1, High: 64, Log: true, Default: "4", Role: "heads", Help: "attention heads"},
	{Name: "feedforward", Kind: "int", Low: 1, High: 8192, Log: true, Default: "256", Role: "width", Help: "units of the dense layer inside an encoder layer"},
	activation(),
	{Name: "norm_first", Kind: "bool", Default: "false", Help: "normalise before attention and dense layers, not after"},
	{Name: "position", Kind: "choice", Choices: []string{"sinusoidal", "learned", "none"}, Default: "sinusoidal", Help: "what tells rows their places"},
	{Name: "places", Kind: "int", Low: 1, High: 1e6, Log: true, Default: "512", Help: "with position=learned, places that have a vector; rows beyond share the last"},
	{Name: "dropout", Kind: "float", Low: 0, High: 0.95, Default: "0.1", Role: "dropout", Help: "chance of a number to be dropped, attention weights too"},
}

// transformerText are for texts alone.
var transformerText = []Setting{
	{Name: "vocab", Kind: "int", Low: 1, High: 1e6, Log: true, Default: "10000", Role: "vocabulary", Help: "words known, the most frequent"},
}

// transformer is a model of encoder layers, for texts and for sequences of rows.
func transformer() model {
	return model{
		Info:     Info{"transformer", "encoder layers with attention, over words or over the rows of a sequence, then a dense layer"},
		settings: transformerSettings, along: true, build: buildTransformer,
	}
}

// buildTransformer has, for texts, an embedding before the encoder and the mean
// over words after it; for sequences a dense layer before it, and each row has a
// class.
func buildTransformer(b *builder) {
	size, heads := b.int("hidden"), b.int("heads")
	if size%heads != 0 {
		b.err = fmt.Errorf("%w: heads=%d: it does not divide hidden=%d: give a divisor", ErrConfig, heads, size)
		return
	}
	words := b.words > 0
	length, rows := 0, b.n
	if words {
		length, rows = b.in, b.n*b.in
	}
	q := nn.NewSequences(length)
	b.add("", q)
	if words {
		known := min(b.int("vocab")+data.WordUnknown+1, b.words)
		b.add("embed", nn.NewEmbedding(known, data.WordUnknown, b.in, size, b.n, 1))
	} else {
		b.dense("embed", b.in, size)
	}
	switch b.values["position"] {
	case "sinusoidal":
		b.add("", nn.NewPosition(q, size, rows))
	case "learned":
		places := b.int("places")
		if words {
			places = min(places, length)
		}
		b.add("position", nn.NewPlaces(q, size, places, rows))
	}
	b.drop(size * rows / b.n)
	for i := range b.int("depth") {
		b.add(fmt.Sprint("layers.", i), nn.NewEncoder(b.gemm, q, nn.EncoderOptions{
			Size: size, Heads: heads, Feedforward: b.int("feedforward"), Activation: b.values["activation"],
			Dropout: b.float("dropout"), NormFirst: b.bool("norm_first"), Index: 1000 + 4*i,
		}, rows))
	}
	if b.bool("norm_first") {
		b.add("norm", nn.NewSequenceNorm(q, size, rows))
	}
	if words {
		b.add("", nn.NewSequenceMean(q, size, rows))
	}
	b.dense("head", size, b.out)
}
