// Package fill gives a program other values than stand in a file that it reads: in a
// configuration in JSON or YAML, or in a script that has them as constants. The file
// stays as it is; the program is given another in its place.
//
// It starts nothing. What the values are to a training it does not know.
//
// Start reading at [Text].
package fill

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Value is a value as a command line has it, and where it belongs: a constant's name,
// or the keys that lead to it in a configuration, with dots between (optimizer.args.lr;
// a number where a list has it).
type Value struct{ Name, Text string }

// Parse reads words as --name=value.
func Parse(words []string) ([]Value, error) {
	var vs []Value
	for _, w := range words {
		name, text, ok := strings.Cut(strings.TrimPrefix(w, "--"), "=")
		if !ok || name == "" || !strings.HasPrefix(w, "--") {
			return nil, fmt.Errorf("read the values: %q is none; write --name=value", w)
		}
		vs = append(vs, Value{name, text})
	}
	return vs, nil
}

// Kinds lists the endings of files that can be filled.
var Kinds = []string{".py", ".json", ".yaml", ".yml"}

// Can reports whether a file is one that can be filled, by its name.
func Can(path string) bool { return slices.Contains(Kinds, strings.ToLower(filepath.Ext(path))) }

// Text is what stands in the place of a file that has text: of a configuration the same
// but for the values, of a script one that runs it with them. path must be absolute,
// since a script is found by it. A name that a configuration does not have is an error;
// what constants a script has, shows when it is run.
func Text(path string, text []byte, values []Value) ([]byte, error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".py":
		return script(path, values), nil
	case ".json", ".yaml", ".yml":
		return configuration(path, text, values)
	}
	return nil, fmt.Errorf("fill %s: its ending is none of %s; pass the values in another way", path, strings.Join(Kinds, ", "))
}

// Replace puts one path in another's place among the words of a command, also behind
// an equals sign, as in --config=FILE. n is how many it has replaced.
func Replace(words []string, path, other string) (replaced []string, n int) {
	path = filepath.Clean(path)
	for _, w := range words {
		option, value, ok := strings.Cut(w, "=")
		switch {
		case filepath.Clean(w) == path:
			w = other
			n++
		case ok && strings.HasPrefix(w, "-") && value != "" && filepath.Clean(value) == path:
			w = option + "=" + other
			n++
		}
		replaced = append(replaced, w)
	}
	return replaced, n
}
