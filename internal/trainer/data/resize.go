package data

// scale brings a plane of w×h values to toW×toH: each new pixel is the mean of the
// area that it covers.
func scale(plane []float32, w, h, toW, toH int) []float32 {
	columns, lines := cover(w, toW), cover(h, toH)
	narrow := make([]float32, h*toW)
	for y := range h {
		for x, parts := range columns {
			for _, p := range parts {
				narrow[y*toW+x] += p.share * plane[y*w+p.at]
			}
		}
	}
	out := make([]float32, toH*toW)
	for y, parts := range lines {
		for _, p := range parts {
			for x, v := range narrow[p.at*toW : (p.at+1)*toW] {
				out[y*toW+x] += p.share * v
			}
		}
	}
	return out
}

// part is an old pixel's share of a new one.
type part struct {
	at    int
	share float32
}

// cover lists, for each of to new pixels along a line, the old ones it covers.
func cover(from, to int) [][]part {
	all := make([][]part, to)
	width := float64(from) / float64(to)
	for i := range all {
		start, end := float64(i)*width, float64(i+1)*width
		for at := int(start); at < from && float64(at) < end; at++ {
			overlap := min(end, float64(at+1)) - max(start, float64(at))
			if overlap > 0 {
				all[i] = append(all[i], part{at, float32(overlap / width)})
			}
		}
	}
	return all
}
