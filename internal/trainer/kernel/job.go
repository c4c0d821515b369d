package kernel

// job is the product that a Gemm is at. Threads share it out by columns of C, whole
// panels of B, or by its rows; no number of C depends on how.
type job struct {
	c, a, b, plus View
	m, n, k, nr   int
	team          *Team  // nil where the product is small
	wide, high    shares // of columns and of rows

	bias []Real      // of Affine
	use  func(Piece) // of Each

	// What a part is done by. They are made once: a func made for each product would
	// have to be allocated.
	pack, panels, rows, turned, each func(part, thread int)
}

// start begins a product: with B's panels in packed, k steps each.
func (g *Gemm) start(j job) *job {
	last := &g.job
	if last.pack == nil {
		last.pack, last.panels, last.rows, last.turned, last.each = g.packPart, g.panelsPart, g.rowsPart, g.turnedPart, g.eachPart
		g.lanes = make([]lane, g.Team.Threads())
	}
	j.pack, j.panels, j.rows, j.turned, j.each = last.pack, last.panels, last.rows, last.turned, last.each
	j.nr = tileCols()
	if j.m*j.n*j.k >= worthwhile {
		j.team = g.Team
	}
	j.wide, j.high = share(j.n, j.nr, j.team), share(j.m, tallest, j.team)
	g.size = j.k*j.nr + apart
	g.packed = grow(g.packed, (j.n+j.nr-1)/j.nr*g.size)
	g.contiguous(min(j.k, kc+kc/2), j.nr)
	g.job = j
	return &g.job
}

// worthwhile is how many multiplications are worth the start of threads.
const worthwhile = 1 << 20

// tallest is a number of rows that tiles of every level fill.
const tallest = 12

// shares are parts of a length, equal but for the last.
type shares struct{ parts, each, length int }

// share divides a length for a team, more finely than it has threads, into multiples
// of a unit.
func share(length, unit int, team *Team) shares {
	if team == nil {
		return shares{1, length, length}
	}
	units := (length + unit - 1) / unit
	each := (units + 2*team.Threads() - 1) / (2 * team.Threads())
	return shares{(units + each - 1) / each, each * unit, length}
}

// part is where part i begins and ends.
func (s shares) part(i int) (from, to int) { return i * s.each, min((i+1)*s.each, s.length) }
