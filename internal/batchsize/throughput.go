package batchsize

import (
	"math"
	"slices"
	"strings"
)

// Unit is what a step of a run is. The empty one is unknown: then the runs
// themselves tell, since with the batch a step of the optimizer gets longer and an
// epoch shorter.
type Unit string

// The units.
const (
	Epoch Unit = "epoch" // a pass over the data: as many samples at any size
	Step  Unit = "step"  // of the optimizer: a batch
	Item  Unit = "item"  // a sample, a token
)

// UnitOf is the unit that a word for steps means, empty if it says nothing.
func UnitOf(word string) Unit {
	word = strings.TrimSuffix(strings.ToLower(word), "s")
	switch word {
	case "epoch", "pass":
		return Epoch
	case "step", "iteration", "iter", "update", "batch", "batche", "global_step":
		return Step
	case "sample", "example", "token", "item", "image", "frame":
		return Item
	}
	return ""
}

// A run is looked at in so many parts, each of so many seconds at least: reports that
// are found in a program's output are a fifth of a second late at times.
const (
	windows = 5
	leastOf = 2
)

// pace is how many of its own steps a run makes in a second, and the relative
// uncertainty of that. It is that of the whole, unless the median of its parts is far
// from it: then the machine had something else to do for a moment. The first interval
// is left out where there are others, since much is done once there. ok is false with
// fewer than two reports, or where they came all at once.
func (r *Run) pace() (perSecond, spread float64, ok bool) {
	s := r.Samples
	if len(s) > 3 {
		s = s[1:]
	}
	if len(s) < 2 {
		return 0, 0, false
	}
	between := func(a, b Sample) float64 { return float64(b.Step-a.Step) / (b.Seconds - a.Seconds) }
	known := func(x float64) bool { return x > 0 && !math.IsInf(x, 0) }
	perSecond = between(s[0], s[len(s)-1])
	if !known(perSecond) {
		return 0, 0, false
	}
	k := max(min(windows, int((s[len(s)-1].Seconds-s[0].Seconds)/leastOf)), 2) // halves at least
	k = min(k, len(s)-1)
	var parts []float64
	for i := range k {
		x := between(s[i*(len(s)-1)/k], s[(i+1)*(len(s)-1)/k])
		if !known(x) { // reports that came at once
			return perSecond, 0, true
		}
		parts = append(parts, x)
	}
	slices.Sort(parts)
	if k < 3 {
		return perSecond, math.Log(parts[k-1]/parts[0]) / 2, true
	}
	if median := parts[k/2]; math.Abs(math.Log(median/perSecond)) > agrees {
		perSecond = median
	}
	const ofMean = 0.6 // a mean's uncertainty, in half of what the middle parts differ by
	return perSecond, ofMean * math.Log(parts[k-1-k/4]/parts[k/4]) / 2, true
}

// agrees is how much two measurements of one thing may differ.
const agrees = 0.1

// unit is the plan's, or what the times tell; empty where they don't.
func (p Plan) unit(f *field) Unit {
	if p.Unit != "" {
		return p.Unit
	}
	small, large := f.ends()
	if small == nil || small == large {
		return ""
	}
	a, _, _ := small.pace()
	b, _, _ := large.pace()
	switch change := math.Log(a / b); {
	case change > 3*agrees:
		return Step
	case change < -3*agrees:
		return Epoch
	}
	return ""
}

// ends are the smallest and the largest size that fit and whose pace is known.
func (f *field) ends() (small, large *Run) {
	for i := range f.runs {
		r := &f.runs[i]
		if _, _, ok := r.pace(); !ok || r.State != Fits {
			continue
		}
		if small == nil || r.Size < small.Size {
			small = r
		}
		if large == nil || r.Size > large.Size {
			large = r
		}
	}
	return small, large
}

// throughput is what a run does in a second: samples, or with [Epoch] epochs.
func (r *Run) throughput(u Unit) (perSecond float64) {
	x, _, ok := r.pace()
	if !ok {
		return 0
	}
	if u == Step {
		x *= float64(r.Size)
	}
	return x
}

// ignored reports whether sizes far apart made no difference at all, to the time of
// a step, to memory, or to whether it runs. A device that small batches leave idle
// takes as long for a larger one: steps as such, unlike epochs, are only suspect
// where the sizes are very far apart.
func (f *field) ignored(u Unit) bool {
	small, large := f.ends()
	if f.limit() > 0 || small == nil {
		return false
	}
	a, spreadA, _ := small.pace()
	b, spreadB, _ := large.pace()
	apart, differ := int64(4), agrees+spreadA+spreadB
	if u != Epoch {
		apart, differ = 16, agrees
	}
	sameTime := math.Abs(math.Log(a/b)) < differ
	sameMemory := math.Abs(large.PeakMB-small.PeakMB) < max(0.02*small.PeakMB, 4)
	return large.Size >= apart*small.Size && sameTime && sameMemory
}
