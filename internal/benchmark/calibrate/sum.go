package calibrate

// Bin are the forecasts with a chance from Low to below High.
type Bin struct {
	Low, High float64
	Forecasts int
	Mean      float64 // of the chances
	Came      float64 // the share that came true
}

// Summary says how forecasts came true.
type Summary struct {
	Bins []Bin
	// Judged is how many trials something was said of; Stopped how many of them curve
	// would stop, Better how many ended better than the best before them, and Lost how
	// many did though they would have been stopped.
	Judged, Stopped, Better, Lost int
	// Saved is the share of all steps that stopping saves.
	Saved float64
}

// edges are where bins begin.
var edges = []float64{0, .01, .05, .2, .5, .8, .95, 1.01}

// Sum counts.
func Sum(trials []Trial) Summary {
	var s Summary
	for i, low := range edges[:len(edges)-1] {
		s.Bins = append(s.Bins, Bin{Low: low, High: edges[i+1]})
	}
	var steps, saved int64
	for _, t := range trials {
		if len(t.Forecasts) == 0 {
			continue
		}
		s.Judged++
		steps += t.Steps
		if t.Better {
			s.Better++
		}
		stopped := false
		for _, f := range t.Forecasts {
			b := 0
			for f.Chance >= s.Bins[b].High {
				b++
			}
			s.Bins[b].add(f.Chance, t.Better)
			if f.Stop && !stopped {
				stopped = true
				saved += t.Steps - f.Step
			}
		}
		if stopped {
			s.Stopped++
			if t.Better {
				s.Lost++
			}
		}
	}
	for i := range s.Bins {
		if b := &s.Bins[i]; b.Forecasts > 0 {
			b.Mean /= float64(b.Forecasts)
			b.Came /= float64(b.Forecasts)
		}
	}
	if steps > 0 {
		s.Saved = float64(saved) / float64(steps)
	}
	return s
}

func (b *Bin) add(chance float64, came bool) {
	b.Forecasts++
	b.Mean += chance
	if came {
		b.Came++
	}
}
