package expr

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	endToken tokenKind = iota
	numberToken
	stringToken
	nameToken
	quotedNameToken
	symbolToken // operators, brackets, and the words that are operators
)

type token struct {
	kind tokenKind
	at   int    // byte offset in the text
	text string // a name, a string's content, a symbol
	num  float64
}

// String is the token as an error message names it.
func (t token) String() string {
	switch t.kind {
	case endToken:
		return "the end"
	case stringToken:
		return strconv.Quote(t.text)
	case numberToken:
		return strconv.FormatFloat(t.num, 'g', -1, 64)
	}
	return t.text
}

// words that are operators, and the symbols some languages write for them.
var words = map[string]string{"and": "and", "or": "or", "not": "not", "in": "in", "&&": "and", "||": "or", "!": "not"}

// symbols has longer ones before those that begin them.
var symbols = []string{
	"**", "//", "==", "!=", "<=", ">=", "&&", "||",
	"+", "-", "*", "/", "%", "<", ">", "!", "(", ")", "[", "]", ",",
}

type lexer struct {
	text string
	at   int
}

// next reads a token. In errors of this package, Column is a byte offset until
// [Parse] returns.
func (l *lexer) next() (token, *Error) {
	for l.at < len(l.text) && strings.IndexByte(" \t\r\n", l.text[l.at]) >= 0 {
		l.at++
	}
	t := token{at: l.at}
	if l.at == len(l.text) {
		return t, nil
	}
	rest := l.text[l.at:]
	switch c := rest[0]; {
	case c == '"' || c == '\'' || c == '`':
		return l.quoted(c)
	case isDigit(c) || (c == '.' && len(rest) > 1 && isDigit(rest[1])):
		return l.number()
	}
	for _, s := range symbols {
		if strings.HasPrefix(rest, s) {
			l.at += len(s)
			t.kind, t.text = symbolToken, s
			if w, ok := words[s]; ok {
				t.text = w
			}
			return t, nil
		}
	}
	n := nameLength(rest)
	if n == 0 {
		return t, &Error{Column: l.at, Text: stray(rest)}
	}
	l.at += n
	t.kind, t.text = nameToken, rest[:n]
	if _, ok := words[t.text]; ok {
		t.kind = symbolToken
	}
	return t, nil
}

func stray(rest string) string {
	r, _ := utf8.DecodeRuneInString(rest)
	switch r {
	case '=':
		return "= does not compare; write =="
	case '^':
		return "^ is not an operator; write ** for a power"
	case '&', '|':
		return fmt.Sprintf("%c is not an operator; write and, or", r)
	}
	return fmt.Sprintf("unexpected %q; a name with odd characters goes in backticks, as in `loss/train`", r)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// nameLength is the length of the name that s begins with: letters, digits and _,
// with single dots between them.
func nameLength(s string) int {
	end := 0
	for i, r := range s {
		switch {
		case unicode.IsLetter(r) || r == '_' || (i > 0 && unicode.IsDigit(r)):
			end = i + utf8.RuneLen(r)
		case r != '.' || end < i || i == 0:
			return end
		}
	}
	return end
}

func (l *lexer) quoted(quote byte) (token, *Error) {
	t := token{kind: stringToken, at: l.at}
	if quote == '`' {
		t.kind = quotedNameToken
	}
	var b strings.Builder
	for i := l.at + 1; i < len(l.text); i++ {
		switch c := l.text[i]; {
		case c == quote:
			l.at, t.text = i+1, b.String()
			if quote == '`' && t.text == "" {
				return t, &Error{Column: t.at, Text: "there is no name between the backticks"}
			}
			return t, nil
		case c == '\\' && quote != '`' && i+1 < len(l.text):
			i++
			b.WriteByte(l.text[i])
		default:
			b.WriteByte(c)
		}
	}
	return t, &Error{Column: t.at, Text: fmt.Sprintf("the %c that opens here is never closed", quote)}
}

func (l *lexer) number() (token, *Error) {
	i := l.at
	digits := func() {
		for i < len(l.text) && isDigit(l.text[i]) {
			i++
		}
	}
	digits()
	if i < len(l.text) && l.text[i] == '.' {
		i++
		digits()
	}
	if i < len(l.text) && (l.text[i] == 'e' || l.text[i] == 'E') {
		i++
		if i < len(l.text) && (l.text[i] == '+' || l.text[i] == '-') {
			i++
		}
		digits()
	}
	end := i + nameLength(l.text[i:])
	text := l.text[l.at:end]
	x, err := strconv.ParseFloat(text, 64)
	if end > i || err != nil {
		return token{}, &Error{Column: l.at, Text: fmt.Sprintf("%s is not a number; a name that starts with a digit goes in backticks", text)}
	}
	t := token{kind: numberToken, at: l.at, num: x}
	l.at = end
	return t, nil
}
