package scheduler

import "github.com/danlu-ml/danlu/internal/study"

// startUp is what starting a program costs, in steps of its training: the line
// through the durations of attempts over their numbers of steps meets zero steps
// at the time they all need to begin. It is 0 where attempts are too few or too
// much alike to tell. Trials before the latest are left out: a verdict has no time
// for all of a long study.
func startUp(v *study.View) float64 {
	var n, sx, sy, sxx, sxy float64
	for _, t := range v.Trials[max(0, len(v.Trials)-latest):] {
		for _, a := range t.Attempts {
			x, y := float64(a.LastStep-a.From), a.Ended.Sub(a.Started).Seconds()
			if a.Ended.IsZero() || a.Lost || x <= 0 || y <= 0 {
				continue
			}
			n++
			sx += x
			sy += y
			sxx += x * x
			sxy += x * y
		}
	}
	spread := n*sxx - sx*sx
	if n < 3 || spread <= 0 {
		return 0
	}
	perStep := (n*sxy - sx*sy) / spread
	once := (sy - perStep*sx) / n
	if perStep <= 0 || once <= 0 {
		return 0
	}
	return once / perStep
}

// worth is how many times its start-up an attempt should train before it makes
// room for another: a fifth of the time is then lost at most.
const worth = 4

// latest is how many trials tell what starting costs.
const latest = 200
