package command

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/danlu-ml/danlu/internal/space"
)

// piece is a part of an argument: text as it is, the name of a placeholder, or a
// condition on one with the pieces that stand where it holds.
type piece struct {
	text string
	hole bool
	test byte // 0; '?': {name?…}; '!': {!name?…}
	then []piece
}

// parse cuts an argument at its placeholders.
func parse(arg string) ([]piece, error) {
	if strings.IndexByte(arg, 0) >= 0 {
		return nil, fmt.Errorf("the argument %q holds a NUL byte, which no program can be given; take it out", arg)
	}
	pieces, n := cut(arg, false)
	if n < 0 {
		return nil, fmt.Errorf("the argument %q opens a placeholder and does not close it; write {name}, or {{ for a brace", arg)
	}
	return pieces, nil
}

// cut cuts text at its placeholders, inside a condition up to the brace that ends
// it. n is how much of the text that was, -1 where a brace is missing.
func cut(text string, inside bool) (pieces []piece, n int) {
	var plain strings.Builder
	flush := func() {
		if plain.Len() > 0 {
			pieces = append(pieces, piece{text: plain.String()})
			plain.Reset()
		}
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case inside && c == '}':
			flush()
			return pieces, i + 1
		case (c == '{' || c == '}') && i+1 < len(text) && text[i+1] == c:
			i++
			plain.WriteByte(c)
		case c != '{':
			plain.WriteByte(c)
		default:
			flush()
			p, n := placeholder(text[i+1:])
			if n < 0 {
				return nil, -1
			}
			pieces = append(pieces, p)
			i += n
		}
	}
	flush()
	if inside {
		return nil, -1
	}
	return pieces, len(text)
}

// placeholder reads what follows an opening brace, with the closing one.
func placeholder(text string) (p piece, n int) {
	end := strings.IndexAny(text, "?}")
	if end < 0 {
		return piece{}, -1
	}
	if text[end] == '}' {
		return piece{text: text[:end], hole: true}, end + 1
	}
	p = piece{text: text[:end], hole: true, test: '?'}
	if name, ok := strings.CutPrefix(p.text, "!"); ok {
		p.text, p.test = name, '!'
	}
	p.then, n = cut(text[end+1:], true)
	if n < 0 {
		return piece{}, -1
	}
	return p, end + 1 + n
}

// check refuses a placeholder that some trial could not fill. given says of which
// parameters the program learns in another way whether they exist: all of them, by
// {params}, or the one of a condition around this piece.
func (p piece) check(arg string, s *space.Space, given func(name string) bool) error {
	switch i := s.Index(p.text); {
	case !p.hole:
		return nil
	case p.test != 0 && (i >= 0 || p.text == "resume"):
		return p.checkThen(arg, s, given)
	case p.test != 0:
		return fmt.Errorf("{%[1]s?…} in the argument %[2]q asks about what is always there or unknown; a condition is on a parameter or on resume", p.text, arg)
	case p.text == "params":
		if arg != "{params}" {
			return fmt.Errorf("{params} stands inside the argument %q; it becomes several arguments, so make it one of its own", arg)
		}
		return nil
	case slices.Contains(Reserved(), p.text):
		return nil
	case i >= 0 && s.MayBeInactive(p.text) && !given(p.text):
		return fmt.Errorf("{%[1]s} has no value in some trials: %[1]s exists only when %[2]s; write \"{params}\" as an argument of its own instead, which passes the parameters there are, or {%[1]s?--%[1]s={%[1]s}}, which is left out", p.text, s.Param(i).WhenText())
	case i >= 0:
		return nil
	}
	if near := space.Nearest(p.text, append(s.Names(), Reserved()...)); near != "" {
		return fmt.Errorf("{%s} is not a parameter; did you mean {%s}?", p.text, near)
	}
	return fmt.Errorf("{%s} is not a parameter; there are %s; write {{ and }} for braces", p.text, strings.Join(append(s.Names(), Reserved()...), ", "))
}

func (p piece) checkThen(arg string, s *space.Space, given func(string) bool) error {
	for _, q := range p.then {
		err := q.check(arg, s, func(name string) bool { return name == p.text || given(name) })
		if err != nil {
			return err
		}
	}
	return nil
}

func names(vs space.Values) []string { return slices.Sorted(maps.Keys(vs)) }
