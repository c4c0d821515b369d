package kernel

// MaxPool takes the largest of each 2×2 numbers and adds bias, for lines of w:
//
//	y[h*yPitch + j] = bias + max(x[2h*pitch + 2j], x[2h*pitch + 2j+1],
//	                             x[(2h+1)*pitch + 2j], x[(2h+1)*pitch + 2j+1])
//
// x must hold Overread numbers more than used.
func MaxPool(y []Real, yPitch int, x []Real, pitch, lines, w int, bias Real) {
	if lines == 0 || w == 0 || maxPoolVec(y, yPitch, x, pitch, lines, w, bias) {
		return
	}
	for h := range lines {
		top, low, out := x[2*h*pitch:][:2*w], x[(2*h+1)*pitch:][:2*w], y[h*yPitch:][:w]
		for j := range out {
			best := top[2*j]
			for _, v := range [...]Real{top[2*j+1], low[2*j], low[2*j+1]} {
				if v > best {
					best = v
				}
			}
			out[j] = best + bias
		}
	}
}

// MaxPoolGrad sets dx, laid out as x, to dy where x is the largest of its four,
// the first of them if several are, and to zero at the other three.
func MaxPoolGrad(dx, x []Real, pitch int, dy []Real, dyPitch, lines, w int) {
	if lines == 0 || w == 0 || maxPoolGradVec(dx, x, pitch, dy, dyPitch, lines, w) {
		return
	}
	for h := range lines {
		top, low, in := 2*h*pitch, (2*h+1)*pitch, dy[h*dyPitch:][:w]
		for j, v := range in {
			at := [...]int{top + 2*j, top + 2*j + 1, low + 2*j, low + 2*j + 1}
			best := at[0]
			for _, k := range at {
				dx[k] = 0
				if x[k] > x[best] {
					best = k
				}
			}
			dx[best] = v
		}
	}
}
