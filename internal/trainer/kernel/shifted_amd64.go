//go:build !float64check

package kernel

// dotsBlock does Grad for taps t0 … t1, by blocks of rows × three taps, in stretches of q
// short enough that a stretch of all lines stays in the second-level cache.
func dotsBlock(dw, dy []Real, stride int, x []Real, taps []int, rows, t0, t1, n int) {
	k := len(taps)
	height := 8
	if active == AVX2 {
		height = 4
	}
	if active == Portable || n == 0 {
		dotsGo(dw, dy, stride, x, taps, 0, rows, t0, t1, n)
		return
	}
	const stretch = 2048
	whole := rows - rows%height
	for i := range whole {
		clear(dw[i*k+t0 : i*k+t1])
	}
	var out [24]float32
	for q := 0; q < n; q += stretch {
		count := (min(stretch, n-q) + 15) &^ 15
		for i := 0; i < whole; i += height {
			_ = dy[(i+height-1)*stride+q+count-1]
			for t := t0; t < t1; t += 3 {
				// A block that would stick out starts earlier; what it repeats is not added.
				from := max(0, min(t, k-3))
				var off [3]int
				for j := range off {
					off[j] = taps[min(from+j, k-1)]
				}
				_ = x[off[2]/4+q+count-1]
				if height == 8 {
					dots8x3(count, &dy[i*stride+q], stride*4, &x[q], &off, &out)
				} else {
					dots4x3(count, &dy[i*stride+q], stride*4, &x[q], &off, &out)
				}
				for j := t - from; j < 3 && from+j < k; j++ {
					for r := range height {
						dw[(i+r)*k+from+j] += out[r*3+j]
					}
				}
			}
		}
	}
	dotsGo(dw, dy, stride, x, taps, whole, rows, t0, t1, n)
}

// dots8x3 sets out[3r+j] = Σ_{q<n} dy[r][q]·x[off[j]+q] for 8 rows of dy, stride
// bytes apart, and offsets in bytes; n is a multiple of 16 and not 0.
//
//go:noescape
func dots8x3(n int, dy *float32, stride int, x *float32, off *[3]int, out *[24]float32)

// dots4x3 is the same for 4 rows, with AVX2.
//
//go:noescape
func dots4x3(n int, dy *float32, stride int, x *float32, off *[3]int, out *[24]float32)
