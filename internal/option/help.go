package option

import (
	"regexp"
	"slices"
	"strings"
)

// colour is a terminal's control sequence (ECMA-48, 5.4).
var colour = regexp.MustCompile(`\x1b\[[0-?]*[ -/]*[@-~]`)

// ParseHelp reads what a program printed when asked for help. Text that is no help
// gives no options.
func ParseHelp(text string) *Program {
	text = colour.ReplaceAllString(strings.ReplaceAll(text, "\r\n", "\n"), "")
	if strings.Contains(text, "powered by Hydra") || strings.Contains(text, "== Config ==") {
		return parseHydra(text)
	}
	p := &Program{Style: Dashes}
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, unbox(strings.TrimRight(line, "\n ")))
	}
	r := helpReader{program: p}
	for _, line := range lines {
		r.line(line)
	}
	r.end()
	p.Commands = append(p.Commands, subcommands(text)...)
	p.Options = slices.DeleteFunc(p.Options, foreign)
	return p
}

// foreign finds options that belong to the framework, not to the program.
func foreign(o *Option) bool {
	return strings.HasPrefix(o.Group, "absl.") || strings.HasSuffix(o.Long(), ".help") ||
		slices.Contains([]string{"help", "version", "install_completion", "show_completion", "print_config", "helpfull", "helpshort", "helpxml", "flagfile", "undefok"}, plainName(o.Long()))
}

// unbox takes a line out of the frame that rich draws around it; the line of a
// title becomes a heading.
func unbox(line string) string {
	t := strings.TrimSpace(line)
	switch {
	case strings.HasPrefix(t, "╭") || strings.HasPrefix(t, "┌") || strings.HasPrefix(t, "+-"):
		return strings.TrimSpace(strings.Trim(t, "╭╮─┌┐+- ")) + ":"
	case strings.HasPrefix(t, "╰") || strings.HasPrefix(t, "└"):
		return ""
	case strings.HasPrefix(t, "│") || strings.HasPrefix(t, "┃"):
		return "  " + strings.TrimRight(strings.Trim(t, "│┃"), " ")
	}
	return line
}

// helpReader goes through the lines of a help. An option begins on a line that
// starts with a dash; what is indented deeper belongs to it.
type helpReader struct {
	program *Program
	group   string
	option  *Option
	indent  int
	help    []string
}

var (
	optionLine = regexp.MustCompile(`^(\s*)(?:\*\s+)?(--?(?:\[no\])?[A-Za-z?][^\s].*|-[A-Za-z?]\b.*)$`)
	heading    = regexp.MustCompile(`^\s{0,3}(\S.*):\s*$`)
	gap        = regexp.MustCompile(`\s{2,}`)
)

func (r *helpReader) line(line string) {
	indent := len(line) - len(strings.TrimLeft(line, " "))
	m := optionLine.FindStringSubmatch(line)
	switch {
	case strings.TrimSpace(line) == "":
	case m != nil && (r.option == nil || indent <= r.indent+6):
		r.end()
		r.option, r.indent = &Option{Group: r.group}, indent
		r.first(m[2])
	case r.option != nil && indent > r.indent:
		r.help = append(r.help, strings.TrimSpace(line))
	default:
		r.end()
		switch h := heading.FindStringSubmatch(line); {
		case h != nil:
			r.group = h[1]
		case strings.TrimSpace(line) == strings.ToUpper(strings.TrimSpace(line)):
			r.group = strings.TrimSpace(line)
		}
	}
}

// first reads the line an option begins on: its names, what it takes, and perhaps
// the beginning of its help.
func (r *helpReader) first(line string) {
	if m := abslLine.FindStringSubmatch(line); m != nil {
		r.absl(m)
		return
	}
	columns := gap.Split(line, -1)
	for i, c := range columns {
		if i > 0 && !describesValue(c) {
			r.help = append(r.help, strings.Join(columns[i:], " "))
			return
		}
		r.option.spec(c)
	}
}

// describesValue reports whether a column is about an option's names or values, as
// typer has several of.
func describesValue(c string) bool {
	return c != "[required]" && ((strings.HasPrefix(c, "-") && len(c) > 1 && c[1] != ' ') ||
		(strings.HasPrefix(c, "<") && strings.Contains(c, ">")) ||
		(len(c) < 200 && strings.HasPrefix(c, "[") && strings.HasSuffix(c, "]") && !strings.ContainsAny(c, " :")) ||
		(strings.HasPrefix(c, "{") && strings.HasSuffix(c, "}")) ||
		typerTypes[c])
}

var typerTypes = map[string]bool{"TEXT": true, "FLOAT": true, "INTEGER": true, "PATH": true, "FILENAME": true, "DIRECTORY": true, "FLOAT RANGE": true, "INTEGER RANGE": true}

// end finishes the option under way.
func (r *helpReader) end() {
	if r.option == nil {
		return
	}
	o := r.option
	o.describe(r.help)
	r.option, r.help = nil, nil
	if len(o.Names) > 0 && r.program.Find(o.Long()) == nil {
		r.program.Options = append(r.program.Options, o)
	}
}

var (
	argparseCommands = regexp.MustCompile(`(?m)^\s*usage:[^\n]*(?:\n[ \t]+\S[^\n]*)*?\{([\w,\-]+)\} \.\.\.`)
	listedCommands   = regexp.MustCompile(`(?mi)^(?:[╭─ ]*)(?:commands|subcommands|available subcommands)\b[^\n]*\n((?:[ │]+\S[^\n]*\n?)+)`)
	commandWord      = regexp.MustCompile(`(?m)^(?:│ | {1,6})([a-z][\w\-]*)(?: {2,}|\s*$)`)
)

// subcommands lists the subcommands a help tells of.
func subcommands(text string) (names []string) {
	if m := argparseCommands.FindStringSubmatch(text); m != nil {
		return strings.Split(m[1], ",")
	}
	for _, block := range listedCommands.FindAllStringSubmatch(text, -1) {
		for _, w := range commandWord.FindAllStringSubmatch(block[1], -1) {
			if !slices.Contains(names, w[1]) {
				names = append(names, w[1])
			}
		}
	}
	return names
}
