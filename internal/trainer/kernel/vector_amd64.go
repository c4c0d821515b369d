//go:build !float64check

package kernel

// Each of these does a leading part of its operation in assembly and says how
// long it is: a multiple of the register's width, or nothing.

func addVec(y, x []Real) int {
	switch n := bulk(len(y)); {
	case n == 0:
		return 0
	case active == AVX512:
		addAVX512(n, &y[0], &x[0])
		return n
	default:
		addAVX2(n, &y[0], &x[0])
		return n
	}
}

func axpyVec(y []Real, a Real, x []Real) int {
	switch n := bulk(len(y)); {
	case n == 0:
		return 0
	case active == AVX512:
		axpyAVX512(n, &y[0], &x[0], a)
		return n
	default:
		axpyAVX2(n, &y[0], &x[0], a)
		return n
	}
}

func scaleVec(y []Real, a Real) int {
	switch n := bulk(len(y)); {
	case n == 0:
		return 0
	case active == AVX512:
		scaleAVX512(n, &y[0], a)
		return n
	default:
		scaleAVX2(n, &y[0], a)
		return n
	}
}

func mulVec(y, x []Real) int {
	switch n := bulk(len(y)); {
	case n == 0:
		return 0
	case active == AVX512:
		mulAVX512(n, &y[0], &x[0])
		return n
	default:
		mulAVX2(n, &y[0], &x[0])
		return n
	}
}

func affineVec(y, x []Real, ab *[2]Real) int {
	switch n := bulk(len(y)); {
	case n == 0:
		return 0
	case active == AVX512:
		affineAVX512(n, &y[0], &x[0], ab)
		return n
	default:
		affineAVX2(n, &y[0], &x[0], ab)
		return n
	}
}

func combineVec(y, u, v []Real, abc *[3]Real) int {
	switch n := bulk(len(y)); {
	case n == 0:
		return 0
	case active == AVX512:
		combineAVX512(n, &y[0], &u[0], &v[0], abc)
		return n
	default:
		combineAVX2(n, &y[0], &u[0], &v[0], abc)
		return n
	}
}

func sumVec(x []Real) (int, Real) {
	var sum Real
	switch n := bulk(len(x)); {
	case n == 0:
		return 0, 0
	case active == AVX512:
		sumAVX512(n, &x[0], &sum)
		return n, sum
	default:
		sumAVX2(n, &x[0], &sum)
		return n, sum
	}
}

func dotVec(x, y []Real) (int, Real) {
	var sum Real
	switch n := bulk(len(x)); {
	case n == 0:
		return 0, 0
	case active == AVX512:
		dotAVX512(n, &x[0], &y[0], &sum)
		return n, sum
	default:
		dotAVX2(n, &x[0], &y[0], &sum)
		return n, sum
	}
}

func reluVec(y, x []Real) int {
	switch n := bulk(len(y)); {
	case n == 0:
		return 0
	case active == AVX512:
		reluAVX512(n, &y[0], &x[0])
		return n
	default:
		reluAVX2(n, &y[0], &x[0])
		return n
	}
}

func reluGradVec(dx, dy, y []Real) int {
	switch n := bulk(len(dx)); {
	case n == 0:
		return 0
	case active == AVX512:
		reluGradAVX512(n, &dx[0], &dy[0], &y[0])
		return n
	default:
		reluGradAVX2(n, &dx[0], &dy[0], &y[0])
		return n
	}
}

func expVec(y, x []Real) int {
	switch n := bulk(len(y)); {
	case n == 0:
		return 0
	case active == AVX512:
		expAVX512(n, &y[0], &x[0], &expTable[0])
		return n
	default:
		expAVX2(n, &y[0], &x[0], &expTable[0])
		return n
	}
}

func sigmoidVec(y, x []Real) int {
	switch n := bulk(len(y)); {
	case n == 0:
		return 0
	case active == AVX512:
		sigmoidAVX512(n, &y[0], &x[0], &expTable[0])
		return n
	default:
		sigmoidAVX2(n, &y[0], &x[0], &expTable[0])
		return n
	}
}

func tanhVec(y, x []Real) int {
	switch n := bulk(len(y)); {
	case n == 0:
		return 0
	case active == AVX512:
		tanhAVX512(n, &y[0], &x[0], &expTable[0])
		return n
	default:
		tanhAVX2(n, &y[0], &x[0], &expTable[0])
		return n
	}
}

func sgdVec(w, g, buf []Real, s *SGD) int {
	switch n := bulk(len(w)); {
	case n == 0:
		return 0
	case active == AVX512:
		sgdAVX512(n, &w[0], &g[0], &buf[0], s)
		return n
	default:
		sgdAVX2(n, &w[0], &g[0], &buf[0], s)
		return n
	}
}

func adamVec(w, g, m, v []Real, s *Adam) int {
	switch n := bulk(len(w)); {
	case n == 0:
		return 0
	case active == AVX512:
		adamAVX512(n, &w[0], &g[0], &m[0], &v[0], s)
		return n
	default:
		adamAVX2(n, &w[0], &g[0], &m[0], &v[0], s)
		return n
	}
}

func rmspropVec(w, g, v, buf []Real, s *RMSProp) int {
	switch n := bulk(len(w)); {
	case n == 0:
		return 0
	case active == AVX512:
		rmspropAVX512(n, &w[0], &g[0], &v[0], &buf[0], s)
		return n
	default:
		rmspropAVX2(n, &w[0], &g[0], &v[0], &buf[0], s)
		return n
	}
}

// bulk is the part of n that assembly does.
func bulk(n int) int {
	switch active {
	case AVX512:
		return n &^ 15
	case AVX2:
		return n &^ 7
	}
	return 0
}

//go:noescape
func addAVX512(n int, y, x *float32)

//go:noescape
func axpyAVX512(n int, y, x *float32, a float32)

//go:noescape
func scaleAVX512(n int, y *float32, a float32)

//go:noescape
func mulAVX512(n int, y, x *float32)

//go:noescape
func affineAVX512(n int, y, x *float32, ab *[2]float32)

//go:noescape
func combineAVX512(n int, y, u, v *float32, abc *[3]float32)

//go:noescape
func sumAVX512(n int, x *float32, sum *float32)

//go:noescape
func dotAVX512(n int, x, y *float32, sum *float32)

//go:noescape
func reluAVX512(n int, y, x *float32)

//go:noescape
func reluGradAVX512(n int, dx, dy, y *float32)

//go:noescape
func expAVX512(n int, y, x *float32, table *float32)

//go:noescape
func sigmoidAVX512(n int, y, x *float32, table *float32)

//go:noescape
func tanhAVX512(n int, y, x *float32, table *float32)

//go:noescape
func sgdAVX512(n int, w, grad, buf *float32, s *SGD)

//go:noescape
func adamAVX512(n int, w, grad, m, v *float32, s *Adam)

//go:noescape
func rmspropAVX512(n int, w, grad, v, buf *float32, s *RMSProp)

//go:noescape
func addAVX2(n int, y, x *float32)

//go:noescape
func axpyAVX2(n int, y, x *float32, a float32)

//go:noescape
func scaleAVX2(n int, y *float32, a float32)

//go:noescape
func mulAVX2(n int, y, x *float32)

//go:noescape
func affineAVX2(n int, y, x *float32, ab *[2]float32)

//go:noescape
func combineAVX2(n int, y, u, v *float32, abc *[3]float32)

//go:noescape
func sumAVX2(n int, x *float32, sum *float32)

//go:noescape
func dotAVX2(n int, x, y *float32, sum *float32)

//go:noescape
func reluAVX2(n int, y, x *float32)

//go:noescape
func reluGradAVX2(n int, dx, dy, y *float32)

//go:noescape
func expAVX2(n int, y, x *float32, table *float32)

//go:noescape
func sigmoidAVX2(n int, y, x *float32, table *float32)

//go:noescape
func tanhAVX2(n int, y, x *float32, table *float32)

//go:noescape
func sgdAVX2(n int, w, grad, buf *float32, s *SGD)

//go:noescape
func adamAVX2(n int, w, grad, m, v *float32, s *Adam)

//go:noescape
func rmspropAVX2(n int, w, grad, v, buf *float32, s *RMSProp)

// expTable has what the assembly of Exp needs: the bounds of x, 1 ÷ ln 2,
// 1.5·2²³, ln 2 in two parts, the polynomial of Cephes' expf from r⁵ down, and 1.
var expTable = [13]float32{
	-87, 87, 1.44269504088896341, 12582912,
	0.693359375, -2.12194440e-4,
	1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
	1,
}
