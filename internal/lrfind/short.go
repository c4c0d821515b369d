package lrfind

import "math"

// What short trainings are read by, here and in package probe.
const (
	// EdgeShare is the share of the best one's gain that is missing where the valley
	// ends.
	EdgeShare = 0.1
	// Harm is the share by which a rate raises the loss that does harm.
	Harm = 0.05
)

// Spike is the loss of a batch that shows harm, by the untrained network's and the
// standard deviation of a batch's.
func Spike(start, noise float64) float64 { return start + max(0.3*math.Abs(start), 5*noise) }
