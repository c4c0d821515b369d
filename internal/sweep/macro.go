package sweep

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/danlu-ml/danlu/internal/command"
	"github.com/danlu-ml/danlu/internal/space"
)

var macro = regexp.MustCompile(`\$\{[a-z_]+(?::[^}]*)?\}`)

// uses reports whether a command has a macro; the default one has ${args}.
func uses(n *yaml.Node, word string) bool {
	if n == nil {
		return word == "${args}"
	}
	return slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return strings.Contains(c.Value, word) })
}

// escape keeps braces from being read as placeholders.
var escape = strings.NewReplacer("{", "{{", "}", "}}")

// command translates the command line: ${env} ${interpreter} ${program} ${args} if
// the sweep has none.
func (s *sweep) command(root, n *yaml.Node) error {
	var words []*yaml.Node
	if n == nil {
		for _, w := range []string{"${env}", "${interpreter}", "${program}", "${args}"} {
			words = append(words, &yaml.Node{Kind: yaml.ScalarNode, Value: w, Line: root.Line})
		}
	} else {
		words = n.Content
	}
	program := text1(get(root, "program"), "")
	if program == "" && (n == nil || uses(n, "${program}")) {
		return fmt.Errorf("read the sweep %s: %w", s.path, errNoProgram)
	}
	shell := slices.ContainsFunc(words, func(w *yaml.Node) bool {
		return strings.Contains(w.Value, "${envvar:") || strings.Contains(w.Value, "${args_json_file}")
	})
	var cmd []string
	for i, w := range words {
		switch w.Value {
		case "${env}": // finds the interpreter, as danlu does without it, and sets variables
			if i+1 < len(words) && strings.Contains(words[i+1].Value, "=") {
				cmd = append(cmd, "env")
			}
		case "${interpreter}":
			cmd = append(cmd, "python")
		case "${program}":
			cmd = append(cmd, escape.Replace(program))
		case "${args}", "${args_no_hyphens}", "${args_no_boolean_flags}":
			cmd = append(cmd, s.args(w.Value)...)
		case "${args_json}":
			cmd = append(cmd, s.argsJSON(w))
		default:
			cmd = append(cmd, s.word(w, program))
		}
	}
	if shell {
		cmd = inShell(cmd)
	}
	s.file.Command = cmd
	return nil
}

// args are the parameters as arguments, in the order of the file.
func (s *sweep) args(form string) []string {
	var words []string
	for _, p := range s.all {
		value := "{" + p.Name + "}"
		switch {
		case p.Domain == nil && form == "${args_no_boolean_flags}" && (p.constant == "True" || p.constant == "False"):
			if p.constant == "True" {
				words = append(words, "--"+p.Name)
			}
			continue
		case p.Domain == nil:
			value = escape.Replace(p.constant)
		case p.boolean && form == "${args_no_boolean_flags}":
			words = append(words, "{"+p.Name+"?--"+p.Name+"}")
			s.bool(p.Name)
			continue
		}
		if form == "${args_no_hyphens}" {
			words = append(words, p.Name+"="+value)
		} else {
			words = append(words, "--"+p.Name+"="+value)
		}
	}
	return words
}

// bool makes a parameter on or off, in place of the words that Python prints.
func (s *sweep) bool(name string) {
	for i := range s.params {
		if s.params[i].Name == name {
			s.params[i].Domain = space.Bool()
		}
	}
}

// argsJSON is one argument with all parameters as a JSON object, those of nested
// ones as objects in it.
func (s *sweep) argsJSON(n *yaml.Node) string {
	keys := map[string][]string{} // by the place they stand in, in the file's order
	order := func(place, name string) {
		if !slices.Contains(keys[place], name) {
			keys[place] = append(keys[place], name)
		}
	}
	leaf := map[string]string{}
	for _, p := range s.all {
		parts := strings.Split(p.Name, ".")
		for i := range parts {
			order(strings.Join(parts[:i], "."), parts[i])
		}
		leaf[p.Name] = s.jsonValue(p, n)
	}
	var write func(prefix string) string
	write = func(place string) string {
		var parts []string
		for _, k := range keys[place] {
			full := strings.TrimPrefix(place+"."+k, ".")
			value, ok := leaf[full]
			if !ok {
				value = write(full)
			}
			parts = append(parts, escape.Replace(quote(k))+": "+value)
		}
		return "{{" + strings.Join(parts, ", ") + "}}"
	}
	return write("")
}

// jsonValue is a parameter's value within JSON: its placeholder, in quotes where it
// is text.
func (s *sweep) jsonValue(p param, n *yaml.Node) string {
	if p.Domain == nil {
		return escape.Replace(p.json)
	}
	c, ok := p.Domain.(space.Choice)
	if !ok {
		return "{" + p.Name + "}"
	}
	texts := 0
	for _, v := range c.Values {
		if v.Kind() == space.StringKind {
			texts++
			if q := quote(v.String()); q != `"`+v.String()+`"` {
				s.lose(n, "%s: the value %s is not escaped within ${args_json}", p.Name, q)
			}
		}
	}
	switch texts {
	case 0:
		return "{" + p.Name + "}"
	case len(c.Values):
	default:
		s.lose(n, "%s has text and numbers; within ${args_json} all of them are text", p.Name)
	}
	return `"{` + p.Name + `}"`
}

func quote(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(text)
}

// marks of what only a shell fills in, until inShell does.
const (
	envMark  = "\x01"
	fileMark = "\x02"
	markEnd  = "\x03"
)

// word is any other word of a command; macros may stand in it.
func (s *sweep) word(n *yaml.Node, program string) string {
	var b strings.Builder
	rest := n.Value
	for {
		at := macro.FindStringIndex(rest)
		if at == nil {
			return b.String() + escape.Replace(rest)
		}
		b.WriteString(escape.Replace(rest[:at[0]]))
		switch m := rest[at[0]:at[1]]; {
		case m == "${program}":
			b.WriteString(escape.Replace(program))
		case m == "${interpreter}":
			b.WriteString("python")
		case m == "${env}":
			b.WriteString("/usr/bin/env")
		case m == "${args_json}":
			b.WriteString(s.argsJSON(n))
		case m == "${args_json_file}":
			b.WriteString(fileMark)
		case strings.HasPrefix(m, "${envvar:"):
			b.WriteString(envMark + strings.TrimSuffix(strings.TrimPrefix(m, "${envvar:"), "}") + markEnd)
		default:
			s.lose(n, "%s in the middle of a word stays as it is", m)
			b.WriteString(escape.Replace(m))
		}
		rest = rest[at[1]:]
	}
}

// inShell makes one line for a shell of a command, since only a shell puts variables
// of the environment into arguments and writes a file first. The parameters are in
// the environment as well.
func inShell(cmd []string) []string {
	script, words := "", []string{}
	for _, w := range cmd {
		if strings.Contains(w, fileMark) {
			script = `printf %s "$DANLU_PARAMS" > "$DANLU_DIR/params.json"; `
		}
		words = append(words, shellWord(w))
	}
	return []string{"sh", "-c", escape.Replace(script + "exec " + strings.Join(words, " "))}
}

var shellPiece = regexp.MustCompile(`\{\{|\}\}|\{([^{}?]+)\}|\{([^{}?]+)\?([^{}]*)\}|\x01([^\x03]*)\x03|\x02`)

// shellWord writes a word with placeholders and marks for a shell.
func shellWord(w string) string {
	var b strings.Builder
	plain := ""
	flush := func() {
		if plain != "" {
			b.WriteString(command.Quote([]string{"", plain})[3:]) // as an argument, not as the program
		}
		plain = ""
	}
	for w != "" {
		m := shellPiece.FindStringSubmatchIndex(w)
		if m == nil {
			plain, w = plain+w, ""
			break
		}
		plain += w[:m[0]]
		switch piece := w[m[0]:m[1]]; {
		case piece == "{{" || piece == "}}":
			plain += piece[:1]
		case m[2] >= 0:
			flush()
			b.WriteString(`"$` + command.Variable(w[m[2]:m[3]]) + `"`)
		case m[4] >= 0:
			flush()
			fmt.Fprintf(&b, `$([ "$%s" = true ] && echo %s)`, command.Variable(w[m[4]:m[5]]), w[m[6]:m[7]])
		case m[8] >= 0:
			flush()
			b.WriteString(`"$` + w[m[8]:m[9]] + `"`)
		default:
			flush()
			b.WriteString(`"$DANLU_DIR/params.json"`)
		}
		w = w[m[1]:]
	}
	flush()
	return b.String()
}
