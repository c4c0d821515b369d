package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/danlu-ml/danlu/internal/text"
)

// look is how characters are shown; colours are empty for the terminal's own.
type look struct {
	fore, back                            string
	bold, dim, italic, underline, reverse bool
}

// run is characters of one look that stand side by side.
type run struct {
	column, width int
	text          string
	look          look
}

// parse splits lines into runs. Trailing space and empty lines at the end are
// dropped; sequences other than those of colours and styles are passed over.
func parse(s string) [][]run {
	var lines [][]run
	var now look
	for line := range strings.SplitSeq(strings.TrimRight(s, "\n"), "\n") {
		var runs []run
		column := 0
		for len(line) > 0 {
			plain, rest, found := strings.Cut(line, "\x1b")
			// Words stand on their own: fonts differ in how wide they draw a bar.
			for _, word := range words(plain) {
				w := text.Width(word)
				runs = append(runs, run{column, w, word, now})
				column += w
			}
			line = rest
			if found {
				line = now.sequence(rest)
			}
		}
		for len(runs) > 0 && strings.TrimSpace(runs[len(runs)-1].text) == "" && runs[len(runs)-1].look.back == "" {
			runs = runs[:len(runs)-1]
		}
		lines = append(lines, runs)
	}
	for len(lines) > 0 && len(lines[len(lines)-1]) == 0 {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// words splits before and after every stretch of two or more spaces.
func words(s string) []string {
	var out []string
	for len(s) > 0 {
		gap := strings.Index(s, "  ")
		switch {
		case gap < 0:
			return append(out, s)
		case gap > 0:
			out = append(out, s[:gap])
			s = s[gap:]
		}
		space := len(s) - len(strings.TrimLeft(s, " "))
		out = append(out, s[:space])
		s = s[space:]
	}
	return out
}

// sequence takes what follows an escape character and returns what is behind the
// sequence.
func (l *look) sequence(s string) string {
	if !strings.HasPrefix(s, "[") {
		if strings.HasPrefix(s, "(") || strings.HasPrefix(s, ")") { // a character set, named by one more
			s = s[1:]
		}
		return s[min(len(s), 1):]
	}
	end := strings.IndexFunc(s[1:], func(r rune) bool { return r >= '@' && r <= '~' })
	if end < 0 {
		return ""
	}
	if args := s[1 : 1+end]; s[1+end] == 'm' {
		l.style(strings.FieldsFunc(args+";", func(r rune) bool { return r == ';' || r == ':' }))
	}
	return s[2+end:]
}

// style applies the arguments of one sequence of style. None means 0.
func (l *look) style(args []string) {
	if len(args) == 0 {
		*l = look{}
	}
	for i := 0; i < len(args); i++ {
		n, err := strconv.Atoi(args[i])
		if err != nil {
			continue
		}
		switch {
		case n == 0:
			*l = look{}
		case n == 1:
			l.bold = true
		case n == 2:
			l.dim = true
		case n == 3:
			l.italic = true
		case n == 4:
			l.underline = true
		case n == 7:
			l.reverse = true
		case n == 22:
			l.bold, l.dim = false, false
		case n == 23:
			l.italic = false
		case n == 24:
			l.underline = false
		case n == 27:
			l.reverse = false
		case n == 39:
			l.fore = ""
		case n == 49:
			l.back = ""
		case n >= 30 && n <= 37:
			l.fore = palette[n-30]
		case n >= 90 && n <= 97:
			l.fore = palette[n-90+8]
		case n >= 40 && n <= 47:
			l.back = palette[n-40]
		case n >= 100 && n <= 107:
			l.back = palette[n-100+8]
		case n == 38 || n == 48:
			colour, used := extended(args[i+1:])
			i += used
			if n == 38 {
				l.fore = colour
			} else {
				l.back = colour
			}
		}
	}
}

// palette is the sixteen colours, the bright ones last.
var palette = [16]string{
	"#484f58", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#b1bac4",
	"#6e7681", "#ffa198", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#f0f6fc",
}

// extended reads a colour of 256, or of red, green and blue, and says how many
// arguments it took.
func extended(args []string) (colour string, used int) {
	number := func(i int) int {
		if i >= len(args) {
			return 0
		}
		n, _ := strconv.Atoi(args[i]) // nonsense is black
		return min(max(n, 0), 255)
	}
	switch number(0) {
	case 2:
		return fmt.Sprintf("#%02x%02x%02x", number(1), number(2), number(3)), min(len(args), 4)
	case 5:
		n := number(1)
		switch {
		case n < 16:
			colour = palette[n]
		case n < 232:
			level := func(i int) int {
				if i == 0 {
					return 0
				}
				return 55 + 40*i
			}
			n -= 16
			colour = fmt.Sprintf("#%02x%02x%02x", level(n/36), level(n/6%6), level(n%6))
		default:
			grey := 8 + 10*(n-232)
			colour = fmt.Sprintf("#%02x%02x%02x", grey, grey, grey)
		}
		return colour, min(len(args), 2)
	}
	return "", min(len(args), 1)
}
