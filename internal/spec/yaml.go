package spec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// smallest is what a file must have at least.
const smallest = `the smallest study has a command, an objective and params, as in command: [python, train.py, "{params}"], objective: val_loss min, params: {lr: {float: [1e-5, 1e-1], log: true}}`

// load parses the text into a tree; nil after having told why there is none.
func (r *reader) load(text []byte) *node {
	if !r.readable(text) {
		return nil
	}
	loader, err := yaml.NewLoader(bytes.NewReader(text))
	if err != nil {
		r.failAt(1, "the YAML reader does not start: %v", err)
		return nil
	}
	var doc, second yaml.Node
	switch err := loader.Load(&doc); {
	case errors.Is(err, io.EOF):
		r.failAt(1, "the file is empty; %s", smallest)
		return nil
	case err != nil:
		r.syntax(text, err)
		return nil
	}
	if err := loader.Load(&second); !errors.Is(err, io.EOF) {
		line := second.Line
		var e *yaml.LoadError
		if errors.As(err, &e) {
			line = e.Mark.Line
		}
		r.failAt(max(line, 1), "a second document begins here, after ---; put each study in a file of its own")
		return nil
	}
	root := (&resolver{reader: r}).resolve(doc.Content[0], 0)
	if root != nil && root.kind == nullKind {
		r.fail(root, "the file is empty; %s", smallest)
		return nil
	}
	return root
}

// readable refuses what is not text of a sensible size.
func (r *reader) readable(text []byte) bool {
	if len(text) > maxBytes {
		r.failAt(1, "the file is larger than %d KiB; a study's file is a page or two: is this the right one?", maxBytes>>10)
		return false
	}
	line := 1
	for i := 0; i < len(text); {
		c, n := utf8.DecodeRune(text[i:])
		if (c == utf8.RuneError && n == 1) || (c < ' ' && c != '\n' && c != '\r' && c != '\t') || c == 0x7f {
			r.failAt(line, "the file is not text: it has the byte 0x%02x here; it must be YAML in UTF-8", text[i])
			return false
		}
		if c == '\n' {
			line++
		}
		i += n
	}
	return true
}

// syntax tells what keeps the text from being YAML, in words for people who have
// not read its specification.
func (r *reader) syntax(text []byte, err error) {
	var e *yaml.LoadError
	if !errors.As(err, &e) {
		r.failAt(1, "this is not YAML: %v", err)
		return
	}
	line, what := explain(text, e)
	r.failAt(max(line, 1), "this is not YAML: %s", what)
}

func explain(text []byte, e *yaml.LoadError) (line int, what string) {
	here, opened := e.Mark.Line, e.ContextMark.Line
	switch {
	case e.Message == "found character that cannot start any token":
		c := at(text, e.Mark)
		if c == '\t' {
			return here, "a tab can't indent; use spaces"
		}
		return here, fmt.Sprintf("text can't begin with %c; put it in quotes", c)
	case strings.Contains(e.ContextMsg, "flow sequence"):
		return opened, fmt.Sprintf("the [ that opens here is not closed, or a comma is missing (noticed on line %d)%s", here, quoteBraces(text, here))
	case strings.Contains(e.ContextMsg, "flow mapping"):
		return opened, fmt.Sprintf("the { that opens here is not closed, or a comma is missing (noticed on line %d)%s", here, quoteBraces(text, here))
	case e.Message == "found unexpected end of stream" && strings.Contains(e.ContextMsg, "quoted"):
		return opened, "the quote that opens here is never closed"
	case e.Message == "found unknown escape character":
		return here, `in double quotes a backslash must be doubled; use single quotes for patterns, as in '\d+'`
	case e.Message == "mapping values are not allowed in this context":
		return here, "a key can't stand here; is a colon missing on the line above? Text with a colon goes in quotes"
	case e.Message == "could not find expected ':'":
		return max(opened, 1), "want key: value here"
	case strings.HasPrefix(e.Message, "unknown anchor"):
		return here, e.Message + "; text that begins with * goes in quotes"
	case strings.HasPrefix(e.Message, "exceeded max depth"):
		return here, "lists and mappings are nested too deep"
	case e.Message == "did not find expected node content":
		return here, "a value is missing here, or a bracket is not closed"
	case e.Message == "did not find expected key", strings.Contains(e.Message, "<document start>"):
		return here, "this does not belong to what is above it; check the indentation and the brackets"
	}
	return here, e.Message
}

var amidText = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[^\s\[{,:"']\{`) })

// quoteBraces hints at the commonest reason for a bracket that seems open.
func quoteBraces(text []byte, line int) string {
	lines := strings.SplitN(string(text), "\n", line+1)
	if line >= 1 && line <= len(lines) && amidText().MatchString(lines[line-1]) {
		return `; text with braces goes in quotes, as in "--lr={lr}"`
	}
	return ""
}

// at is the character at a mark.
func at(text []byte, m yaml.Mark) rune {
	lines := strings.SplitN(string(text), "\n", m.Line+1)
	if m.Line < 1 || m.Line > len(lines) {
		return ' '
	}
	runes := []rune(lines[m.Line-1])
	if m.Column < 1 || m.Column > len(runes) {
		return ' '
	}
	return runes[m.Column-1]
}
