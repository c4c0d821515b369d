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

// Mul does y *= x.
func Mul(y, x []Real) {
	n := mulVec(y, x[:len(y)])
	for i := n; i < len(y); i++ {
		y[i] *= x[i]
	}
}

// Affine does y = a·x + b.
func Affine(y, x []Real, a, b Real) {
	n := affineVec(y, x[:len(y)], &[2]Real{a, b})
	for i := n; i < len(y); i++ {
		y[i] = a*x[i] + b
	}
}

// Combine does y = a·u + b·v + c.
func Combine(y []Real, a Real, u []Real, b Real, v []Real, c Real) {
	n := combineVec(y, u[:len(y)], v[:len(y)], &[3]Real{a, b, c})
	for i := n; i < len(y); i++ {
		y[i] = a*u[i] + b*v[i] + c
	}
}

// stretch is how many numbers are summed in Real before the sum goes on in
// float64.
const stretch = 4096

// Sum is Σ x.
func Sum(x []Real) float64 {
	total := 0.0
	for len(x) > 0 {
		part := x[:min(len(x), stretch)]
		x = x[len(part):]
		n, sum := sumVec(part)
		for _, v := range part[n:] {
			sum += v
		}
		total += float64(sum)
	}
	return total
}

// Dot is Σ x·y.
func Dot(x, y []Real) float64 {
	total := 0.0
	y = y[:len(x)]
	for len(x) > 0 {
		n := min(len(x), stretch)
		u, v := x[:n], y[:n]
		x, y = x[n:], y[n:]
		done, sum := dotVec(u, v)
		for i := done; i < n; i++ {
			sum += u[i] * v[i]
		}
		total += float64(sum)
	}
	return total
}

// SumSquares is Σ x².
func SumSquares(x []Real) float64 { return Dot(x, x) }

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

// Sigmoid does y = 1 ÷ (1 + e⁻ˣ), to about 2⁻²².
func Sigmoid(y, x []Real) {
	n := sigmoidVec(y, x[:len(y)])
	for i := n; i < len(y); i++ {
		y[i] = Real(1 / (1 + math.Exp(-float64(x[i]))))
	}
}

// Tanh does y = tanh x, to about 2⁻²².
func Tanh(y, x []Real) {
	n := tanhVec(y, x[:len(y)])
	for i := n; i < len(y); i++ {
		y[i] = Real(math.Tanh(float64(x[i])))
	}
}
