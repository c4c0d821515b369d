package trainer

import (
	"github.com/danlu-ml/danlu/internal/trainer/data"
	"github.com/danlu-ml/danlu/internal/trainer/nn"
)

var textSettings = []Setting{
	{Name: "vocab", Kind: "int", Low: 1, High: 1e6, Log: true, Default: "10000", Role: "vocabulary", Help: "words known, the most frequent"},
	{Name: "embedding", Kind: "int", Low: 1, High: 1024, Log: true, Default: "128", Role: "width", Help: "numbers that stand for a word"},
	{Name: "filters", Kind: "int", Low: 1, High: 1024, Log: true, Default: "64", Role: "width", Help: "filters of each width: 3, 4 and 5 words"},
	dropout(),
}

// buildTextCNN is Kim 2014: embedding, filters over 3, 4 and 5 words, the largest
// value of each, dropout, a dense layer.
func buildTextCNN(b *builder) {
	words := min(b.int("vocab")+data.WordUnknown+1, b.words)
	size := b.int("embedding")
	conv := nn.NewTextConv(b.gemm, b.in, size, b.int("filters"), []int{3, 4, 5}, b.n)
	b.add("embed", nn.NewEmbedding(words, data.WordUnknown, b.in, size, b.n))
	b.add("conv", conv)
	b.drop(conv.Out())
	b.dense("head", conv.Out(), b.out)
}
