package observe

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// readJSON reads a line that is a JSON object; names of values in objects within
// are joined by slashes. ok is false where it is none.
func readJSON(line []byte) (r row, ok bool) {
	line = bytes.TrimSpace(line)
	if len(line) < 2 || line[0] != '{' || line[len(line)-1] != '}' {
		return r, false
	}
	dec := json.NewDecoder(bytes.NewReader(finite(line)))
	dec.UseNumber()
	var object map[string]any
	if dec.Decode(&object) != nil || dec.More() {
		return r, false
	}
	r.object("", object)
	return r, true
}

func (r *row) object(prefix string, object map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(object)) {
		name := prefix + key
		text := ""
		switch v := object[key].(type) {
		case map[string]any:
			r.object(name+"/", v)
			continue
		case json.Number:
			text = v.String()
		case string:
			text = v
		}
		number, percent := strings.CutSuffix(text, "%")
		r.cell(name, strings.TrimSpace(number), percent)
	}
}

// cell takes in a named number; what is none is left.
func (r *row) cell(name, text string, percent bool) {
	v, ok := parseNumber(text)
	if !ok {
		return
	}
	if w := stepWord(name); w != "" {
		r.steps = append(r.steps, counted{w, v})
		return
	}
	r.values = append(r.values, found{name, v, percent})
}

// finite puts what JSON has no number for, as Python writes it, into quotes.
func finite(line []byte) []byte {
	if !bytes.Contains(line, []byte("NaN")) && !bytes.Contains(line, []byte("Infinity")) {
		return line
	}
	var out []byte
	quoted := false
	for i := 0; i < len(line); {
		if quoted && line[i] == '\\' && i+1 < len(line) {
			out = append(out, line[i], line[i+1])
			i += 2
			continue
		}
		if line[i] == '"' {
			quoted = !quoted
		}
		n := 0
		for _, word := range []string{"NaN", "-Infinity", "Infinity"} {
			if !quoted && bytes.HasPrefix(line[i:], []byte(word)) {
				n = len(word)
				break
			}
		}
		if n > 0 {
			out = append(append(append(out, '"'), line[i:i+n]...), '"')
			i += n
			continue
		}
		out = append(out, line[i])
		i++
	}
	return out
}
