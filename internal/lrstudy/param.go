package lrstudy

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/spec"
	"github.com/danlu-ml/danlu/internal/study"
)

const rateRole = "learning_rate"

// learningRate is the parameter that is the learning rate: the one named, else
// the only one of that role, else the only one whose name says so. Of several,
// those count that exist in the default configuration. The error has file and line.
func learningRate(def *study.Definition, name string) (*space.Param, error) {
	sp := def.Space
	if name != "" {
		i := sp.Index(name)
		if i < 0 {
			hint := ""
			if near := space.Nearest(name, sp.Names()); near != "" {
				hint = fmt.Sprintf("; did you mean %s?", near)
			}
			return nil, fileError(def, "params", "--param %s: the study has no such parameter%s (it has %s)", name, hint, strings.Join(sp.Names(), ", "))
		}
		p := sp.Param(i)
		if !exists(sp, name) {
			return nil, fileError(def, name, "can't say, because %s does not exist in the study's default configuration (%s); make that the default", name, p.WhenText())
		}
		return p, nil
	}
	found := candidates(sp, func(p *space.Param) bool { return p.Role == rateRole })
	if len(found) == 0 {
		found = candidates(sp, func(p *space.Param) bool { return p.Role == "" && space.GuessRole(p.Name) == rateRole })
	}
	if len(found) > 1 {
		var active []*space.Param
		for _, p := range found {
			if exists(sp, p.Name) {
				active = append(active, p)
			}
		}
		found = active
	}
	switch len(found) {
	case 1:
		if !exists(sp, found[0].Name) {
			return learningRate(def, found[0].Name)
		}
		return found[0], nil
	case 0:
		return nil, fileError(def, "params", "can't say, because no parameter of this study is a learning rate: mark it with role: learning_rate, or name it with --param; the study has %s", strings.Join(sp.Names(), ", "))
	}
	names := make([]string, len(found))
	for i, p := range found {
		names[i] = p.Name
	}
	return nil, fileError(def, names[1], "can't say, because the study has several learning rates (%s): name one with --param %s, or mark one with role: learning_rate", strings.Join(names, ", "), names[0])
}

func candidates(sp *space.Space, is func(*space.Param) bool) (found []*space.Param) {
	for i := range sp.Len() {
		if p := sp.Param(i); is(p) && p.Scale == nil {
			found = append(found, p)
		}
	}
	return found
}

// exists reports whether a parameter is there in the default configuration.
func exists(sp *space.Space, name string) bool {
	base := make([]float64, sp.Len())
	for i := range base {
		p := sp.Param(i)
		v := p.Default
		if v.IsZero() {
			v = p.Domain.Middle()
		}
		base[i] = p.Domain.Unit(v)
	}
	_, there := sp.At(base)[name]
	return there
}

// fileError points at the line of the study's file that has a key.
func fileError(def *study.Definition, key, format string, args ...any) error {
	return &spec.Error{File: def.File, Line: lineOf(def.Source, key), Text: fmt.Sprintf(format, args...)}
}

func lineOf(source, key string) int {
	is := regexp.MustCompile(`(^|[\s{,"'])` + regexp.QuoteMeta(key) + `["']?\s*:`)
	for i, line := range strings.Split(source, "\n") {
		if code, _, _ := strings.Cut(line, "#"); is.MatchString(code) {
			return i + 1
		}
	}
	return 1
}
