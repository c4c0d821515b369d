package sobol

import (
	_ "embed" // the table
	"fmt"
	"strconv"
	"strings"
)

// MaxDim is the largest number of dimensions.
const MaxDim = 1111

// table is the head of the published file new-joe-kuo-6.21201, as it is: for
// every dimension from the second on its number, the degree s of its primitive
// polynomial, the inner coefficients a of that, and m_1 … m_s.
//
//go:embed new-joe-kuo-6.1111
var table string

// directions are the direction numbers of the first dim dimensions: of the j-th,
// counting from 0, only the j+1 upper bits may be set. Joe and Kuo (2008),
// eq. 2 and 3.
func directions(dim int) [][bits]uint32 {
	all := make([][bits]uint32, dim)
	for j := range bits {
		all[0][j] = 1 << (bits - 1 - j)
	}
	_, rest, _ := strings.Cut(table, "\n") // the heading
	for d := 1; d < dim; d++ {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		numbers := parse(line)
		all[d] = extend(int(numbers[1]), numbers[2], numbers[3:])
	}
	return all
}

// extend makes the direction numbers of a dimension from its polynomial's degree
// s, the coefficients a between the first and the last, and s initial numbers.
func extend(s int, a uint32, m []uint32) (v [bits]uint32) {
	for j := range v {
		if j < s {
			v[j] = m[j] << (bits - 1 - j)
			continue
		}
		v[j] = v[j-s] ^ v[j-s]>>s
		for k := 1; k < s; k++ {
			v[j] ^= v[j-k] & -(a >> (s - 1 - k) & 1)
		}
	}
	return v
}

func parse(line string) []uint32 {
	fields := strings.Fields(line)
	numbers := make([]uint32, len(fields))
	for i, f := range fields {
		n, err := strconv.ParseUint(f, 10, bits)
		if err != nil {
			panic(fmt.Sprintf("sobol: the embedded table is damaged at %q", line))
		}
		numbers[i] = uint32(n)
	}
	return numbers
}
