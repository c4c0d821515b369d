package spec

import (
	"math"
	"strconv"
	"strings"

	"github.com/danlu-ml/danlu/internal/study"
)

var checkpointsObject = &object[study.Checkpoints]{
	what: "checkpoints", example: "checkpoints: {max_size: 20GB}",
	fields: []field[study.Checkpoints]{
		{key: "max_size", read: func(r *reader, n *node, c *study.Checkpoints) {
			c.MaxSize = r.size(n, "checkpoints.max_size", "max_size: 20GB")
		}},
	},
}

// size reads an amount of bytes.
func (r *reader) size(n *node, what, example string) int64 {
	if n.kind == numberKind {
		r.fail(n, "%s has no unit; write %[2]sMB, %[2]sGB or %[2]sTB", what, n.text)
		return 0
	}
	b, ok := parseSize(n.text)
	switch {
	case n.kind != stringKind || !ok:
		r.wrong(n, what, "a size, as in "+example)
	case b < 1:
		r.fail(n, "%s must be above 0; leave it out for no limit", what)
	}
	return b
}

// sizes are units as they are written behind a number, the longer ones first.
var sizes = []struct {
	unit  string
	bytes float64
}{
	{"kib", 1 << 10},
	{"mib", 1 << 20},
	{"gib", 1 << 30},
	{"tib", 1 << 40},
	{"kb", 1e3},
	{"mb", 1e6},
	{"gb", 1e9},
	{"tb", 1e12},
}

func parseSize(s string) (int64, bool) {
	s = strings.ToLower(strings.ReplaceAll(s, " ", ""))
	for _, u := range sizes {
		if number, ok := strings.CutSuffix(s, u.unit); ok {
			x, err := strconv.ParseFloat(number, 64)
			x *= u.bytes
			return int64(x), err == nil && x >= 0 && x < math.MaxInt64
		}
	}
	return 0, false
}
