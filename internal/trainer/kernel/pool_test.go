package kernel

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestPoolingAgreesWithPortableCode(t *testing.T) {
	for _, level := range Levels()[1:] {
		for _, w := range []int{1, 2, 7, 8, 9, 14, 15, 16, 17, 31, 32, 33} {
			for _, lines := range []int{1, 3} {
				t.Run(fmt.Sprintf("%v/%dx%d", level, lines, w), func(t *testing.T) {
					rng := rand.New(rand.NewPCG(1, uint64(w)))
					pitch, yPitch := 2*w+3, w+2
					x := normal(rng, 2*lines*pitch+Overread)
					for i := range x { // few different numbers, so that some are equal
						x[i] = Real(int(2 * x[i]))
					}
					dy := normal(rng, lines*yPitch)
					run := func(l Level) (y, dx []Real) {
						defer Force(l)()
						y, dx = make([]Real, lines*yPitch), make([]Real, 2*lines*pitch)
						MaxPool(y, yPitch, x, pitch, lines, w, 0.5)
						MaxPoolGrad(dx, x, pitch, dy, yPitch, lines, w)
						return y, dx
					}
					wantY, wantDx := run(Portable)
					gotY, gotDx := run(level)
					if !slices.Equal(gotY, wantY) {
						t.Errorf("largest:\n%v, portable has\n%v", gotY, wantY)
					}
					if !slices.Equal(gotDx, wantDx) {
						t.Errorf("gradient:\n%v, portable has\n%v", gotDx, wantDx)
					}
				})
			}
		}
	}
}
