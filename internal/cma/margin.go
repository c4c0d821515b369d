package cma

import "math"

// Cell is the interval of a discrete coordinate that means the same value as x,
// infinite at the ends; ok is false for a continuous one.
type Cell func(i int, x float64) (low, high float64, ok bool)

// Margin keeps discrete coordinates from settling on one value for good: the mean
// and the scale are moved as little as gives other values the probability alpha,
// half of it on either side where there are two (Hamano et al. 2022, section 4;
// 1/(nλ) is what they advise).
func (s *State) Margin(cell Cell, alpha float64) {
	for i := range s.N {
		low, high, ok := cell(i, s.Mean[i])
		if !ok || math.IsInf(low, -1) && math.IsInf(high, 1) {
			continue
		}
		sd := s.Deviation(i)
		switch {
		case math.IsInf(low, -1): // the first value
			s.Mean[i] = max(s.Mean[i], high-sd*quantile(alpha))
		case math.IsInf(high, 1): // the last one
			s.Mean[i] = min(s.Mean[i], low+sd*quantile(alpha))
		default:
			s.open(i, low, high, sd, alpha)
		}
	}
}

// open gives both neighbours of a value their due (eq. 22–27).
func (s *State) open(i int, low, high, sd, alpha float64) {
	below, above := tail((s.Mean[i]-low)/sd), tail((high-s.Mean[i])/sd)
	if below >= alpha/2 && above >= alpha/2 {
		return
	}
	inside := 1 - below - above
	p, q := max(below, alpha/2), max(above, alpha/2)
	excess := (1 - p - q - inside) / (p + q + inside - 1.5*alpha)
	p, q = p+excess*(p-alpha/2), q+excess*(q-alpha/2)
	zp, zq := quantile(p), quantile(q)
	s.Mean[i] = (low*zq + high*zp) / (zp + zq)
	s.Scale[i] *= (high - low) / (zp + zq) / sd
}

// tail is the probability that a standard normal variable exceeds z.
func tail(z float64) float64 { return 0.5 * math.Erfc(z/math.Sqrt2) }

// quantile is the z that a standard normal variable exceeds with probability p.
func quantile(p float64) float64 { return math.Sqrt2 * math.Erfcinv(2*p) }
