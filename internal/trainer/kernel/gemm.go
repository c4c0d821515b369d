package kernel

// kc is the number of steps of k between two visits to C, so that a panel of B
// (KC×NR) stays in the first-level cache: 256×32×4 bytes = 32 KiB. A rest of up
// to half as much again is taken along.
const kc = 256

// largeBlock is how many numbers of A are too many to stay in the second-level
// cache while all panels of B go past.
const largeBlock = 1 << 18

// blockRows is how many rows of a large A stay near while all panels of B go past.
const blockRows = 96

// strips is how many rows of C are computed with one copy of the columns of a
// transposed A.
const strips = 384

// apart is added between copies, so that the distance from one to the next isn't
// one that fills a single set of the cache.
const apart = 16

// Gemm multiplies matrices. Its zero value is ready; it keeps its buffers, so
// that a steady state allocates nothing. It is not safe for concurrent use.
type Gemm struct {
	Team    *Team  // shares out large products; set before the first
	packed  []Real // panels of B, KC×NR each
	size    int    // from one of them to the next
	offsets []int  // bytes from the start of a panel to each of its KC rows
	pitch   int    // what offsets was filled for
	lanes   []lane // of each thread
	job     job
}

// lane is what a thread works in.
type lane struct {
	rows []Real // rows of a transposed A, KC×MR for each tile
	c    []Real // rows of C, or of its transpose, on their way
}

// Mul sets C = A·B, or C += A·B if accumulate, for an m×k A and a k×n B. C must
// be row-major in the sense that c.Col is 1. With k = 0 the product is zero. C
// must not overlap A or B. The result does not depend on what is beside C.
func (g *Gemm) Mul(c, a, b View, m, n, k int, accumulate bool) {
	if accumulate {
		g.mul(c, a, b, c, m, n, k)
	} else {
		g.mul(c, a, b, View{}, m, n, k)
	}
}

// Affine sets C = A·Bᵀ + bias, the same n numbers for each row, for an m×k A and
// an n×k B: what a dense layer with weights B makes of examples A. Otherwise it is
// as [Gemm.Mul].
func (g *Gemm) Affine(c, a, b View, bias []Real, m, n, k int) {
	if a.Col == 1 && b.Col == 1 && c.Col == 1 && 2*m <= n && m*k <= largeBlock && m*k > 0 {
		g.turn(c, a, b, bias, m, n, k)
		return
	}
	g.mul(c, a, b.T(), View{bias, 0, 1}, m, n, k)
}

// mul sets C = A·B + plus, whose data may be nil.
func (g *Gemm) mul(c, a, b, plus View, m, n, k int) {
	if c.Col != 1 {
		panic("kernel: the columns of C must be contiguous")
	}
	if m == 0 || n == 0 {
		return
	}
	if k == 0 {
		for i := range m {
			row := c.Data[i*c.Row : i*c.Row+n]
			if plus.Data == nil {
				clear(row)
			} else {
				copy(row, plus.Data[i*plus.Row:])
			}
		}
		return
	}
	for k0 := 0; k0 < k; {
		kb := block(k - k0)
		j := g.start(job{c: c, a: a.from(0, k0), b: b.from(k0, 0), plus: plus, m: m, n: n, k: kb})
		if n > j.nr && (a.Row == 1 || m*kb > largeBlock) {
			j.team.Do(j.wide.parts, j.pack)
			j.team.Do(j.high.parts, j.rows)
		} else {
			j.team.Do(j.wide.parts, j.panels)
		}
		plus = c
		k0 += kb
	}
}

// block is how many of the k steps that are left to do now.
func block(k int) int {
	if k > kc+kc/2 {
		return kc
	}
	return k
}

// packPart packs a part of the panels of B.
func (g *Gemm) packPart(part, _ int) {
	j := &g.job
	from, to := j.wide.part(part)
	packPanels(g.packed[from/j.nr*g.size:], j.b.from(0, from), j.k, to-from, j.nr, g.size)
}

// panelsPart takes some panels of B past all rows of A.
func (g *Gemm) panelsPart(part, thread int) {
	g.packPart(part, thread)
	from, to := g.job.wide.part(part)
	g.sweep(0, g.job.m, from, to)
}

// sweep computes rows i … end and columns from … to of C. A panel of B stays near
// while the tiles go past.
func (g *Gemm) sweep(i, end, from, to int) {
	j := &g.job
	for at := from; at < to; at += j.nr {
		panel, cols := g.packed[at/j.nr*g.size:], min(j.nr, j.n-at)
		for i := i; i < end; {
			rows := tileRows(end - i)
			tile(rows, cols, j.k, j.a.Data[i*j.a.Row:], j.a.Row, j.a.Col,
				panel, g.offsets, j.c.Data[i*j.c.Row+at:], j.c.Row, j.plus.at(i, at), j.plus.Row)
			i += rows
		}
	}
}

// rowsPart takes some rows of A past all panels of B: for an A that is large, so that
// each of its rows is fetched once, and for the transpose of a row-major matrix.
func (g *Gemm) rowsPart(part, thread int) {
	j := &g.job
	from, to := j.high.part(part)
	if j.a.Row == 1 {
		g.columns(g.packed, j.c.from(from, 0), j.a.from(from, 0), j.plus.from(from, 0), to-from, j.k, &g.lanes[thread])
		return
	}
	for from < to {
		end := min(from+blockRows, to)
		g.sweep(from, end, 0, j.n)
		from = end
	}
}

// columns computes m rows of C for the transpose of a row-major A. The steps of its
// rows lie far apart in memory, so the columns of each tile are copied together
// first, those of many tiles of one height in one walk along the rows.
func (g *Gemm) columns(packed []Real, c, a, plus View, m, kb int, l *lane) {
	n, nr := g.job.n, g.job.nr
	for i := 0; i < m; {
		rows, tiles := tileRows(m-i), 1
		for end := min(i+strips, m); i+(tiles+1)*rows <= end && tileRows(m-i-tiles*rows) == rows; {
			tiles++
		}
		size := kb*rows + apart
		l.rows = grow(l.rows, tiles*size)
		packRows(l.rows, a.Data[i:], a.Col, kb, rows, tiles, size)
		for at := 0; at < n; at += nr {
			panel, cols := packed[at/nr*g.size:], min(nr, n-at)
			for t := range tiles {
				r := i + t*rows
				tile(rows, cols, kb, l.rows[t*size:], 1, rows,
					panel, g.offsets, c.Data[r*c.Row+at:], c.Row, plus.at(r, at), plus.Row)
			}
		}
		i += tiles * rows
	}
}

// contiguous fills offsets for a packed panel of kb rows.
func (g *Gemm) contiguous(kb, nr int) {
	if g.pitch == nr && len(g.offsets) >= kb {
		return
	}
	g.pitch = nr
	g.offsets = grow(g.offsets, kb)
	for i := range g.offsets {
		g.offsets[i] = i * nr * RealBytes
	}
}

// grow is s with length n, its content lost if it had to move.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
