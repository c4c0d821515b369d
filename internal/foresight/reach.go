package foresight

import "github.com/danlu-ml/danlu/internal/study"

// void is a ball in the unit cube where nothing can be tried: a program was asked
// for its centre and used the nearest it has, at its rim.
type void struct {
	centre []float64
	radius float64 // squared
}

// voids are those that trials have come upon whose programs round, clip, or choose
// from a list. Without them the best proposal in such a gap would be made again and
// again, each time turned into something else.
func voids(v *study.View) (all []void) {
	for _, t := range v.Trials {
		if len(t.Used) == 0 {
			continue
		}
		asked := v.Def.Space.Unit(t.Params)
		if r := apart(asked, t.Unit); r > 0 {
			all = append(all, void{asked, r})
		}
	}
	return all
}

// within reports whether a place lies in one of them.
func within(all []void, u []float64) bool {
	for _, b := range all {
		if apart(b.centre, u) < b.radius {
			return true
		}
	}
	return false
}

func apart(a, b []float64) (sum float64) {
	for i, x := range a {
		sum += (x - b[i]) * (x - b[i])
	}
	return sum
}
