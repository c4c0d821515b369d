package command

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Quote writes arguments as a line that a POSIX shell splits into the same
// arguments again, quoting only what needs it.
func Quote(argv []string) string {
	words := make([]string, len(argv))
	for i, arg := range argv {
		words[i] = arg
		if !plain(arg) || (i == 0 && (strings.Contains(arg, "=") || slices.Contains(keywords, arg))) {
			words[i] = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}

// keywords of the shell's grammar, where a command begins with them (POSIX.1-2024,
// Shell & Utilities, 2.4). Quoted, they are ordinary words.
var keywords = []string{
	"case", "do", "done", "elif", "else", "esac", "fi", "for", "if", "in", "then", "until", "while",
	"function", "select", "time", "coproc",
}

func plain(arg string) bool {
	return arg != "" && strings.Trim(arg, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-") == ""
}

// Split cuts a line into arguments as a POSIX shell would: at blanks, with single
// quotes, double quotes and backslashes. What else a shell does with a line
// (variables, pipes, patterns) is refused, since no shell will see it.
func Split(line string) ([]string, error) {
	var s splitter
	line = strings.TrimSpace(line)
	for i := 0; i < len(line); i++ {
		n, err := s.take(line[i:])
		if err != nil {
			return nil, err
		}
		i += n - 1
	}
	s.end()
	if len(s.words) == 0 {
		return nil, errors.New(`the command is empty; write one, as in python train.py {params}`)
	}
	if name, _, ok := strings.Cut(s.words[0], "="); ok && !strings.Contains(name, "/") {
		return nil, fmt.Errorf("%s sets a variable, which only a shell does; put it under env: in the file", s.words[0])
	}
	return s.words, nil
}

type splitter struct {
	words  []string
	word   strings.Builder
	inside bool // a word has begun, if only with an empty pair of quotes
}

func (s *splitter) end() {
	if s.inside {
		s.words = append(s.words, s.word.String())
		s.word.Reset()
		s.inside = false
	}
}

// take consumes the beginning of a line and says how much of it.
func (s *splitter) take(line string) (int, error) {
	c := line[0]
	switch {
	case c == ' ' || c == '\t':
		s.end()
		return 1, nil
	case c == '\n' || c == '\r':
		return 0, errors.New(`the command has several lines; end a line with \ to go on with it on the next, or write [sh, -c, "…"] to run several`)
	case strings.HasPrefix(line, "\\\n"):
		return 2, nil
	case c == '\\' && len(line) > 1:
		s.add(line[1:2])
		return 2, nil
	case c == '\'':
		n := strings.IndexByte(line[1:], c)
		if n < 0 {
			return 0, errors.New("a ' in the command is never closed")
		}
		s.add(line[1 : 1+n])
		return n + 2, nil
	case c == '"':
		return s.double(line)
	case strings.IndexByte("|&;<>()$`*?[", c) >= 0 || (!s.inside && (c == '#' || c == '~')):
		return 0, fmt.Errorf("%c in the command means something to a shell only, and none is involved; quote it if it is meant as it stands, or write [sh, -c, \"…\"]", c)
	}
	s.add(line[:1])
	return 1, nil
}

func (s *splitter) add(text string) {
	s.word.WriteString(text)
	s.inside = true
}

// double consumes a pair of double quotes.
func (s *splitter) double(line string) (int, error) {
	s.add("")
	for i := 1; i < len(line); i++ {
		switch c := line[i]; {
		case c == '"':
			return i + 1, nil
		case c == '$' || c == '`':
			return 0, fmt.Errorf("%c in the command means something to a shell only, and none is involved; write it in single quotes if it is meant as it stands, or write [sh, -c, \"…\"]", c)
		case c == '\\' && i+1 < len(line) && strings.IndexByte("$`\"\\\n", line[i+1]) >= 0:
			i++
			if line[i] != '\n' {
				s.add(line[i : i+1])
			}
		default:
			s.add(line[i : i+1])
		}
	}
	return 0, errors.New(`a " in the command is never closed`)
}
