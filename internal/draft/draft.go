// Package draft writes a danlu.yaml for a person to read and change: with a reason
// beside what was found out and a doubt beside what was guessed.
//
// It decides nothing, and it does not read danlu.yaml: package spec does.
//
// Start reading at [File].
package draft

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/danlu-ml/danlu/internal/space"
)

// Schema is where editors find what a danlu.yaml may say.
const Schema = "https://raw.githubusercontent.com/danlu-ml/danlu/main/docs/danlu.schema.json"

// File is a danlu.yaml to be written.
type File struct {
	Head      []string // said at the top
	Name      string
	Command   []string
	Doubts    []string // about the command, said above it
	Objective Entry
	Params    []Param
	Spares    []Param  // ready to be taken in: written as comments
	Left      []string // said below the parameters
	Rest      []Entry
}

// Entry is a key with its value, as YAML in one line, and what there is to say.
type Entry struct {
	Key, Value string
	Note       string // why, behind the value
	Unsure     string // why it may be wrong; empty: it is certain
}

// Param is a parameter and what there is to say of it.
type Param struct {
	space.Param
	Note, Unsure string
}

// Bytes is the file.
func (f *File) Bytes() []byte {
	var b bytes.Buffer
	b.WriteString("# yaml-language-server: $schema=" + Schema + "\n")
	for _, line := range f.Head {
		for _, l := range wrap(line, 90) {
			b.WriteString("# " + l + "\n")
		}
	}
	if f.Name != "" {
		b.WriteString("name: " + Scalar(f.Name) + "\n")
	}
	for _, d := range f.Doubts {
		for _, l := range wrap("not sure: "+d, 90) {
			b.WriteString("# " + l + "\n")
		}
	}
	if len(f.Command) > 0 {
		b.WriteString("command: " + List(f.Command) + "\n")
	}
	b.WriteString(f.Objective.line())
	b.WriteString("params:\n")
	f.params(&b, f.Params, "  ")
	if len(f.Spares) > 0 {
		b.WriteString("  # also there, and seldom what matters most:\n")
		f.params(&b, f.Spares, "  # ")
	}
	for _, line := range f.Left {
		for _, l := range wrap(line, 86) {
			b.WriteString("  # " + l + "\n")
		}
	}
	for _, e := range f.Rest {
		b.WriteString(e.line())
	}
	return b.Bytes()
}

func (f *File) params(b *bytes.Buffer, params []Param, indent string) {
	width := 0
	for _, p := range params {
		width = max(width, len(Scalar(p.Name)))
	}
	for _, p := range params {
		key := Scalar(p.Name) + ":"
		line := fmt.Sprintf("%s%-*s %s", indent, width+1, key, Domain(p.Param))
		b.WriteString(line + remark(p.Note, p.Unsure) + "\n")
	}
}

func (e Entry) line() string {
	if e.Key == "" {
		return "# " + e.Value + remark(e.Note, e.Unsure) + "\n"
	}
	return e.Key + ": " + e.Value + remark(e.Note, e.Unsure) + "\n"
}

func remark(note, unsure string) string {
	if unsure != "" {
		if note != "" {
			note += "; "
		}
		note += "not sure: " + unsure
	}
	if note = strings.Join(strings.Fields(note), " "); note == "" {
		return ""
	}
	return "  # " + note
}

// wrap cuts text into lines at blanks.
func wrap(s string, width int) (lines []string) {
	line := ""
	for _, w := range strings.Fields(s) {
		if line != "" && len(line)+1+len(w) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += w
	}
	return append(lines, line)
}

// exponent writes an exponent by its name, where it has one.
func exponent(k float64) string {
	if name := map[float64]string{1: "linear", 0.5: "sqrt", -1: "inverse"}[k]; name != "" {
		return name
	}
	return number(k)
}

// Domain writes what a parameter's name is followed by: its domain and the rest of
// its definition, in braces.
func Domain(p space.Param) string {
	var parts []string
	add := func(key, value string) { parts = append(parts, key+": "+value) }
	switch d := p.Domain.(type) {
	case space.Float:
		add("float", "["+number(d.Low)+", "+number(d.High)+"]")
		if d.Log {
			add("log", "true")
		}
		if d.Step != 0 {
			add("step", number(d.Step))
		}
	case space.Int:
		add("int", fmt.Sprintf("[%d, %d]", d.Low, d.High))
		if d.Log {
			add("log", "true")
		}
		if d.Step != 0 {
			add("step", strconv.FormatInt(d.Step, 10))
		}
	case space.Choice:
		if d.IsBool() {
			add("bool", "true")
			break
		}
		words := make([]string, len(d.Values))
		for i, v := range d.Values {
			words[i] = Value(v)
			if v.Kind() == space.FloatKind && strings.Trim(words[i], "-0123456789") == "" {
				words[i] += ".0" // or it were an int to the program
			}
		}
		add("choice", "["+strings.Join(words, ", ")+"]")
		if d.Ordered {
			add("ordered", "true")
		}
	}
	if p.Role != "" {
		add("role", p.Role)
	}
	if len(p.When) > 0 {
		add("when", when(p.When))
	}
	if s := p.Scale; s != nil {
		add("scales_with", fmt.Sprintf("{%s: %s, at: %s}", Scalar(s.To), exponent(s.Exponent), number(s.At)))
	}
	if p.Prior != nil {
		add("prior", prior(p.Prior, p.Domain))
	}
	if !p.Default.IsZero() {
		add("default", Value(p.Default))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// prior writes what is believed: {near: 0.1, within: 3}, or a weight a value.
func prior(q *space.Prior, d space.Domain) string {
	var parts []string
	if c, ok := d.(space.Choice); ok && q.Weights != nil {
		for _, v := range c.Values {
			if w, ok := q.Weights[v.String()]; ok {
				parts = append(parts, Value(v)+": "+number(w))
			}
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	if parts = append(parts, "near: "+Value(q.Near)); q.Within != 0 {
		parts = append(parts, "within: "+number(q.Within))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func when(conditions []space.Condition) string {
	var parts []string
	for _, c := range conditions {
		value := "'" + c.Op + " " + c.Bound.String() + "'"
		if c.Op == "" && len(c.In) == 1 {
			value = Value(c.In[0])
		} else if c.Op == "" {
			words := make([]string, len(c.In))
			for i, v := range c.In {
				words[i] = Value(v)
			}
			value = "[" + strings.Join(words, ", ") + "]"
		}
		parts = append(parts, Scalar(c.Param)+": "+value)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// Value writes a parameter's value so that it is read as the same kind.
func Value(v space.Value) string {
	switch v.Kind() {
	case space.StringKind:
		return Scalar(v.String())
	case space.FloatKind:
		return number(v.Float())
	}
	return v.String()
}

// number writes short exponents: 1e-5.
func number(x float64) string {
	s := strconv.FormatFloat(x, 'g', -1, 64)
	mantissa, exponent, ok := strings.Cut(s, "e")
	if !ok {
		return s
	}
	sign := strings.TrimPrefix(exponent[:1], "+")
	return mantissa + "e" + sign + strings.TrimLeft(exponent[1:], "0")
}

// List writes strings as a list in one line.
func List(items []string) string {
	words := make([]string, len(items))
	for i, s := range items {
		words[i] = Scalar(s)
	}
	return "[" + strings.Join(words, ", ") + "]"
}

var (
	plain    = regexp.MustCompile(`^[A-Za-z_./][\w./=+%@-]*$|^--?[A-Za-z][\w./=+%@-]*$`)
	keywords = []string{"true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan", "inf"}
)

// Scalar writes text so that YAML reads it as that text, also inside brackets.
func Scalar(s string) string {
	if plain.MatchString(s) && !slices.Contains(keywords, strings.ToLower(s)) && !strings.HasPrefix(s, ".") {
		return s
	}
	if strings.ContainsAny(s, "\n\t\r\x00\x1b") || !strings.ContainsAny(s, `"\`) {
		text, err := json.Marshal(s)
		if err == nil && !bytes.Contains(text, []byte(`\u`)) {
			return string(text)
		}
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}
