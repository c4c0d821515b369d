// Package sobol makes Sobol' points: sequences that fill the unit cube more
// evenly than random ones.
//
// Points can be had in any order, by their index. [New] gives the sequence as it
// was published, [Scrambled] a randomised one: its points are uniform in
// distribution, never on the cube's faces, and as evenly spread. It knows nothing
// of what the points are for.
//
// The sequence is Sobol' (1967) in Antonov and Saleev's order (1979), with the
// direction numbers new-joe-kuo-6 of S. Joe and F. Y. Kuo, Constructing Sobol'
// sequences with better two-dimensional projections, SIAM J. Sci. Comput. 30
// (2008), 2635–2654. The scrambling is the nested uniform one of A. B. Owen,
// Randomly permuted (t,m,s)-nets and (t,s)-sequences (1995), with coins from a
// hash as in B. Burley, Practical hash-based Owen scrambling, JCGT 9(4) (2020).
//
//	symbol  meaning                                  shape
//	i       index of a point, from 0
//	d       dimension                                1 … MaxDim
//	m       initial numbers of a dimension, odd      degree of its polynomial
//	v       direction numbers, fractions of 2³²      32
//	x       a coordinate before scrambling, of 2³²
//
// Start reading at [Sequence.At].
package sobol

import "fmt"

// bits is the resolution of a coordinate, and of the index.
const bits = 32

// Sequence is a Sobol' sequence. It does not change once made and may be used
// by several goroutines.
type Sequence struct {
	directions [][bits]uint32
	seeds      []uint64 // one a dimension; nil without scrambling
}

// New is the plain sequence in dim dimensions, 1 … [MaxDim]. Its point 0 is the
// origin.
func New(dim int) (*Sequence, error) {
	if dim < 1 || dim > MaxDim {
		return nil, fmt.Errorf("make a Sobol sequence: %d dimensions asked for, 1 to %d can be had", dim, MaxDim)
	}
	return &Sequence{directions: directions(dim)}, nil
}

// Scrambled is the sequence in dim dimensions, 1 … [MaxDim], scrambled by seed.
func Scrambled(dim int, seed uint64) (*Sequence, error) {
	s, err := New(dim)
	if err != nil {
		return nil, err
	}
	s.seeds = make([]uint64, dim)
	for d := range s.seeds {
		s.seeds[d] = mix(mix(seed) + uint64(d))
	}
	return s, nil
}

// Dim is the number of dimensions.
func (s *Sequence) Dim() int { return len(s.directions) }

// At is point i. It is written to dst where that has room for Dim numbers, and
// to a new slice else. Plain coordinates are multiples of 2⁻³² in [0, 1);
// scrambled ones are centred in their cells, in (0, 1).
func (s *Sequence) At(i uint32, dst []float64) []float64 {
	if cap(dst) < s.Dim() {
		dst = make([]float64, s.Dim())
	}
	dst = dst[:s.Dim()]
	gray := i ^ i>>1
	for d := range dst {
		var x uint32
		v := &s.directions[d]
		for j, g := 0, gray; g != 0; j, g = j+1, g>>1 {
			x ^= v[j] & -(g & 1)
		}
		if s.seeds == nil {
			dst[d] = float64(x) / (1 << bits)
			continue
		}
		dst[d] = (float64(scramble(x, s.seeds[d])) + 0.5) / (1 << bits)
	}
	return dst
}
