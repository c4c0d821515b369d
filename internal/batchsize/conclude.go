package batchsize

import (
	"fmt"
	"math"
	"slices"
)

// Limit is why no larger size is known to work.
type Limit string

// The limits.
const (
	ByMemory  Limit = "memory"
	ByRange   Limit = "range" // all sizes allowed fit
	ByFailure Limit = "failure"
)

// Result is what the runs say.
type Result struct {
	// Suggestion is the knee, kept to what fits with a margin; 0 without Ok.
	Suggestion int64
	// Largest is the largest size that fitted, and Safe the largest to train with:
	// a tenth less where memory is the limit, for the batch with the longest
	// samples and for what is allocated later.
	Largest, Safe int64
	Limit         Limit
	// Knee is the smallest size with nine tenths of the best throughput.
	Knee   int64
	Unit   Unit
	Ok     bool
	Reason string   // one sentence either way
	Doubts []string // sentences that a person should know
	Points []Point  // by size
}

// Point is one size in the result.
type Point struct {
	Size  int64
	State State
	// Throughput is in samples a second, or with [Epoch] in epochs a second; 0
	// unknown. Spread is its relative uncertainty.
	Throughput, Spread float64
	PeakMB             float64 // 0 unknown
	Why                string
}

// enough is the share of the best throughput that is good enough.
const enough = 0.9

// margin is the part of the largest size that is left free.
const margin = 0.1

// Conclude says what the runs tell.
func (p Plan) Conclude(runs []Run) Result {
	runs = slices.Clone(runs)
	slices.SortStableFunc(runs, func(a, b Run) int { return int(a.Size - b.Size) })
	f := read(runs)
	res := Result{Unit: p.unit(f)}
	for i := range runs {
		r := &runs[i]
		if r.State == Running {
			continue
		}
		_, spread, _ := r.pace()
		res.Points = append(res.Points, Point{
			Size: r.Size, State: r.State, Throughput: r.throughput(res.Unit), Spread: spread, PeakMB: r.PeakMB, Why: r.Why,
		})
	}
	if f.fits == nil {
		res.Reason = f.nothing()
		return res
	}
	res.Largest, res.Safe, res.Limit = f.fits.Size, f.fits.Size, ByRange
	switch f.limit() {
	case 0:
	case sizeOf(f.tooLarge):
		res.Limit, res.Safe = ByMemory, free(res.Largest)
	default:
		res.Limit = ByFailure
		res.Doubts = append(res.Doubts, fmt.Sprintf("with %d the program fails, not for memory: %s", f.failed.Size, f.failed.Why))
	}
	if f.small != nil {
		res.Doubts = append(res.Doubts, fmt.Sprintf("with %d the program fails, not for memory: %s", f.small.Size, f.small.Why))
	}
	res.Doubts = append(res.Doubts, p.leaks(f)...)
	if f.ignored(res.Unit) {
		small, large := f.ends()
		res.Reason = fmt.Sprintf("a step takes as long with %d as with %d, and as much memory: either the program does not use its batch size, or other work hides it; look whether it reaches the data loader, or try larger ones with --range", small.Size, large.Size)
		return res
	}
	res.Knee = res.knee(0, 0)
	if res.Knee == 0 {
		res.Reason = fmt.Sprintf("the largest that fits is %d, and how fast sizes are is not known: %s", res.Largest, f.unmeasured(res.Unit))
		return res
	}
	res.Ok, res.Suggestion = true, res.Knee
	res.Reason = res.because()
	if doubt := res.unsure(); doubt != "" {
		res.Doubts = append(res.Doubts, doubt)
	} else if doubt := res.fallen(); doubt != "" {
		res.Doubts = append(res.Doubts, doubt)
	}
	return res
}

// fallen names sizes of which the larger has less than half of the smaller's
// throughput; it is empty where there are none.
func (res *Result) fallen() string {
	var best Point
	for _, x := range res.Points {
		switch {
		case x.State != Fits || x.Throughput <= 0 || x.Size > res.Safe:
		case x.Throughput < best.Throughput/2:
			return fmt.Sprintf("%d has less than half of the throughput of %d, and larger sizes are seldom so slow: other work may have been in between; measure again (--again), longer (--seconds), or while the machine does nothing else", x.Size, best.Size)
		case x.Throughput > best.Throughput:
			best = x
		}
	}
	return ""
}

// sizeOf is the size of a run, -1 without one.
func sizeOf(r *Run) int64 {
	if r == nil {
		return -1
	}
	return r.Size
}

// free takes the margin off, and rounds down to what processors like.
func free(largest int64) int64 {
	x := int64(float64(largest) * (1 - margin))
	if x >= 16 {
		return x / 8 * 8
	}
	return max(x, 1)
}

// nothing says why no size works.
func (f *field) nothing() string {
	switch {
	case f.tooLarge != nil && f.tooLarge.Size == f.limit() && f.small == nil:
		return fmt.Sprintf("not even the smallest size, %d, fits into memory (%s): begin lower with --range, or make the model smaller", f.tooLarge.Size, f.tooLarge.Why)
	case f.small != nil:
		return fmt.Sprintf("the program fails with the smallest size, %d, and not for memory: %s", f.small.Size, f.small.Why)
	}
	return "no size was tried to its end"
}

// knee is the smallest size that is nearly as fast as the fastest that is safe, if
// all were faster by so many of their spreads, and the fastest by so many; 0 where no
// throughput is known.
func (res *Result) knee(all, fastest float64) int64 {
	if res.Unit == "" {
		return 0
	}
	var best Point
	for _, x := range res.Points {
		if x.State == Fits && x.Size <= res.Safe && x.Throughput > best.Throughput {
			best = x
		}
	}
	for _, x := range res.Points {
		by := all
		if x.Size == best.Size {
			by = fastest
		}
		if x.State == Fits && x.Throughput > 0 && x.Throughput*math.Exp(by*x.Spread) >= enough*best.Throughput*math.Exp(fastest*best.Spread) {
			return min(x.Size, res.Safe)
		}
	}
	return 0
}

// unsure says between which sizes the knee may be, where the throughput of a size
// varied by more than that of sizes differs; else it is empty.
func (res *Result) unsure() string {
	low, high := res.knee(1, -1), res.knee(-1, 1)
	if low == high {
		return ""
	}
	most := 0.0
	for _, x := range res.Points {
		if x.State == Fits {
			most = max(most, x.Spread)
		}
	}
	return fmt.Sprintf("the throughput of a size is only known to %.0f%%, by which it may be any from %d to %d: measure longer (--seconds), or while the machine does nothing else", 100*most, low, high)
}

// unmeasured says why no throughput is known.
func (f *field) unmeasured(u Unit) string {
	if small, large := f.ends(); u == "" && small != large {
		return "its steps take as long at any size, so that they may be epochs or batches; say which by fidelity: {step: epoch} or {step: step}"
	}
	return "the program reports less than twice while it is watched; give it longer with --seconds, or let it report more often"
}

// leaks are doubts for runs whose memory grows.
func (p Plan) leaks(f *field) []string {
	var worst Growth
	var size int64
	for i := range f.runs {
		if g, ok := f.runs[i].growth(); ok && g.Per() > worst.Per() {
			worst, size = g, f.runs[i].Size
		}
	}
	if size == 0 {
		return nil
	}
	text := fmt.Sprintf("memory grows while it trains: with %d from %.0f to %.0f MB over %d steps", size, worst.From, worst.To, worst.Steps)
	if p.Full > 0 {
		text += fmt.Sprintf(", which would be %.0f MB after all %d", worst.From+worst.Per()*float64(p.Full), p.Full)
	}
	return []string{text + "; what fits now may not fit later: look for tensors kept from step to step (a loss summed without .item(), a growing list)"}
}

// because says why the suggestion is what it is.
func (res *Result) because() string {
	var at, best Point
	for _, x := range res.Points {
		if x.Size == res.Knee {
			at = x
		}
		if x.State == Fits && x.Size <= res.Safe && x.Throughput > best.Throughput {
			best = x
		}
	}
	text := fmt.Sprintf("%d is the smallest size with nine tenths of the best throughput", res.Knee)
	switch {
	case at.Size == best.Size && best.Size == res.Points[len(res.Points)-1].Size:
		text = fmt.Sprintf("throughput still grows at %d, the largest size tried", res.Knee)
	case at.Throughput > 0 && best.Throughput > 0 && at.Size != best.Size:
		text += fmt.Sprintf(" (%.0f%% of that at %d)", 100*math.Min(at.Throughput/best.Throughput, 1), best.Size)
	}
	switch res.Limit {
	case ByMemory:
		text += fmt.Sprintf("; the largest that fits is %d, %d with a margin", res.Largest, res.Safe)
	case ByRange:
		text += fmt.Sprintf("; all sizes up to %d fit, and larger ones were not tried (--range)", res.Largest)
	case ByFailure:
		text += fmt.Sprintf("; larger ones than %d don't run", res.Largest)
	}
	return text
}
