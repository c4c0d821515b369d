package kernel

// Piece is a group of rows of a product.
type Piece struct {
	Index    int // among the pieces
	From, To int
	C        []Real // the rows
}

// Pieces is how many pieces a product of m rows comes in.
func Pieces(m int) int { return groups(m) }

// Each computes Aᵀ·B, for a k×m A and a k×n B, both row-major, some rows at a time,
// and gives them to use while they are near. Nothing keeps them: C is overwritten
// afterwards. use is called by several threads at once, for pieces that are the same
// whatever their number.
func (g *Gemm) Each(a, b View, m, n, k int, use func(Piece)) {
	j := g.start(job{a: a.T(), b: b, m: m, n: n, k: k, use: use})
	j.team.Do(j.wide.parts, j.pack)
	j.team.Do(groups(m), j.each)
}

// eachPart computes a group of rows.
func (g *Gemm) eachPart(part, thread int) {
	j, l := &g.job, &g.lanes[thread]
	i := part * group
	count := min(group, j.m-i)
	l.c = grow(l.c, group*j.n)
	c, plus := Rows(l.c, j.n), View{}
	for k0 := 0; k0 < j.k; {
		kb := block(j.k - k0)
		g.columns(g.packed[k0*j.nr:], c, j.a.from(i, k0), plus, count, kb, l)
		plus = c
		k0 += kb
	}
	j.use(Piece{part, i, i + count, l.c[:count*j.n]})
}
