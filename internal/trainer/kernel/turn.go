package kernel

// group is how many rows are computed before they are passed on: some tiles of any
// level, and some of the squares that a transposition moves.
const group = 48

// groups is how many groups there are.
func groups(rows int) int { return (rows + group - 1) / group }

// turn is Affine for few rows. It computes Cᵀ = B·Aᵀ: so the small matrix is packed,
// and the large one read in place, once.
func (g *Gemm) turn(c, a, b View, bias []Real, m, n, k int) {
	j := g.start(job{c: c, a: b, b: a.T(), bias: bias, m: n, n: m, k: k})
	j.team.Do(j.wide.parts, j.pack)
	j.team.Do(groups(n), j.turned)
}

// turnedPart computes a group of the rows of Cᵀ and puts them into C. The job is
// Cᵀ = A·B: its A are the weights.
func (g *Gemm) turnedPart(part, thread int) {
	j, l := &g.job, &g.lanes[thread]
	i := part * group
	count := min(group, j.m-i)
	panels := (j.n + j.nr - 1) / j.nr
	pitch := panels * j.nr
	l.c = grow(l.c, group*pitch)
	plus := View{}
	for k0 := 0; k0 < j.k; {
		kb := block(j.k - k0)
		for r := 0; r < count; {
			rows := tileRows(count - r)
			for p := range panels {
				// A share of the rows that the next tile will read.
				if from, to := p*rows/panels, (p+1)*rows/panels; to > from && i+r+rows+to <= j.m {
					prefetch(j.a.Data[(i+r+rows+from)*j.a.Row+k0:], j.a.Row, to-from, kb)
				}
				tile(rows, j.nr, kb, j.a.Data[(i+r)*j.a.Row+k0:], j.a.Row, 1,
					g.packed[p*g.size+k0*j.nr:], g.offsets, l.c[r*pitch+p*j.nr:], pitch, plus.at(r, p*j.nr), pitch)
			}
			r += rows
		}
		plus = Rows(l.c, pitch)
		k0 += kb
	}
	transpose(j.c.Data[i:], j.c.Row, l.c, pitch, j.n, count)
	for r := range j.n {
		Add(j.c.Data[r*j.c.Row+i:][:count], j.bias[i:])
	}
}
