package spec

import (
	"slices"
	"strconv"
	"strings"
)

// set changes the tree as `KEY=VALUE` says, where KEY leads from the file's own
// keys through mappings and lists, joined by dots, and VALUE is YAML; without a
// value the key is taken out. A parameter's name may begin the key, and its low
// and high stand for the ends of its range: lr.low=1e-4 is
// params.lr.float.0=1e-4.
func (r *reader) set(root *node, index int, setting string) {
	line := -1 - index // see [reader.failAt]
	key, text, ok := strings.Cut(setting, "=")
	if !ok || key == "" {
		r.failAt(line, "this is not a setting; write KEY=VALUE, as in budget.time=1h or lr.low=1e-4")
		return
	}
	value := &node{kind: nullKind}
	if strings.TrimSpace(text) != "" {
		inner := &reader{file: r.file}
		if value = inner.load([]byte(text)); value == nil {
			r.failAt(line, "the value can't be read: %s", inner.errs[0].Text)
			return
		}
	}
	value.moveTo(line)
	first, _, _ := strings.Cut(key, ".")
	if params := root.get("params"); params != nil && !slices.Contains(fileObject.keys(), first) {
		if name, _ := params.step(key); params.get(name) != nil {
			root = params
		}
	}
	r.put(root, line, key, value)
}

// put gives what a path leads to its value, making mappings on the way.
func (r *reader) put(n *node, line int, path string, value *node) {
	if i, ok := map[string]string{"low": ".0", "high": ".1"}[path]; ok {
		for _, domain := range []string{"float", "int"} {
			if n.get(domain) != nil {
				path = domain + i
			}
		}
	}
	key, rest := n.step(path)
	switch n.kind {
	case listKind:
		i, err := strconv.Atoi(key)
		if err != nil || i < 0 || i >= len(n.list) {
			r.failAt(line, "%s leads into a list of %d; count from 0, or set the whole list", key, len(n.list))
			return
		}
		if rest != "" {
			r.put(n.list[i], line, rest, value)
			return
		}
		n.list[i] = value
	case mapKind, nullKind:
		n.kind = mapKind
		i := slices.IndexFunc(n.keys, func(e entry) bool { return e.key == key })
		switch {
		case rest == "" && value.kind == nullKind:
			n.keys = slices.DeleteFunc(n.keys, func(e entry) bool { return e.key == key })
			return
		case i < 0:
			i = len(n.keys)
			n.keys = append(n.keys, entry{key, line, &node{line: line}})
		}
		n.keys[i].line = line
		if rest != "" {
			r.put(n.keys[i].value, line, rest, value)
			return
		}
		n.keys[i].value = value
	default:
		r.failAt(line, "%s leads into %s, which has no parts; set it as a whole", key, n)
	}
}

// step takes the first key off a path: an existing one, the longest first, since
// keys may have dots themselves, else up to the first dot.
func (n *node) step(path string) (key, rest string) {
	for _, e := range n.keys {
		if len(e.key) > len(key) && (path == e.key || strings.HasPrefix(path, e.key+".")) {
			key = e.key
		}
	}
	if key == "" {
		key, _, _ = strings.Cut(path, ".")
	}
	return key, strings.TrimPrefix(path[len(key):], ".")
}

// moveTo says where n comes from.
func (n *node) moveTo(line int) {
	n.line = line
	for _, item := range n.list {
		item.moveTo(line)
	}
	for i := range n.keys {
		n.keys[i].line = line
		n.keys[i].value.moveTo(line)
	}
}
