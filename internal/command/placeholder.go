package command

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/danlu-ml/danlu/internal/space"
)

// piece is a part of an argument: text as it is, or the name of a placeholder.
type piece struct {
	text string
	hole bool
}

// parse cuts an argument at its placeholders.
func parse(arg string) ([]piece, error) {
	if strings.IndexByte(arg, 0) >= 0 {
		return nil, fmt.Errorf("the argument %q holds a NUL byte, which no program can be given; take it out", arg)
	}
	var pieces []piece
	var text strings.Builder
	for i := 0; i < len(arg); i++ {
		c := arg[i]
		switch {
		case (c == '{' || c == '}') && i+1 < len(arg) && arg[i+1] == c:
			i++
			text.WriteByte(c)
		case c != '{':
			text.WriteByte(c)
		default:
			n := strings.IndexByte(arg[i:], '}')
			if n < 0 {
				return nil, fmt.Errorf("the argument %q opens a placeholder and does not close it; write {name}, or {{ for a brace", arg)
			}
			pieces = append(pieces, piece{text: text.String()}, piece{text: arg[i+1 : i+n], hole: true})
			text.Reset()
			i += n
		}
	}
	return append(pieces, piece{text: text.String()}), nil
}

// check refuses a placeholder that some trial could not fill. all says that the
// command has {params}, which tells the program what exists and what does not.
func (p piece) check(arg string, s *space.Space, all bool) error {
	switch i := s.Index(p.text); {
	case !p.hole:
		return nil
	case p.text == "params":
		if arg != "{params}" {
			return fmt.Errorf("{params} stands inside the argument %q; it becomes several arguments, so make it one of its own", arg)
		}
		return nil
	case slices.Contains(Reserved(), p.text):
		return nil
	case i >= 0 && s.MayBeInactive(p.text) && !all:
		return fmt.Errorf("{%[1]s} has no value in some trials: %[1]s exists only when %[2]s; write \"{params}\" as an argument of its own instead, which passes the parameters there are", p.text, s.Param(i).WhenText())
	case i >= 0:
		return nil
	}
	if near := space.Nearest(p.text, append(s.Names(), Reserved()...)); near != "" {
		return fmt.Errorf("{%s} is not a parameter; did you mean {%s}?", p.text, near)
	}
	return fmt.Errorf("{%s} is not a parameter; there are %s; write {{ and }} for braces", p.text, strings.Join(append(s.Names(), Reserved()...), ", "))
}

func names(vs space.Values) []string { return slices.Sorted(maps.Keys(vs)) }
