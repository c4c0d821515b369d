package trainer

import (
	"fmt"

	"github.com/danlu-ml/danlu/internal/trainer/nn"
)

// recurrent is a model of recurrent layers. A step takes few sequences, each of
// many rows, and gradients through hundreds of steps want a limit.
func recurrent(name, help, cell string, both bool) model {
	return model{
		Info: Info{name, help},
		settings: []Setting{
			{Name: "depth", Kind: "int", Low: 1, High: 32, Default: "1", Role: "depth", Help: "recurrent layers"},
			{Name: "hidden", Kind: "int", Low: 1, High: 4096, Log: true, Default: "96", Role: "width", Help: "units of a layer, in each direction"},
			{Name: "norm", Kind: "choice", Choices: []string{"none", "layer"}, Default: "none", Role: "norm", Help: "normalisation after each recurrent layer"},
			dropout(),
		},
		defaults:  map[string]string{"batch_size": "6", "lr": "0.003", "clip_norm": "1"},
		sequences: true,
		build: func(b *builder) {
			in := b.in
			for i := range b.int("depth") {
				layer := nn.NewRecurrent(b.gemm, cell, in, b.int("hidden"), both, b.n)
				in = layer.Out()
				b.add(fmt.Sprint("rnn", i+1), layer)
				b.normalise(fmt.Sprint("norm", i+1), in)
				b.drop(in)
			}
			b.dense("head", in, b.out)
		},
	}
}
