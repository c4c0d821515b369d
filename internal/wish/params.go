package wish

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/danlu-ml/danlu/internal/space"
)

// SplitAssignments parts arguments `STUDY NAME=VALUE...` into those without an
// equals sign and those with one.
func SplitAssignments(args []string) (names, pairs []string) {
	for _, arg := range args {
		if strings.Contains(arg, "=") {
			pairs = append(pairs, arg)
		} else {
			names = append(names, arg)
		}
	}
	return names, pairs
}

// Params reads `NAME=VALUE` pairs as values of the space's parameters. The error
// says which one can't be, and what it may be.
func Params(s *space.Space, pairs []string) (space.Values, error) {
	given := make(space.Values, len(pairs))
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		if _, twice := given[name]; twice {
			return nil, fmt.Errorf("%s is given twice; keep one of the two", name)
		}
		given[name] = read(s, name, value)
	}
	if _, err := s.Complete(given); err != nil {
		return nil, err
	}
	return given, nil
}

// read takes text as the first kind of value that the parameter's domain holds.
func read(s *space.Space, name, value string) space.Value {
	kinds := []space.Value{}
	if n, err := strconv.ParseInt(value, 10, 64); err == nil {
		kinds = append(kinds, space.IntValue(n))
	}
	if f, err := strconv.ParseFloat(value, 64); err == nil {
		kinds = append(kinds, space.FloatValue(f))
	}
	if value == "true" || value == "false" {
		kinds = append(kinds, space.BoolValue(value == "true"))
	}
	kinds = append(kinds, space.StringValue(value))
	if i := s.Index(name); i >= 0 {
		d := s.Param(i).Domain
		for _, v := range kinds {
			if v, ok := d.Cast(v); ok && d.Contains(v) {
				return v
			}
		}
	}
	return kinds[0] // the space says what is wrong with it
}
