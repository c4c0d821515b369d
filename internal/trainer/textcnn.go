package trainer

import (
	"fmt"
	"slices"

	"github.com/danlu-ml/danlu/internal/trainer/data"
	"github.com/danlu-ml/danlu/internal/trainer/nn"
)

var textSettings = []Setting{
	{Name: "vocab", Kind: "int", Low: 1, High: 1e6, Log: true, Default: "10000", Role: "vocabulary", Help: "words known, the most frequent"},
	{Name: "embedding", Kind: "int", Low: 1, High: 1024, Log: true, Default: "128", Role: "width", Help: "numbers that stand for a word"},
	{Name: "filters", Kind: "int", Low: 1, High: 1024, Log: true, Default: "100", Role: "width", Help: "filters of each width"},
	{Name: "kernels", Kind: "list", Low: 1, High: 20, Default: "3,4,5", Role: "kernel_size", Help: "widths of the filters, in words"},
	{Name: "embedding_std", Kind: "float", Low: 1e-4, High: 10, Log: true, Default: "0.1", Help: "standard deviation of the embedding's numbers at the start"},
	dropout(),
}

// textDefaults are for thousands of texts, each of tens of words. Leaving words out
// is what keeps the network from knowing its texts by heart.
var textDefaults = map[string]string{
	"optimizer": "adamw", "lr": "0.003", "schedule": "linear", "batch_size": "64", "dropout": "0.5", "word_delete": "0.5",
}

// buildTextCNN is Kim 2014: embedding, filters over 3, 4 and 5 words, the largest
// value of each, dropout, a dense layer.
func buildTextCNN(b *builder) {
	words := min(b.int("vocab")+data.WordUnknown+1, b.words)
	size := b.int("embedding")
	kernels := b.list("kernels")
	if widest := slices.Max(append(kernels, 0)); widest == 0 || widest > b.in {
		b.err = fmt.Errorf("%w: kernels=%s: texts have up to %d words: give widths from 1 to that", ErrConfig, b.values["kernels"], b.in)
		return
	}
	conv := nn.NewTextConv(b.gemm, b.in, size, b.int("filters"), kernels, b.n)
	b.add("embed", nn.NewEmbedding(words, data.WordUnknown, b.in, size, b.n, b.float("embedding_std")))
	b.add("conv", conv)
	b.drop(conv.Out())
	b.dense("head", conv.Out(), b.out)
}
