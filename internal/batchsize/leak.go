package batchsize

// Growth is how the memory of a run grew once it was under way.
type Growth struct {
	From, To float64 // MB
	Steps    int64   // between the two
}

// Per is what a step adds, in MB; 0 of the zero value.
func (g Growth) Per() float64 { return (g.To - g.From) / float64(max(g.Steps, 1)) }

const (
	leakReports = 6    // fewer don't show a trend
	leakShare   = 0.05 // of the memory, that a trend must add to be one
	leakMB      = 16
)

// growth looks for a leak: memory that has risen in each quarter of the run after
// the first, by a twentieth in all.
func (r *Run) growth() (g Growth, ok bool) {
	var s []Sample
	for _, x := range r.Samples {
		if x.MB > 0 {
			s = append(s, x)
		}
	}
	if len(s) < leakReports {
		return g, false
	}
	s = s[len(s)/4:]
	quarter := max(len(s)/3, 1)
	for i := quarter; i < len(s); i += quarter {
		if s[i].MB <= s[i-quarter].MB {
			return g, false
		}
	}
	first, last := s[0], s[len(s)-1]
	g = Growth{From: first.MB, To: last.MB, Steps: last.Step - first.Step}
	return g, g.Steps > 0 && g.To-g.From > max(leakShare*g.From, leakMB)
}
