package gp

import (
	"math"

	"github.com/danlu-ml/danlu/internal/normal"
)

// LogEI is the logarithm of the improvement to expect over best, the least mean
// so far under each fantasy, of a point with these means, one a fantasy, and this
// variance (Ament et al. 2023, eq. 9, averaged over fantasies). It fills in the
// derivatives by the means and answers that by the variance; byMean may be nil.
func LogEI(mean []float64, variance float64, best, byMean []float64) (value, byVariance float64) {
	sd := math.Sqrt(variance)
	if len(mean) == 1 {
		z := (best[0] - mean[0]) / sd
		h, dh := normal.LogImprovement(z)
		if byMean != nil {
			byMean[0] = -dh / sd
		}
		return math.Log(sd) + h, (1 - z*dh) / (2 * variance)
	}
	top := math.Inf(-1)
	for f, m := range mean {
		h, _ := normal.LogImprovement((best[f] - m) / sd)
		top = max(top, h)
	}
	var sum, slope float64
	for f, m := range mean {
		z := (best[f] - m) / sd
		h, dh := normal.LogImprovement(z)
		share := math.Exp(h - top)
		sum += share
		slope += share * (1 - z*dh)
		if byMean != nil {
			byMean[f] = -share * dh / sd
		}
	}
	for f := range byMean {
		byMean[f] /= sum
	}
	return math.Log(sd) + top + math.Log(sum/float64(len(mean))), slope / sum / (2 * variance)
}
