package aside

import (
	"fmt"
	"math"
	"regexp"
	"strings"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/spec"
	"github.com/danlu-ml/danlu/internal/study"
)

// Param is the parameter of a role: the one named, else the only one of that role,
// else the only one whose name says so. Of several, those count that exist in the
// default configuration, and do not follow another parameter. An error has file and
// line. flag is the option that names one.
func Param(def *study.Definition, role, flag, name string) (*space.Param, error) {
	sp, there := def.Space, defaults(def.Space)
	what := strings.ReplaceAll(role, "_", " ")
	if name != "" {
		i := sp.Index(name)
		if i < 0 {
			hint := ""
			if near := space.Nearest(name, sp.Names()); near != "" {
				hint = fmt.Sprintf("; did you mean %s?", near)
			}
			return nil, FileError(def, "params", "%s %s: the study has no such parameter%s (it has %s)", flag, name, hint, strings.Join(sp.Names(), ", "))
		}
		p := sp.Param(i)
		if p.Role != "" && p.Role != role {
			return nil, FileError(def, name, "%s %s: its role is %s, and a %s is wanted: name another parameter, or mark this one with role: %s", flag, name, p.Role, what, role)
		}
		if _, ok := there[name]; !ok {
			return nil, FileError(def, name, "can't say, because %s does not exist in the study's default configuration (%s); make that the default", name, p.WhenText())
		}
		return p, nil
	}
	found := where(sp, func(p *space.Param) bool { return p.Role == role })
	if len(found) == 0 {
		found = where(sp, func(p *space.Param) bool { return p.Role == "" && space.GuessRole(p.Name) == role })
	}
	for _, narrower := range []func(*space.Param) bool{
		func(p *space.Param) bool { _, ok := there[p.Name]; return ok },
		func(p *space.Param) bool { return p.Scale == nil },
	} {
		var kept []*space.Param
		for _, p := range found {
			if narrower(p) {
				kept = append(kept, p)
			}
		}
		if len(kept) > 0 {
			found = kept
		}
	}
	switch len(found) {
	case 1:
		return Param(def, role, flag, found[0].Name)
	case 0:
		return nil, FileError(def, "params", "can't say, because no parameter of this study is a %s: mark it with role: %s, or name it with %s; the study has %s", what, role, flag, strings.Join(sp.Names(), ", "))
	}
	names := make([]string, len(found))
	for i, p := range found {
		names[i] = p.Name
	}
	return nil, FileError(def, names[1], "can't say, because the study has several %ss (%s): name one with %s %s, or mark one with role: %s", what, strings.Join(names, ", "), flag, names[0], role)
}

// Scale is what the program gets of a parameter in the default configuration ÷ what
// the study's file says, where the parameter scales with another one; else 1.
func Scale(def *study.Definition, p *space.Param) float64 {
	if p.Scale == nil {
		return 1
	}
	to, ok := defaults(def.Space)[p.Scale.To]
	if !ok {
		return 1
	}
	return math.Pow(to.Float()/p.Scale.At, p.Scale.Exponent)
}

func where(sp *space.Space, is func(*space.Param) bool) (found []*space.Param) {
	for i := range sp.Len() {
		if p := sp.Param(i); is(p) {
			found = append(found, p)
		}
	}
	return found
}

// FileError points at the line of the study's file that has a key.
func FileError(def *study.Definition, key, format string, args ...any) error {
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
