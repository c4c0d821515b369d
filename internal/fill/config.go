package fill

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Kind is what a value in a configuration is.
type Kind string

// The kinds of values.
const (
	Int    Kind = "int"
	Float  Kind = "float"
	Bool   Kind = "bool"
	String Kind = "string"
	Null   Kind = "null"
)

// Leaf is a value in a configuration.
type Leaf struct {
	Name string // the keys that lead to it, with dots between
	Text string // the value, without quotes
	Kind Kind

	from, to int // where it stands, quotes included
}

// Leaves are the values of a configuration in JSON or YAML, in its order, those in
// lists included.
func Leaves(path string, text []byte) ([]Leaf, error) {
	read := yamlLeaves
	if strings.EqualFold(filepath.Ext(path), ".json") {
		read = jsonLeaves
	}
	leaves, err := read(text)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return leaves, nil
}

// configuration is the text with the values in it.
func configuration(path string, text []byte, values []Value) ([]byte, error) {
	leaves, err := Leaves(path, text)
	if err != nil {
		return nil, err
	}
	written := map[string]string{}
	for _, v := range values {
		written[v.Name] = v.Text
	}
	var b bytes.Buffer
	at := 0
	for _, l := range leaves {
		v, ok := written[l.Name]
		if !ok {
			continue
		}
		delete(written, l.Name)
		literal, err := l.literal(v, strings.EqualFold(filepath.Ext(path), ".json"))
		if err != nil {
			return nil, fmt.Errorf("fill %s: %w", path, err)
		}
		b.Write(text[at:l.from])
		b.WriteString(literal)
		at = l.to
	}
	b.Write(text[at:])
	for _, v := range values {
		if _, ok := written[v.Name]; ok {
			return nil, fmt.Errorf("fill %s: it has no value at %s; write the keys that lead to one, with dots between", path, v.Name)
		}
	}
	return b.Bytes(), nil
}

// literal writes a value in the place of a leaf, as what the leaf is.
func (l *Leaf) literal(text string, isJSON bool) (string, error) {
	_, err := strconv.ParseFloat(text, 64)
	number := err == nil && strings.ContainsAny(text, "0123456789")
	switch l.Kind {
	case Int, Float:
		if !number {
			return "", fmt.Errorf("%s is the number %s there, and %q is none", l.Name, l.Text, text)
		}
	case Bool:
		text = strings.ToLower(text)
		if text != "true" && text != "false" {
			return "", fmt.Errorf("%s is %s there, and %q is neither true nor false", l.Name, l.Text, text)
		}
		return text, nil
	case String:
		number = false
	}
	if !number {
		quoted, err := json.Marshal(text)
		return string(quoted), err
	}
	if mantissa, exponent, ok := strings.Cut(text, "e"); ok && !isJSON && !strings.Contains(mantissa, ".") {
		text = mantissa + ".0e" + exponent // YAML 1.1 takes 1e-05 for a string
	}
	return text, nil
}

func jsonLeaves(text []byte) (leaves []Leaf, err error) {
	if !json.Valid(text) { // else several values were taken for one
		var v any
		return nil, json.Unmarshal(text, &v)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	type level struct {
		list  bool
		key   string
		next  int  // in a list
		keyed bool // the key has been read, its value comes
	}
	var stack []level
	done := func() { // a value has been read
		if n := len(stack); n > 0 {
			stack[n-1].next++
			stack[n-1].keyed = false
		}
	}
	for {
		from := int(d.InputOffset())
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return leaves, nil
		}
		if err != nil {
			return nil, err
		}
		if delim, ok := token.(json.Delim); ok {
			if delim == '{' || delim == '[' {
				stack = append(stack, level{list: delim == '['})
			} else {
				stack = stack[:len(stack)-1]
				done()
			}
			continue
		}
		if n := len(stack) - 1; n >= 0 && !stack[n].list && !stack[n].keyed {
			stack[n].key, stack[n].keyed = token.(string), true
			continue
		}
		for bytes.IndexByte([]byte(" \t\r\n:,"), text[from]) >= 0 {
			from++
		}
		l := Leaf{from: from, to: int(d.InputOffset())}
		var names []string
		for _, s := range stack {
			if s.list {
				s.key = strconv.Itoa(s.next)
			}
			names = append(names, s.key)
		}
		l.Name = strings.Join(names, ".")
		switch v := token.(type) {
		case json.Number:
			l.Text, l.Kind = v.String(), Int
			if strings.ContainsAny(l.Text, ".eE") {
				l.Kind = Float
			}
		case bool:
			l.Text, l.Kind = strconv.FormatBool(v), Bool
		case string:
			l.Text, l.Kind = v, String
		default:
			l.Kind = Null
		}
		leaves = append(leaves, l)
		done()
	}
}

func yamlLeaves(text []byte) (leaves []Leaf, err error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	lines := []int{0, 0} // where each line begins, counted from 1
	for i, c := range text {
		if c == '\n' {
			lines = append(lines, i+1)
		}
	}
	var walk func(n *yaml.Node, name string)
	walk = func(n *yaml.Node, name string) {
		below := func(key string) string { return strings.TrimPrefix(name+"."+key, ".") }
		switch n.Kind {
		case yaml.DocumentNode:
			for _, c := range n.Content {
				walk(c, name)
			}
		case yaml.SequenceNode:
			for i, c := range n.Content {
				walk(c, below(strconv.Itoa(i)))
			}
		case yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				if n.Content[i].Tag != "!!merge" {
					walk(n.Content[i+1], below(n.Content[i].Value))
				}
			}
		case yaml.ScalarNode:
			if n.Line >= len(lines) {
				return
			}
			l := Leaf{Name: name, Text: n.Value, Kind: kindOf(n), from: lines[n.Line] + column(text[lines[n.Line]:], n.Column)}
			if l.to = scalarEnd(text, l.from, n); l.to > 0 {
				leaves = append(leaves, l)
			}
		}
	}
	walk(&doc, "")
	return leaves, nil
}

// column is the byte at which the n-th character of a line begins, counted from 1.
func column(line []byte, n int) int {
	seen := 0
	for i := range string(line) {
		if seen++; seen == n {
			return i
		}
	}
	return len(line)
}

// scalarEnd is where a scalar ends, 0 if it does not stand there as it is: one of
// several lines, one with an anchor or a tag.
func scalarEnd(text []byte, from int, n *yaml.Node) int {
	switch rest := text[from:]; {
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 && len(rest) > 1:
		if i := bytes.IndexByte(rest[1:], rest[0]); i >= 0 && string(rest[1:i+1]) == n.Value {
			return from + i + 2
		}
	case n.Value != "" && bytes.HasPrefix(rest, []byte(n.Value)):
		return from + len(n.Value)
	}
	return 0
}

func kindOf(n *yaml.Node) Kind {
	if _, err := strconv.ParseFloat(n.Value, 64); err == nil && n.Tag == "!!str" && n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) == 0 {
		return Float // 1e-3, which not all take for a number
	}
	switch n.Tag {
	case "!!int":
		return Int
	case "!!float":
		return Float
	case "!!bool":
		return Bool
	case "!!null":
		return Null
	}
	return String
}
