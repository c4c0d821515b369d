package kernel

import "math"

// Operations on flat vectors. All slices of one call have the length of the
// first. They may be the same slice; they must not overlap in another way.

// Add does y += x.
func Add(y, x []Real) {
	n := addVec(y, x[:len(y)])
	for i := n; i < len(y); i++ {
		y[i] += x[i]
	}
}

// Axpy does y += a·x.
func Axpy(y []Real, a Real, x []Real) {
	n := axpyVec(y, a, x[:len(y)])
	for i := n; i < len(y); i++ {
		y[i] += a * x[i]
	}
}

// Scale does y *= a.
func Scale(y []Real, a Real) {
	n := scaleVec(y, a)
	for i := n; i < len(y); i++ {
		y[i] *= a
	}
}

// SumSquares is Σ x². Partial sums of 4096 numbers are kept in Real, their
// total in float64.
func SumSquares(x []Real) float64 {
	total := 0.0
	for len(x) > 0 {
		part := x[:min(len(x), 4096)]
		x = x[len(part):]
		n, sum := sumSquaresVec(part)
		for _, v := range part[n:] {
			sum += v * v
		}
		total += float64(sum)
	}
	return total
}

// ReLU does y = max(x, 0). A NaN stays NaN in portable code and may become 0
// elsewhere: look for it in the loss, before the activation.
func ReLU(y, x []Real) {
	n := reluVec(y, x[:len(y)])
	for i := n; i < len(y); i++ {
		y[i] = max(x[i], 0)
	}
}

// ReLUGrad does dx = dy where y > 0, else 0, for y = ReLU(x).
func ReLUGrad(dx, dy, y []Real) {
	n := reluGradVec(dx, dy[:len(dx)], y[:len(dx)])
	for i := n; i < len(dx); i++ {
		if y[i] > 0 {
			dx[i] = dy[i]
		} else {
			dx[i] = 0
		}
	}
}

// Exp does y = eˣ, to about 2 units in the last place, for x within ±87; beyond,
// the result is that at the bound.
func Exp(y, x []Real) {
	n := expVec(y, x[:len(y)])
	for i := n; i < len(y); i++ {
		y[i] = Real(math.Exp(min(max(float64(x[i]), -87), 87)))
	}
}
