package kernel

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
