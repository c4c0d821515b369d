package spec

import (
	"slices"
	"strings"

	"github.com/danlu-ml/danlu/internal/space"
)

// object says how a mapping of the file is read into a T.
type object[T any] struct {
	what    string // its name in messages; empty: the file itself
	example string
	fields  []field[T]
}

// field is one key, and what becomes of its value, which is never nothing unless
// empty is set.
type field[T any] struct {
	key   string
	read  func(*reader, *node, *T)
	empty bool
}

func (o *object[T]) keys() []string {
	keys := make([]string, len(o.fields))
	for i, f := range o.fields {
		keys[i] = f.key
	}
	return keys
}

// readFields reads a mapping; false where it is none.
func readFields[T any](r *reader, n *node, o *object[T], into *T) bool {
	return readNamed(r, n, o, o.what, into)
}

// readNamed is readFields for one of several objects of a kind.
func readNamed[T any](r *reader, n *node, o *object[T], what string, into *T) bool {
	if n.kind != mapKind {
		if what == "" {
			what = "the file"
		}
		r.wrong(n, what, "a mapping, as in "+o.example)
		return false
	}
	for _, e := range n.keys {
		i := slices.IndexFunc(o.fields, func(f field[T]) bool { return f.key == e.key })
		switch {
		case i < 0:
			r.unknownKey(e, what, o.keys())
		case e.value.kind == nullKind && !o.fields[i].empty:
			r.failAt(e.line, "%s has no value; give it one, or take the line out", join(what, e.key))
		default:
			o.fields[i].read(r, e.value, into)
		}
	}
	return true
}

func join(what, key string) string {
	if what == "" {
		return key
	}
	return what + "." + key
}

func (r *reader) unknownKey(e entry, what string, known []string) {
	if what == "" {
		what = "this file"
	}
	if near := space.Nearest(e.key, known); near != "" {
		r.failAt(e.line, "%s is not a key of %s; did you mean %s?", clip(e.key), what, near)
		return
	}
	r.failAt(e.line, "%s is not a key of %s; there are %s", clip(e.key), what, strings.Join(known, ", "))
}

// oneOf refuses a word that is not among some.
func (r *reader) oneOf(n *node, what, word string, among []string) {
	if slices.Contains(among, word) {
		return
	}
	if near := space.Nearest(word, among); near != "" {
		r.fail(n, "%s can't be %s; did you mean %s?", what, clip(word), near)
		return
	}
	r.fail(n, "%s can't be %s; there are %s", what, clip(word), strings.Join(among, ", "))
}

// listOf is n's items, n itself being the only one of a value that is no list.
func listOf(n *node) []*node {
	if n.kind == listKind {
		return n.list
	}
	return []*node{n}
}
