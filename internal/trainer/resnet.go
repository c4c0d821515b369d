package trainer

import (
	"fmt"

	"github.com/danlu-ml/danlu/internal/trainer/nn"
)

var resnetSettings = []Setting{
	channels("channels of the first stage; each next has twice as many"),
	{Name: "depth", Kind: "int", Low: 1, High: 16, Default: "1", Role: "depth", Help: "residual blocks of a stage, each of two convolutions"},
	{Name: "stages", Kind: "int", Low: 1, High: 4, Default: "3", Role: "depth", Help: "stages; each but the first halves the picture"},
	kernelSize(), stride(), activation(), pictureNorm("batch"), groupCount(), dropout(),
}

// buildResNet is the network of He et al. 2016, section 4.2: a convolution, stages
// of residual blocks, the mean of each channel, a dense layer. Where a stage
// begins with a stride or more channels, the shortcut is a convolution of one
// pixel (their option B).
func buildResNet(b *builder) {
	c := b.int("channels")
	in := b.conv(1, b.pictures(), c, b.int("stride"))
	for s := range b.int("stages") {
		for i := range b.int("depth") {
			stride := 1
			if s > 0 && i == 0 {
				stride = 2
			}
			in = b.block(fmt.Sprintf("layer%d.%d", s+1, i), in, c<<s, stride)
		}
	}
	b.add("", nn.NewMeanPool(in))
	b.drop(in.C)
	b.dense("head", in.C, b.out)
}

// block adds a residual block and the activation after it.
func (b *builder) block(name string, in *nn.Planes, channels, stride int) *nn.Planes {
	size, activation, plain := b.int("kernel"), b.values["activation"], b.values["norm"] == "none"
	var parts []nn.Part
	norm := func(to *[]nn.Part, name string, g *nn.Planes) {
		if l := b.newPlanesNorm(g); l != nil {
			*to = append(*to, nn.Part{Name: name, Layer: l})
		}
	}
	first, mid := nn.NewConv(in, channels, size, stride, plain)
	parts = append(parts, nn.Part{Name: "conv1", Layer: first})
	norm(&parts, "norm1", mid)
	parts = append(parts, nn.Part{Name: "act1", Layer: nn.NewPlanesActivation(activation, mid)})
	second, out := nn.NewConv(mid, channels, size, 1, plain)
	parts = append(parts, nn.Part{Name: "conv2", Layer: second})
	norm(&parts, "norm2", out)
	var shortcut []nn.Part
	if stride > 1 || in.C != channels {
		project, _ := nn.NewConv(in, channels, 1, stride, plain)
		shortcut = append(shortcut, nn.Part{Name: "shortcut", Layer: project})
		norm(&shortcut, "shortcut_norm", out)
	}
	b.add(name, nn.NewResidual(in, out, parts, shortcut))
	b.add(name+".act2", nn.NewPlanesActivation(activation, out))
	return out
}
