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

// strips is how many rows of C are computed with one copy of the columns of a
// transposed A.
const strips = 384

// apart is added between copies, so that the distance from one to the next isn't
// one that fills a single set of the cache.
const apart = 16

// Gemm multiplies matrices. Its zero value is ready; it keeps its buffers, so
// that a steady state allocates nothing. It is not safe for concurrent use.
type Gemm struct {
	packed  []Real // panels of B, KC×NR each
	size    int    // from one of them to the next
	rows    []Real // rows of a transposed A, KC×MR for each tile; or of Cᵀ
	offsets []int  // bytes from the start of a panel to each of its KC rows
	pitch   int    // what offsets was filled for
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
		g.turned(c, a, b, bias, m, n, k)
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
	nr := tileCols()
	panels := (n + nr - 1) / nr
	for k0 := 0; k0 < k; {
		kb := block(k - k0)
		g.contiguous(kb, nr)
		g.size = kb*nr + apart
		g.packed = grow(g.packed, panels*g.size)
		packPanels(g.packed, View{b.Data[k0*b.Row:], b.Row, b.Col}, kb, n, nr, g.size)
		part := View{a.Data[k0*a.Col:], a.Row, a.Col}
		switch {
		case panels > 1 && a.Row == 1:
			g.byColumns(c, part, plus, m, n, kb, nr)
		case panels > 1 && m*kb > largeBlock:
			g.byRows(c, part, plus, m, n, kb, nr)
		default:
			g.byPanels(c, part, plus, m, n, kb, nr)
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

// at is the part of plus from (i, j).
func (v View) at(i, j int) []Real {
	if v.Data == nil {
		return nil
	}
	return v.Data[i*v.Row+j:]
}

// byPanels takes one panel of B after another past all rows of A, which it reads
// in place.
func (g *Gemm) byPanels(c, a, plus View, m, n, kb, nr int) {
	for j := 0; j < n; j += nr {
		panel := g.packed[j/nr*g.size:]
		for i := 0; i < m; {
			rows := tileRows(m - i)
			tile(rows, min(nr, n-j), kb, a.Data[i*a.Row:], a.Row, a.Col,
				panel, g.offsets, c.Data[i*c.Row+j:], c.Row, plus.at(i, j), plus.Row)
			i += rows
		}
	}
}

// byRows takes the rows of one tile after another past all panels of B: for an A
// that is large, so that each of its rows is fetched once.
func (g *Gemm) byRows(c, a, plus View, m, n, kb, nr int) {
	for i := 0; i < m; {
		rows := tileRows(m - i)
		g.across(c, View{a.Data[i*a.Row:], a.Row, a.Col}, plus, i, rows, n, kb, nr)
		i += rows
	}
}

// across takes rows of A, those of C from i, past all panels of B.
func (g *Gemm) across(c, a, plus View, i, rows, n, kb, nr int) {
	for j := 0; j < n; j += nr {
		tile(rows, min(nr, n-j), kb, a.Data, a.Row, a.Col,
			g.packed[j/nr*g.size:], g.offsets, c.Data[i*c.Row+j:], c.Row, plus.at(i, j), plus.Row)
	}
}

// byColumns is byRows for the transpose of a row-major matrix. The steps of its
// rows lie far apart in memory, so the columns of each tile are copied together
// first, those of many tiles in one walk along the rows.
func (g *Gemm) byColumns(c, a, plus View, m, n, kb, nr int) {
	for i0 := 0; i0 < m; i0 += strips {
		end := min(i0+strips, m)
		rows, tiles := tileRows(end-i0), 0
		for i := i0; i < end && tileRows(end-i) == rows; i += rows {
			tiles++
		}
		size := kb*rows + apart
		g.rows = grow(g.rows, tiles*size)
		packRows(g.rows, a.Data[i0:], a.Col, kb, rows, tiles, size)
		for t := range tiles {
			g.across(c, View{g.rows[t*size:], 1, rows}, plus, i0+t*rows, rows, n, kb, nr)
		}
		for i := i0 + tiles*rows; i < end; {
			rows := tileRows(end - i)
			packRows(g.rows, a.Data[i:], a.Col, kb, rows, 1, size)
			g.across(c, View{g.rows, 1, rows}, plus, i, rows, n, kb, nr)
			i += rows
		}
	}
}

// turnedRows is how many rows of Cᵀ turned computes before it puts them into C:
// some tiles of any level, and some of the squares that a transposition moves.
const turnedRows = 48

// turned is Affine for few rows. It computes Cᵀ = B·Aᵀ: so the small matrix is
// packed, and the large one read in place, once.
func (g *Gemm) turned(c, a, b View, bias []Real, m, n, k int) {
	nr := tileCols()
	panels := (m + nr - 1) / nr
	size := k*nr + apart
	g.packed = grow(g.packed, panels*size)
	packPanels(g.packed, a.T(), k, m, nr, size)
	g.contiguous(min(k, kc+kc/2), nr)
	pitch := panels * nr
	g.rows = grow(g.rows, turnedRows*pitch)
	turned := Rows(g.rows, pitch)
	for i := 0; i < n; i += turnedRows {
		count := min(turnedRows, n-i)
		plus := View{}
		for k0 := 0; k0 < k; {
			kb := block(k - k0)
			for r := 0; r < count; {
				rows := tileRows(count - r)
				for p := range panels {
					// A share of the rows that the next tile will read.
					if from, to := p*rows/panels, (p+1)*rows/panels; to > from && i+r+rows+to <= n {
						prefetch(b.Data[(i+r+rows+from)*b.Row+k0:], b.Row, to-from, kb)
					}
					tile(rows, nr, kb, b.Data[(i+r)*b.Row+k0:], b.Row, 1,
						g.packed[p*size+k0*nr:], g.offsets, g.rows[r*pitch+p*nr:], pitch, plus.at(r, p*nr), pitch)
				}
				r += rows
			}
			plus = turned
			k0 += kb
		}
		transpose(c.Data[i:], c.Row, g.rows, pitch, m, count)
	}
	for i := range m {
		Add(c.Data[i*c.Row:i*c.Row+n], bias)
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
	packPanels(p.packed, b, k, n, p.nr, k*p.nr)
	p.offsets = grow(p.offsets, k)
	for i := range p.offsets {
		p.offsets[i] = i * p.nr * RealBytes
	}
}

// Mul sets C = A·B, or C += A·B if accumulate, for an m×k A; see [Gemm.Mul].
func (p *Panels) Mul(c, a View, m int, accumulate bool) {
	plus := View{}
	if accumulate {
		plus = c
	}
	for j := 0; j*p.nr < p.n; j++ {
		panel := p.packed[j*p.k*p.nr : (j+1)*p.k*p.nr]
		for i := 0; i < m; {
			rows := tileRows(m - i)
			tile(rows, min(p.nr, p.n-j*p.nr), p.k, a.Data[i*a.Row:], a.Row, a.Col,
				panel, p.offsets, c.Data[i*c.Row+j*p.nr:], c.Row, plus.at(i, j*p.nr), plus.Row)
			i += rows
		}
	}
}
