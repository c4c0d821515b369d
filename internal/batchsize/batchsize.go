// Package batchsize says which batch size a training should have: the largest that
// fits into memory, the one from which on larger ones are hardly faster (the knee
// of the throughput), and what becomes of the learning rate on the way there.
//
// It has never heard of a study or a process. Whoever can train for a short while
// asks [Plan.Next] for a size, trains, and in the end asks [Plan.Conclude]. The
// functions are pure.
//
// How the best learning rate follows the batch size is [Fit], of learning rates
// that were found at two or more sizes; the rules of the literature it is compared
// with are [Rules].
//
// Start reading at [Plan].
package batchsize

// Plan says which sizes may be tried, 1 <= Low <= High.
type Plan struct {
	Low, High int64
	Unit      Unit // what the runs count; see [Unit]
	// Full is how many steps a whole training has; 0 is unknown.
	Full int64
}

// State is what has become of a run.
type State string

// The states of a run.
const (
	Running  State = "running"
	Fits     State = "fits"
	TooLarge State = "out_of_memory"
	Failed   State = "failed" // of anything but memory
)

// Sample is a report of a run: Seconds since the run began, and the memory of all
// its processes then in MB, 0 where that is unknown.
type Sample struct {
	Step    int64
	Seconds float64
	MB      float64
}

// Run is a short training with one size.
type Run struct {
	Size    int64
	State   State
	Samples []Sample // steps and seconds rise
	PeakMB  float64  // 0 unknown
	Why     string   // of one that failed or did not fit
}

// Next is the size to try next: from Low up by doubling, High last, and where one
// does not fit, between it and the largest that does, until they are an eighth
// apart. A smallest that fails by itself, as 1 does with batch normalisation, is
// passed over. It is 0 while a run has not ended. done says that no more will be wanted.
func (p Plan) Next(runs []Run) (size int64, done bool) {
	f := read(runs)
	if f.running {
		return 0, false
	}
	for size := p.Low; ; size *= 2 {
		size = min(size, p.High)
		if f.limit() > 0 && size >= f.limit() {
			break
		}
		if f.at(size) == nil {
			return size, false
		}
		if size == p.High {
			return 0, true
		}
	}
	if f.fits == nil || f.failed != nil && f.failed.Size == f.limit() {
		return 0, true
	}
	low, high := f.fits.Size, f.limit()
	step := grain(low)
	between := low + (high-low)/2/step*step
	if between == low {
		between += step
	}
	return between, between >= high
}

// grain is how exactly the largest size is looked for: a power of two, from a
// sixteenth to an eighth of it.
func grain(size int64) int64 {
	g := int64(1)
	for g*16 <= size {
		g *= 2
	}
	return g
}

// field is a set of runs, read.
type field struct {
	runs     []Run
	running  bool
	fits     *Run // the largest below everything that does not
	tooLarge *Run // the smallest
	failed   *Run // the smallest but for small
	small    *Run // the smallest of all, where it fails and not for memory
}

func read(runs []Run) *field {
	f := &field{runs: runs}
	for i := range runs {
		f.small = smaller(f.small, &runs[i])
	}
	if f.small != nil && f.small.State != Failed {
		f.small = nil
	}
	for i := range runs {
		r := &runs[i]
		switch r.State {
		case Running:
			f.running = true
		case TooLarge:
			f.tooLarge = smaller(f.tooLarge, r)
		case Failed:
			if r != f.small {
				f.failed = smaller(f.failed, r)
			}
		}
	}
	for i := range runs {
		r := &runs[i]
		if r.State == Fits && (f.limit() == 0 || r.Size < f.limit()) && (f.fits == nil || r.Size > f.fits.Size) {
			f.fits = r
		}
	}
	return f
}

func smaller(a, b *Run) *Run {
	if a == nil || b.Size < a.Size {
		return b
	}
	return a
}

// limit is the smallest size that did not work, 0 if all did.
func (f *field) limit() int64 {
	var limit int64
	for _, r := range []*Run{f.tooLarge, f.failed} {
		if r != nil && (limit == 0 || r.Size < limit) {
			limit = r.Size
		}
	}
	return limit
}

func (f *field) at(size int64) *Run {
	for i := range f.runs {
		if f.runs[i].Size == size {
			return &f.runs[i]
		}
	}
	return nil
}
