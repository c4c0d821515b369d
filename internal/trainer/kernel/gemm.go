package kernel

// View is a matrix inside a slice: element (i, j) is Data[i*Row+j*Col]. A
// row-major n×d matrix is View{x, d, 1}; its transpose is View{x, 1, d}.
type View struct {
	Data     []Real
	Row, Col int
}

// T is the transpose, of the same elements.
func (v View) T() View { return View{v.Data, v.Col, v.Row} }

// Rows is the row-major matrix with d columns held in x.
func Rows(x []Real, d int) View { return View{x, d, 1} }

// kc is the number of steps of k between two visits to C, so that a panel of B
// (KC×NR) stays in the first-level cache: 256×32×4 bytes = 32 KiB. A rest of up
// to half as much again is taken along.
const kc = 256

// largeBlock is how many numbers of A are too many to stay in the second-level
// cache while all panels of B go past.
const largeBlock = 1 << 18

// Gemm multiplies matrices. Its zero value is ready; it keeps its buffers, so
// that a steady state allocates nothing. It is not safe for concurrent use.
type Gemm struct {
	packed  []Real // panels of B, KC×NR each
	rows    []Real // rows of A for one tile, KC×MR
	offsets []int  // bytes from the start of a panel to each of its KC rows
	pitch   int    // what offsets was filled for
}

// Mul sets C = A·B, or C += A·B if accumulate, for an m×k A and a k×n B. C must
// be row-major in the sense that c.Col is 1. With k = 0 the product is zero. C
// must not overlap A or B. The result does not depend on what is beside C.
func (g *Gemm) Mul(c, a, b View, m, n, k int, accumulate bool) {
	if c.Col != 1 {
		panic("kernel: the columns of C must be contiguous")
	}
	if m == 0 || n == 0 {
		return
	}
	if k == 0 {
		if !accumulate {
			for i := range m {
				clear(c.Data[i*c.Row : i*c.Row+n])
			}
		}
		return
	}
	nr := tileCols()
	panels := (n + nr - 1) / nr
	for k0 := 0; k0 < k; {
		kb := k - k0
		if kb > kc+kc/2 {
			kb = kc
		}
		g.packed = grow(g.packed, panels*kb*nr)
		g.contiguous(kb, nr)
		for p := range panels {
			packPanel(g.packed[p*kb*nr:(p+1)*kb*nr], b, k0, kb, p*nr, min(nr, n-p*nr), nr)
		}
		block := View{a.Data[k0*a.Col:], a.Row, a.Col}
		if panels > 1 && (a.Row == 1 || m*kb > largeBlock) {
			g.byRows(c, block, m, n, kb, nr, accumulate || k0 > 0)
		} else {
			g.byPanels(c, block, m, n, kb, nr, accumulate || k0 > 0)
		}
		k0 += kb
	}
}

// byPanels takes one panel of B after another past all rows of A, which it reads
// in place.
func (g *Gemm) byPanels(c, a View, m, n, kb, nr int, accumulate bool) {
	for j := 0; j < n; j += nr {
		panel := g.packed[j*kb:]
		for i := 0; i < m; {
			rows := tileRows(m - i)
			tile(rows, min(nr, n-j), kb, a.Data[i*a.Row:], a.Row, a.Col,
				panel, g.offsets, c.Data[i*c.Row+j:], c.Row, accumulate)
			i += rows
		}
	}
}

// byRows takes the rows of one tile after another past all panels of B: for an A
// that is large, so that each of its rows is fetched once. If A is a transpose its
// steps lie far apart in memory, often at a distance that fills one set of the
// cache, so the rows of a tile are copied together first.
func (g *Gemm) byRows(c, a View, m, n, kb, nr int, accumulate bool) {
	for i := 0; i < m; {
		rows := tileRows(m - i)
		from := View{a.Data[i*a.Row:], a.Row, a.Col}
		if a.Row == 1 {
			g.rows = grow(g.rows, kb*rows)
			packColumns(g.rows, from.Data, a.Col, kb, rows)
			from = View{g.rows, 1, rows}
		}
		for j := 0; j < n; j += nr {
			tile(rows, min(nr, n-j), kb, from.Data, from.Row, from.Col,
				g.packed[j*kb:], g.offsets, c.Data[i*c.Row+j:], c.Row, accumulate)
		}
		i += rows
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

// Panels is a right operand packed once for many products. Its zero value is
// ready for Pack, which keeps its buffer.
type Panels struct {
	k, n, nr int
	packed   []Real
	offsets  []int
}

// Pack takes in a k×n matrix.
func (p *Panels) Pack(b View, k, n int) {
	p.k, p.n, p.nr = k, n, tileCols()
	panels := (n + p.nr - 1) / p.nr
	p.packed = grow(p.packed, panels*k*p.nr)
	p.offsets = grow(p.offsets, k)
	for i := range p.offsets {
		p.offsets[i] = i * p.nr * RealBytes
	}
	for j := range panels {
		packPanel(p.packed[j*k*p.nr:(j+1)*k*p.nr], b, 0, k, j*p.nr, min(p.nr, n-j*p.nr), p.nr)
	}
}

// Mul sets C = A·B, or C += A·B if accumulate, for an m×k A; see [Gemm.Mul].
func (p *Panels) Mul(c, a View, m int, accumulate bool) {
	for j := 0; j*p.nr < p.n; j++ {
		panel := p.packed[j*p.k*p.nr : (j+1)*p.k*p.nr]
		for i := 0; i < m; {
			rows := tileRows(m - i)
			tile(rows, min(p.nr, p.n-j*p.nr), p.k, a.Data[i*a.Row:], a.Row, a.Col,
				panel, p.offsets, c.Data[i*c.Row+j*p.nr:], c.Row, accumulate)
			i += rows
		}
	}
}
