package kernel

// Overread is how many numbers past the last one asked for the operations on
// shifted lines may read.
const Overread = 64

// Shifts multiplies with shifts of a line, which is what a convolution does. Its zero
// value is ready. It is not safe for concurrent use.
type Shifts struct {
	job        shiftJob
	mul, grads func(part, thread int) // made once, as those of a job
}

// shiftJob is what a Shifts is at.
type shiftJob struct {
	y, w, x   []Real // y: or dy; w: or dw
	stride    int
	taps      []int
	rows, n   int
	wide      shares // of the numbers of a line
	high, tap shares // of rows and of taps
}

// Mul multiplies a matrix by shifts of a line: with K = len(taps),
//
//	y[i*stride + q] = Σ_t w[i*K + t] · x[taps[t]/RealBytes + q]   for i < rows, q < n
//
// x must hold Overread numbers more than read.
func (s *Shifts) Mul(team *Team, y []Real, stride int, w, x []Real, taps []int, rows, n int) {
	team = s.start(shiftJob{y: y, w: w, x: x, stride: stride, taps: taps, rows: rows, n: n}, team)
	s.job.wide = share(n, tileCols(), team)
	team.Do(s.job.wide.parts, s.mul)
}

func (s *Shifts) mulPart(part, _ int) {
	j := &s.job
	k, nr := len(j.taps), tileCols()
	from, to := j.wide.part(part)
	for q := from; q < to; q += nr {
		cols := min(nr, to-q)
		for i := 0; i < j.rows; {
			r := tileRows(j.rows - i)
			tile(r, cols, k, j.w[i*k:], k, 1, j.x[q:], j.taps, j.y[i*j.stride+q:], j.stride, nil, 0)
			i += r
		}
	}
}

// Grad is the gradient of [Shifts.Mul] by its matrix: with K = len(taps),
//
//	dw[i*K + t] = Σ_{q<n} dy[i*stride + q] · x[taps[t]/RealBytes + q]
//
// dy must hold zeros at the next 16 numbers after the n of each row, and x
// finite numbers there.
func (s *Shifts) Grad(team *Team, dw, dy []Real, stride int, x []Real, taps []int, rows, n int) {
	team = s.start(shiftJob{y: dy, w: dw, x: x, stride: stride, taps: taps, rows: rows, n: n}, team)
	s.job.high, s.job.tap = share(rows, dotsRows, team), share(len(taps), dotsTaps, team)
	if s.job.high.parts >= team.Threads() {
		s.job.tap = share(len(taps), dotsTaps, nil)
	}
	team.Do(s.job.high.parts*s.job.tap.parts, s.grads)
}

// Blocks of rows and of taps that Grad is shared out by.
const (
	dotsRows = 8
	dotsTaps = 3
)

func (s *Shifts) gradPart(part, _ int) {
	j := &s.job
	i, end := j.high.part(part / j.tap.parts)
	t0, t1 := j.tap.part(part % j.tap.parts)
	dotsBlock(j.w[i*len(j.taps):], j.y[i*j.stride:], j.stride, j.x, j.taps, end-i, t0, t1, j.n)
}

// start takes a job in, and returns its team: none where it is small.
func (s *Shifts) start(j shiftJob, team *Team) *Team {
	if s.mul == nil {
		s.mul, s.grads = s.mulPart, s.gradPart
	}
	s.job = j
	if j.rows*len(j.taps)*j.n < worthwhile {
		return nil
	}
	return team
}

// dotsGo is Grad for rows i0 … i1 and taps t0 … t1 in portable code.
func dotsGo(dw, dy []Real, stride int, x []Real, taps []int, i0, i1, t0, t1, n int) {
	k := len(taps)
	for i := i0; i < i1; i++ {
		g := dy[i*stride : i*stride+n]
		for t := t0; t < t1; t++ {
			from := x[taps[t]/RealBytes:][:n]
			var s0, s1, s2, s3 Real
			q := 0
			for ; q+4 <= n; q += 4 {
				s0 += g[q] * from[q]
				s1 += g[q+1] * from[q+1]
				s2 += g[q+2] * from[q+2]
				s3 += g[q+3] * from[q+3]
			}
			for ; q < n; q++ {
				s0 += g[q] * from[q]
			}
			dw[i*k+t] = s0 + s1 + s2 + s3
		}
	}
}
