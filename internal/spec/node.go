package spec

import (
	"fmt"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v4"
)

type kind uint8

const (
	nullKind kind = iota
	boolKind
	numberKind
	stringKind
	listKind
	mapKind
)

// node is a part of the file, with aliases and merge keys resolved.
type node struct {
	kind kind
	line int
	text string // a scalar, as written
	list []*node
	keys []entry // of a mapping, each once
}

type entry struct {
	key   string
	line  int
	value *node
}

func (n *node) get(key string) *node {
	i := slices.IndexFunc(n.keys, func(e entry) bool { return e.key == key })
	if i < 0 {
		return nil
	}
	return n.keys[i].value
}

// scalar reports whether n is neither a list nor a mapping nor nothing.
func (n *node) scalar() bool {
	return n.kind == boolKind || n.kind == numberKind || n.kind == stringKind
}

// String names n in an error message.
func (n *node) String() string {
	switch n.kind {
	case nullKind:
		return "nothing"
	case listKind:
		return fmt.Sprintf("a list of %d", len(n.list))
	case mapKind:
		if len(n.keys) == 0 {
			return "an empty mapping"
		}
		return "a mapping"
	case stringKind:
		return "the string " + strconv.Quote(clip(n.text))
	}
	return clip(n.text)
}

func clip(s string) string {
	if runes := []rune(s); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return s
}

// Bounds of what a file may grow to when its aliases are filled in.
const (
	maxNodes = 100_000
	maxNest  = 50
)

// resolver turns YAML's nodes into ours.
type resolver struct {
	*reader
	nodes int
	open  []*yaml.Node // what the aliases being filled in stand for
	line  int          // of the outermost of them
}

// resolve returns nil after having told why.
func (r *resolver) resolve(y *yaml.Node, depth int) *node {
	if r.nodes++; r.nodes > maxNodes {
		if len(r.open) == 0 {
			r.failAt(y.Line, "the file has more than %d values; a study's file is a page or two: is this the right one?", maxNodes)
			return nil
		}
		r.failAt(r.line, "the file grows beyond %d values when its aliases (*name) are filled in; write them out, or use fewer", maxNodes)
		return nil
	}
	if depth > maxNest {
		r.failAt(y.Line, "lists and mappings are nested deeper than %d levels; nothing in this file needs that", maxNest)
		return nil
	}
	n := &node{line: y.Line, text: y.Value}
	switch y.Kind {
	case yaml.AliasNode:
		return r.alias(y, depth)
	case yaml.SequenceNode:
		n.kind = listKind
		for _, c := range y.Content {
			item := r.resolve(c, depth+1)
			if item == nil {
				return nil
			}
			n.list = append(n.list, item)
		}
		return n
	case yaml.MappingNode:
		n.kind = mapKind
		return r.mapping(y, n, depth)
	}
	return r.typed(y, n)
}

func (r *resolver) alias(y *yaml.Node, depth int) *node {
	if slices.Contains(r.open, y.Alias) {
		r.failAt(y.Line, "the alias *%s stands inside what it stands for; write out what is meant", y.Value)
		return nil
	}
	if len(r.open) == 0 {
		r.line = y.Line
	}
	r.open = append(r.open, y.Alias)
	n := r.resolve(y.Alias, depth+1)
	r.open = r.open[:len(r.open)-1]
	return n
}

// typed gives a scalar its kind.
func (r *resolver) typed(y *yaml.Node, n *node) *node {
	switch tag := y.ShortTag(); tag {
	case "!!null":
		n.kind = nullKind
	case "!!bool":
		n.kind = boolKind
	case "!!int", "!!float":
		n.kind = numberKind
	case "!!str", "!!timestamp", "!!merge":
		n.kind = stringKind
	default:
		r.failAt(y.Line, "the tag %s means nothing here; take it out", tag)
		return nil
	}
	return n
}

func (r *resolver) mapping(y *yaml.Node, n *node, depth int) *node {
	var merged []entry
	seen := make(map[string]int, len(y.Content)/2)
	for i := 0; i+1 < len(y.Content); i += 2 {
		key := r.resolve(y.Content[i], depth+1)
		if key == nil {
			return nil
		}
		if !key.scalar() {
			r.fail(key, "%s can't be a key; write a name%s", key, bracesHint(y.Content[i]))
			return nil
		}
		value := r.resolve(y.Content[i+1], depth+1)
		if value == nil {
			return nil
		}
		if y.Content[i].ShortTag() == "!!merge" {
			from, err := mergeable(value)
			if err != nil {
				r.fail(key, "%v", err)
				return nil
			}
			merged = append(merged, from...)
			continue
		}
		if first, dup := seen[key.text]; dup {
			r.fail(key, "%s is there twice, first on line %d; keep one of the two", clip(key.text), first)
			continue
		}
		seen[key.text] = key.line
		n.keys = append(n.keys, entry{key.text, key.line, value})
	}
	for _, e := range merged { // what stands there itself goes first, and of merged ones the first
		if _, there := seen[e.key]; !there {
			seen[e.key] = e.line
			n.keys = append(n.keys, e)
		}
	}
	return n
}

// mergeable lists what `<<: value` brings in.
func mergeable(n *node) ([]entry, error) {
	switch n.kind {
	case mapKind:
		return n.keys, nil
	case listKind:
		var all []entry
		for _, item := range n.list {
			if item.kind != mapKind {
				return nil, fmt.Errorf("<< merges mappings, and its list has %s; write <<: [*a, *b]", item)
			}
			all = append(all, item.keys...)
		}
		return all, nil
	}
	return nil, fmt.Errorf("<< merges a mapping, not %s; write <<: *name", n)
}

func bracesHint(y *yaml.Node) string {
	if y.Kind == yaml.MappingNode {
		return `; text with braces goes in quotes, as in "{params}"`
	}
	return ""
}
