package lrfind

import (
	"fmt"
	"math"
	"slices"
)

// descent is what a curve looks like: level, then falling, then taking off.
type descent struct {
	smooth []Point // up to where the loss has left for good
	noise  float64 // standard deviation of a batch's loss about the smooth curve
	sure   float64 // of the fall of the smooth curve
	start  float64 // loss before the fall, the median of the first so many
	level  int
	tenth  int // places where a tenth, and half, of the fall is done
	half   int
	bottom int     // of the least loss
	stable int     // the last, from the bottom on, that keeps three quarters of the fall
	cliff  int     // the first, from the bottom on, that is above the start; else the last
	off    float64 // rate from which on every batch is far above the start, or no number; 0: none
}

// The widths of the smoothing, and of what is the start, as shares of the points.
const (
	kernelShare = 0.025
	startShare  = 0.1
)

// fewest points that a curve is read from, and the least factor from its lowest
// rate to its highest.
const (
	fewest   = 12
	leastFar = 8
)

// unusable is why a curve can't be read at all, or "".
func unusable(curve []Point) string {
	finite := 0
	for i, p := range curve {
		if !(p.LR > 0) || math.IsInf(p.LR, 1) || i > 0 && p.LR <= curve[i-1].LR {
			return fmt.Sprintf("the rates don't ascend at point %d: give them as the range test had them", i+1)
		}
		if p.Loss-p.Loss == 0 && finite == i {
			finite++
		}
	}
	switch {
	case len(curve) > 0 && finite == 0:
		return "the loss is not a number from the first batch on: the data or the network is at fault, not the rate"
	case len(curve) < fewest:
		return fmt.Sprintf("the range test has %d points, and one needs %d: make it longer, 100 batches are usual", len(curve), fewest)
	case finite < fewest:
		return fmt.Sprintf("the loss is not a number from batch %d on, at a rate of %s: begin with a rate a thousand times lower", finite+1, number(curve[finite].LR))
	case curve[len(curve)-1].LR < leastFar*curve[0].LR:
		return fmt.Sprintf("the rates only go from %s to %s: test over several powers of ten", number(curve[0].LR), number(curve[len(curve)-1].LR))
	}
	return ""
}

// descend measures a usable curve.
func descend(curve []Point) descent {
	n := slices.IndexFunc(curve, func(p Point) bool { return p.Loss-p.Loss != 0 })
	if n < 0 {
		n = len(curve)
	}
	all := curve
	curve = curve[:n]
	d := descent{level: max(3, int(startShare*float64(n)))}
	d.start = median(losses(curve[:d.level]))
	// What has exploded is cut off at as much above the start as the least loss is
	// below, so that the smoothing does not carry it to lower rates.
	low := d.start
	for i := range curve {
		low = min(low, median(losses(curve[max(0, i-1):min(n, i+2)])))
	}
	ceiling := d.start + max(d.start-low, math.Abs(d.start)*0.1)
	width := max(1, kernelShare*float64(n))
	d.smooth = smooth(curve, ceiling, width)
	d.noise = noise(curve, ceiling)
	d.off = takesOff(all, d.start+max(clearFall*d.noise, 0.1*math.Abs(d.start)))
	d.bottom = least(n, func(i int) float64 { return d.smooth[i].Loss })
	// What is still level tells better than the first few what the start is.
	if still := d.done(0.1 * (d.start - d.smooth[d.bottom].Loss)); still > d.level {
		d.level = still
		d.start = median(losses(curve[:still]))
	}
	const ofMedian = 1.57 // variance of a median, in that of a mean
	d.sure = d.noise * math.Sqrt(1/(2*math.Sqrt(math.Pi)*width)+ofMedian/float64(d.level))
	fall := d.start - d.smooth[d.bottom].Loss
	d.tenth, d.half = d.done(0.1*fall), d.done(0.5*fall)
	d.stable = d.bottom
	for d.stable+1 < n && d.smooth[d.stable+1].Loss < d.smooth[d.bottom].Loss+fall/4 {
		d.stable++
	}
	for d.cliff = d.stable; d.cliff+1 < n && d.smooth[d.cliff].Loss <= d.start; {
		d.cliff++
	}
	return d
}

// takesOff is the rate from which on all losses of a curve are above a level or no
// numbers; 0 where the last is neither.
func takesOff(curve []Point, level float64) float64 {
	rate := 0.0
	for _, p := range slices.Backward(curve) {
		if p.Loss <= level {
			break
		}
		rate = p.LR
	}
	return rate
}

// done is the first place from which on, up to the bottom, the loss has fallen by
// so much.
func (d *descent) done(fall float64) int {
	at := d.bottom
	for at > 0 && d.smooth[at-1].Loss < d.start-fall {
		at--
	}
	return at
}

// smooth is the mean about each point, weighted by a normal distribution of so many
// points width: centred, so that it moves nothing to higher rates as the averages
// of the past do that other finders take.
func smooth(curve []Point, ceiling, width float64) []Point {
	out := make([]Point, len(curve))
	reach := int(math.Ceil(3 * width))
	for i := range curve {
		sum, weight := 0.0, 0.0
		for j := max(0, i-reach); j < min(len(curve), i+reach+1); j++ {
			u := float64(j-i) / width
			w := math.Exp(-u * u / 2)
			sum, weight = sum+w*min(curve[j].Loss, ceiling), weight+w
		}
		out[i] = Point{curve[i].LR, sum / weight}
	}
	return out
}

// noise is the standard deviation of a batch's loss, from its second differences:
// of independent losses they have √6 times that, and little of a trend is in them.
// The median withstands what happens in the end.
func noise(curve []Point, ceiling float64) float64 {
	var all []float64
	for i := 1; i+1 < len(curve); i++ {
		if curve[i+1].Loss < ceiling {
			all = append(all, math.Abs(curve[i-1].Loss-2*curve[i].Loss+curve[i+1].Loss))
		}
	}
	return 1.4826 * median(all) / math.Sqrt(6)
}

func losses(curve []Point) []float64 {
	all := make([]float64, len(curve))
	for i, p := range curve {
		all[i] = p.Loss
	}
	return all
}

// median is 0 for no numbers.
func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	v = slices.Sorted(slices.Values(v))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}
