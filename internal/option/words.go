package option

import (
	"regexp"
	"slices"
	"strings"
)

var nameWord = regexp.MustCompile(`^(--?(?:\[no[-_]?\])?[A-Za-z?][\w.\-/:?]*?)(=\S+|:)?$`)

// spec reads names and what stands for the value: `-b N, --batch-size N`,
// `--amp / --no-amp`, `--opt {sgd,adam}`, `--lr <float>`, `--lr=LR`.
func (o *Option) spec(text string) {
	slash, required := false, false
	var values []string
	for word := range strings.FieldsSeq(strings.ReplaceAll(text, ", -", " -")) {
		word = strings.TrimRight(word, ",")
		if before, after, ok := strings.Cut(word, "/--"); ok && strings.HasPrefix(word, "--") {
			o.name(before, false)
			o.name("--"+after, true)
			continue
		}
		m := nameWord.FindStringSubmatch(word)
		switch {
		case word == "/" || word == "|":
			slash = true
			continue
		case m != nil:
			o.name(m[1], slash)
			values = values[:0] // argparse repeats them behind every name
			if strings.HasPrefix(m[2], "=") {
				values = append(values, m[2][1:])
			}
		case word == "*":
			required = true
		default:
			values = append(values, word)
		}
		slash = false
	}
	o.Required = o.Required || required
	if len(values) > 0 {
		o.values(values)
	}
}

// name adds a name, or what turns the option off.
func (o *Option) name(n string, off bool) {
	if bare, ok := strings.CutPrefix(n, "--[no]"); ok {
		o.Names, o.Off = append(o.Names, "--"+bare), "--no"+bare
		return
	}
	for _, known := range o.Names {
		word := plainName(known)
		// tyro and simple-parsing put the negation into the last part of a dotted name
		head, last, dotted := cutLast(word)
		negated := []string{"no_" + word, "no" + word}
		if dotted {
			negated = append(negated, head+".no_"+last, head+".no"+last)
		}
		off = off || slices.Contains(negated, plainName(n))
	}
	if off {
		o.Off = n
	} else if !slices.Contains(o.Names, n) {
		o.Names = append(o.Names, n)
	}
}

func cutLast(s string) (head, last string, ok bool) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return "", s, false
	}
	return s[:i], s[i+1:], true
}

var choiceList = regexp.MustCompile(`^(?:\{([^{}]+)\}|\[([^\[\]|]+(?:\|[^\[\]|]+)+)\]|<([^<>|]+(?:\|[^<>|]+)+)>)$`)

// values reads what stands for an option's value.
func (o *Option) values(words []string) {
	first := words[0]
	if m := choiceList.FindStringSubmatch(first); m != nil {
		o.Choices = strings.FieldsFunc(m[1]+m[2]+m[3], func(r rune) bool { return r == ',' || r == '|' })
		return
	}
	o.Many = strings.HasSuffix(first, "...") || first == "[" || (len(words) > 1 && (words[1] == first || strings.HasPrefix(words[1], "["+first)))
	if t := typeWord(strings.Trim(first, "<>[]=")); t != Unknown {
		o.Type = t
	} else if o.Type == Unknown {
		o.Type = takesValue
	}
}

// takesValue stands for the type of an option, while its line is read, of which
// only that it has a value is known.
const takesValue Type = "value"

// typeWord is the type that a word names.
func typeWord(w string) Type {
	switch strings.ToLower(strings.Trim(w, "'\",.")) {
	case "float", "number", "double", "positivefloat", "nonnegativefloat":
		return Float
	case "int", "integer", "positiveint", "nonnegativeint":
		return Int
	case "bool", "boolean":
		return Bool
	case "str", "string", "text", "path", "file", "filename", "dir", "directory":
		return String
	}
	return Unknown
}

var (
	defaultInBrackets = regexp.MustCompile(`(?i)[(\[](?:[^()\[\]]*(?:\[[^\]]*\])?[^()\[\]]*[,;]\s*)?defaults?\s*(?:value)?\s*(?:[:=]|is|to)?\s*((?:\([^)]*\)|\[[^\]]*\]|[^()\[\];])*?)\s*(?:,\s*known subclasses[^)]*|;[^\]]*)?[)\]]`)
	defaultInProse    = regexp.MustCompile(`(?i)\bdefaults?\s*(?:value)?\s*(?:[:=]|is|to)\s*(\S+)`)
	typeInProse       = regexp.MustCompile(`(?i)\btype:\s*([\w.]+)`)
	abslType          = regexp.MustCompile(`\((?:an?) (?:[\w\-]+ )?(integer|number)[^)]*\)`)
	abslLine          = regexp.MustCompile(`^(?:-.,)?--(\[no\])?([\w.]+): ?(.*)$`)
	abslChoices       = regexp.MustCompile(`^<([^<>]+)>: ?`)
)

// absl reads `--[no]name: help`, as absl writes its flags.
func (r *helpReader) absl(m []string) {
	o := r.option
	o.Names = []string{"--" + m[2]}
	help := m[3]
	if m[1] != "" {
		o.Flag, o.Off, o.Type = true, "--no"+m[2], Bool
	} else if c := abslChoices.FindStringSubmatch(help); c != nil {
		o.Choices, help = strings.Split(c[1], "|"), help[len(c[0]):]
	}
	if !o.Flag && o.Type == Unknown {
		o.Type = takesValue
	}
	r.help = append(r.help, help)
}

// describe reads an option's help for its default and its type.
func (o *Option) describe(lines []string) {
	help := strings.Join(lines, " ")
	o.Help = help
	if m := defaultInBrackets.FindStringSubmatch(help); m != nil {
		o.setDefault(m[1])
	} else if m := defaultInProse.FindStringSubmatch(help); m != nil {
		o.setDefault(strings.TrimRight(m[1], ".,;)]"))
	}
	if m := typeInProse.FindStringSubmatch(help); m != nil && typeWord(m[1]) != Unknown {
		o.Type = typeWord(m[1])
	} else if m := abslType.FindStringSubmatch(help); m != nil {
		o.Type = map[string]Type{"integer": Int, "number": Float}[m[1]]
	}
	if strings.Contains(help, "[required]") || strings.Contains(help, "(required)") {
		o.Required = true
	}
	o.settle()
}

func (o *Option) setDefault(s string) {
	s = strings.Trim(strings.TrimSpace(s), "`")
	if len(s) > 1 && (s[0] == '\'' || s[0] == '"') && s[len(s)-1] == s[0] {
		s = s[1 : len(s)-1]
	}
	if strings.EqualFold(s, "none") || strings.EqualFold(s, "null") {
		return
	}
	o.Default, o.Known = s, true
}

// settle fills in what follows from the rest.
func (o *Option) settle() {
	alone := o.Type == Unknown && o.Choices == nil
	if o.Off != "" || alone {
		on := slices.Contains(o.Names, "--"+strings.TrimLeft(o.Default, "-")) || strings.EqualFold(o.Default, "true")
		o.Flag, o.Type = true, Bool
		o.Known = o.Known || o.Off == "" // a flag nothing turns off is off
		o.Default = "false"
		if on {
			o.Default = "true"
		}
		return
	}
	if isBool(o.Choices) {
		o.Type = Bool
		for _, c := range o.Choices { // jsonargparse shows the default as Python has it
			if strings.EqualFold(c, o.Default) {
				o.Default = c
			}
		}
	}
	if o.Type == takesValue || o.Type == Unknown {
		o.Type = Unknown
		if o.Choices != nil || o.Known {
			o.Type = literal(o.Default)
		}
		if o.Choices != nil && o.Type == Unknown {
			o.Type = literal(o.Choices[0])
		}
	}
	if strings.ContainsAny(o.Default, "[(") {
		o.Many = true
	}
}

// isBool reports whether choices are true and false, however they are written.
func isBool(choices []string) bool {
	return len(choices) == 2 && literal(choices[0]) == Bool && literal(choices[1]) == Bool
}
