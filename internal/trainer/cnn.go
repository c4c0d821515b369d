package trainer

import (
	"fmt"

	"github.com/danlu-ml/danlu/internal/trainer/nn"
)

// pictureNorm are the normalisations of networks on pictures. Layer is one group
// of all channels.
func pictureNorm(def string) Setting {
	return Setting{Name: "norm", Kind: "choice", Choices: []string{"none", "batch", "group", "layer"}, Default: def, Role: "norm", Help: "normalisation after each convolution and before the dense activation"}
}

func kernelSize() Setting {
	return Setting{Name: "kernel", Kind: "choice", Choices: []string{"3", "5", "7"}, Default: "3", Role: "kernel_size", Help: "pixels along a side of a convolution"}
}

func stride() Setting {
	return Setting{Name: "stride", Kind: "int", Low: 1, High: 4, Default: "1", Role: "stride", Help: "pixels from one place of the first convolution to the next"}
}

func channels(help string) Setting {
	return Setting{Name: "channels", Kind: "int", Low: 1, High: 512, Log: true, Default: "16", Role: "width", Help: help}
}

func hiddenDense(def string) Setting {
	return Setting{Name: "hidden", Kind: "int", Low: 1, High: 8192, Log: true, Default: def, Role: "width", Help: "units of the hidden dense layer"}
}

var (
	cnnSettings = []Setting{
		channels("channels of the first convolution; the second has twice as many"),
		kernelSize(), stride(), hiddenDense("64"), activation(), pictureNorm("none"), groupCount(), dropout(),
	}
	simpleSettings = []Setting{
		channels("channels of the convolution"), kernelSize(), stride(), activation(), pictureNorm("none"), groupCount(), dropout(),
	}
	vggSettings = []Setting{
		channels("channels of the first block; each next has twice as many"),
		{Name: "depth", Kind: "int", Low: 1, High: 4, Default: "2", Role: "depth", Help: "blocks, each halving the picture"},
		{Name: "convs", Kind: "int", Low: 1, High: 4, Default: "2", Role: "depth", Help: "convolutions of a block"},
		kernelSize(), stride(), hiddenDense("128"), activation(), pictureNorm("none"), groupCount(), dropout(),
	}
)

// pictures begins a network on pictures.
func (b *builder) pictures() *nn.Planes {
	in := nn.NewPlanes(b.shape.Channels, b.shape.Height, b.shape.Width, b.int("kernel")/2, b.n)
	b.add("", nn.NewToPlanes(in))
	return in
}

// buildCNN is two convolutions with pooling and a hidden dense layer.
func buildCNN(b *builder) {
	in := b.pictures()
	c := b.int("channels")
	in = b.convPool(1, in, c, b.int("stride"))
	in = b.convPool(2, in, 2*c, 1)
	flat := b.flatten(in)
	b.hidden(1, flat, b.int("hidden"))
	b.dense("head", b.int("hidden"), b.out)
}

// buildSimpleCNN is one convolution, activation, pooling and a dense layer.
func buildSimpleCNN(b *builder) {
	in := b.convPool(1, b.pictures(), b.int("channels"), b.int("stride"))
	flat := b.flatten(in)
	b.drop(flat)
	b.dense("head", flat, b.out)
}

// buildVGG is blocks of convolutions with pooling between them, then a hidden
// dense layer (after Simonyan and Zisserman 2015).
func buildVGG(b *builder) {
	in := b.pictures()
	c, number, stride := b.int("channels"), 0, b.int("stride")
	for range b.int("depth") {
		for range b.int("convs") - 1 {
			number++
			in = b.conv(number, in, c, stride)
			stride = 1
		}
		number++
		in = b.convPool(number, in, c, stride)
		stride = 1
		c *= 2
	}
	flat := b.flatten(in)
	b.hidden(number+1, flat, b.int("hidden"))
	b.dense("head", b.int("hidden"), b.out)
}

// flatten leaves the planes, and returns the length of a row.
func (b *builder) flatten(in *nn.Planes) int {
	b.add("", nn.NewFlatten(in))
	return in.C * in.H * in.W
}

// conv adds convolution, normalisation and activation.
func (b *builder) conv(number int, in *nn.Planes, channels, stride int) *nn.Planes {
	norm := b.values["norm"]
	conv, out := nn.NewConv(in, channels, b.int("kernel"), stride, norm == "none")
	b.add(fmt.Sprint("conv", number), conv)
	b.planesNorm(fmt.Sprint("norm", number), out)
	b.add(fmt.Sprint("act", number), nn.NewPlanesActivation(b.values["activation"], out))
	return out
}

// convPool adds convolution, normalisation, activation and pooling, or the last
// two the other way round: that gives the same numbers wherever the function
// rises, for a quarter of the work. So does adding the bias after pooling.
func (b *builder) convPool(number int, in *nn.Planes, channels, stride int) *nn.Planes {
	activation, norm := b.values["activation"], b.values["norm"]
	if activation == "gelu" || activation == "prelu" {
		out := b.conv(number, in, channels, stride)
		pool, pooled := nn.NewMaxPool(out, in.Pad, false, 0)
		b.pool(pool, pooled, "")
		return pooled
	}
	conv, out := nn.NewConv(in, channels, b.int("kernel"), stride, false)
	name := fmt.Sprint("conv", number)
	b.add(name, conv)
	b.planesNorm(fmt.Sprint("norm", number), out)
	pool, pooled := nn.NewMaxPool(out, in.Pad, norm == "none", conv.Bound())
	b.pool(pool, pooled, name) // its bias is the convolution's
	b.add("", nn.NewPlanesActivation(activation, pooled))
	return pooled
}

func (b *builder) pool(pool *nn.MaxPool, out *nn.Planes, name string) {
	if out.H == 0 || out.W == 0 {
		b.err = fmt.Errorf("%w: nothing is left of pictures of %d×%d after so much pooling: lower depth or stride", ErrConfig, b.shape.Height, b.shape.Width)
	}
	b.add(name, pool)
}

// planesNorm adds the normalisation of pictures.
func (b *builder) planesNorm(name string, g *nn.Planes) {
	if l := b.newPlanesNorm(g); l != nil {
		b.add(name, l)
	}
}

func (b *builder) newPlanesNorm(g *nn.Planes) nn.Layer {
	switch b.values["norm"] {
	case "batch":
		return nn.NewPlanesBatchNorm(g)
	case "layer":
		return nn.NewPlanesGroupNorm(1, g)
	case "group":
		return nn.NewPlanesGroupNorm(b.groups(g.C), g)
	}
	return nil
}
