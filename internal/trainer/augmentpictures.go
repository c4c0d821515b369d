package trainer

import (
	"math"
	"math/rand/v2"

	"github.com/danlu-ml/danlu/internal/trainer/data"
)

// pictureChanges turn, crop and brighten pictures that train. (Shifts and mirrors
// are simpler; batches do them.)
type pictureChanges struct {
	shape      data.Shape
	background []float32 // of each channel: black, normalised
	rotate     float64   // radians at most, each way
	crop       float64   // share of the side cut off at most
	brightness float64   // share of the brightness added or taken at most
	was        []float32
}

// newPictureChanges are nil if the settings want none.
func newPictureChanges(s *data.Split, v values) *pictureChanges {
	c := &pictureChanges{
		shape: s.Table.Image, rotate: v.float("rotate") * math.Pi / 180, crop: v.float("crop"), brightness: v.float("brightness"),
		was: make([]float32, s.Table.Image.Height*s.Table.Image.Width),
	}
	if c.rotate == 0 && c.crop == 0 && c.brightness == 0 {
		return nil
	}
	for channel := range c.shape.Channels {
		c.background = append(c.background, background(s, channel))
	}
	return c
}

// change draws an angle, a part of the picture and a brightness, all evenly from
// what is allowed, and applies them in place.
func (c *pictureChanges) change(x []float32, rng *rand.Rand) {
	angle := c.rotate * (2*rng.Float64() - 1)
	side := 1 - c.crop*rng.Float64()
	right, down := (1-side)*(rng.Float64()-0.5), (1-side)*(rng.Float64()-0.5)
	bright := float32(1 + c.brightness*(2*rng.Float64()-1))
	plane := c.shape.Height * c.shape.Width
	for channel, black := range c.background {
		part := x[channel*plane : (channel+1)*plane]
		if c.rotate > 0 || c.crop > 0 {
			copy(c.was, part)
			c.view(part, angle, side, right, down, black)
		}
		if c.brightness > 0 {
			for i, v := range part {
				part[i] = black + bright*(v-black)
			}
		}
	}
}

// view fills a plane with what c.was shows through a square of the given side,
// moved from the middle and turned; side, right and down are shares of the whole.
// Values between pixels are interpolated along both axes; outside is black.
func (c *pictureChanges) view(to []float32, angle, side, right, down float64, black float32) {
	h, w := c.shape.Height, c.shape.Width
	sin, cos := math.Sincos(angle)
	middleX, middleY := float64(w-1)/2, float64(h-1)/2
	at := func(x, y int) float32 {
		if x < 0 || y < 0 || x >= w || y >= h {
			return black
		}
		return c.was[y*w+x]
	}
	for y := range h {
		for x := range w {
			dx, dy := (float64(x)-middleX)*side, (float64(y)-middleY)*side
			fromX := middleX + right*float64(w) + cos*dx - sin*dy
			fromY := middleY + down*float64(h) + sin*dx + cos*dy
			x0, y0 := math.Floor(fromX), math.Floor(fromY)
			shareX, shareY := float32(fromX-x0), float32(fromY-y0)
			i, j := int(x0), int(y0)
			top := at(i, j) + shareX*(at(i+1, j)-at(i, j))
			bottom := at(i, j+1) + shareX*(at(i+1, j+1)-at(i, j+1))
			to[y*w+x] = top + shareY*(bottom-top)
		}
	}
}
