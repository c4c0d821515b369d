package lrfind

// Average is the mean of several sweeps over the same rates, with other batches. It
// ends with the shortest: where one sweep has diverged the mean has no meaning.
func Average(curves ...[]Point) []Point {
	if len(curves) == 0 {
		return nil
	}
	n := len(curves[0])
	for _, c := range curves[1:] {
		n = min(n, len(c))
	}
	mean := make([]Point, n)
	for i := range mean {
		mean[i].LR = curves[0][i].LR
		for _, c := range curves {
			mean[i].Loss += c[i].Loss / float64(len(curves))
		}
	}
	return mean
}
