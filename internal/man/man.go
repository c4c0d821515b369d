// Package man writes manual pages for man(1): roff with the macros of man(7).
//
// It knows roff and nothing of verbs; what is to be said comes as a [Page].
package man

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Page is a manual page.
type Page struct {
	Name, Version string
	Short         string // what it is, in a line
	Synopsis      []string
	Sections      []Section
}

// Section is a part of a page. Text is written first: its paragraphs are filled,
// but for lines that begin with a space, which stay as they are.
type Section struct {
	Title string
	Text  string
	Items []Item
	Parts []Section // one level below
}

// Item is a term with what is to be said of it.
type Item struct{ Term, Text string }

// Write writes the page.
func (p Page) Write(w io.Writer) error {
	out := &writer{w: bufio.NewWriter(w)}
	out.macro(".TH", strings.ToUpper(p.Name), "1", "", p.Name+" "+p.Version, "User Commands")
	out.macro(".SH", "NAME")
	out.raw(guard(escape(p.Name) + ` \- ` + escape(p.Short)))
	out.macro(".SH", "SYNOPSIS")
	for i, s := range p.Synopsis {
		if i > 0 {
			out.raw(".br")
		}
		out.raw(guard(escape(s)))
	}
	for _, s := range p.Sections {
		out.section(s, ".SH")
	}
	if out.err == nil {
		out.err = out.w.Flush()
	}
	if out.err != nil {
		return fmt.Errorf("write the manual page: %w", out.err)
	}
	return nil
}

type writer struct {
	w   *bufio.Writer
	err error
}

func (o *writer) section(s Section, macro string) {
	title := s.Title
	if macro == ".SH" {
		title = strings.ToUpper(title)
	}
	o.macro(macro, title)
	o.text(s.Text)
	for _, i := range s.Items {
		o.raw(".TP")
		o.raw(`\fB` + escape(i.Term) + `\fP`)
		o.text(i.Text)
	}
	for _, part := range s.Parts {
		o.section(part, ".SS")
	}
}

// text writes paragraphs, and as they are the lines that begin with a space.
func (o *writer) text(s string) {
	asIs := false
	for l := range strings.Lines(strings.Trim(s, "\n")) {
		l = strings.TrimRight(l, "\n")
		if is := strings.HasPrefix(l, " "); is != asIs && l != "" {
			asIs = is
			if is {
				o.raw(".PP")
				o.raw(".nf")
			} else {
				o.raw(".fi")
			}
		}
		if l == "" {
			o.raw(".sp")
			continue
		}
		o.raw(guard(escape(l)))
	}
	if asIs {
		o.raw(".fi")
	}
}

func (o *writer) macro(name string, args ...string) {
	for _, a := range args {
		name += ` "` + strings.ReplaceAll(escape(a), `"`, `\(dq`) + `"`
	}
	o.raw(name)
}

func (o *writer) raw(line string) {
	if o.err == nil {
		_, o.err = o.w.WriteString(line + "\n")
	}
}

// escapes are what roff would take for something else, and signs that old
// formatters do not read as UTF-8.
var escapes = strings.NewReplacer(`\`, `\e`, "-", `\-`, "–", `\(en`, "…", "...", "×", `\(mu`, "≠", `\(!=`, "→", `\(->`, "✗", "x")

func escape(s string) string { return escapes.Replace(s) }

// guard keeps a line from being a request.
func guard(s string) string {
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		return `\&` + s
	}
	return s
}
