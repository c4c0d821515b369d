package discover

import (
	"strings"

	"github.com/danlu-ml/danlu/internal/option"
)

// argument is a part of the command line as it was typed: an option with its value,
// or words that belong to none.
type argument struct {
	words  []string
	option *option.Option // nil: none that is known
	value  string
}

// readArguments takes the words behind the program apart by the options it has.
func readArguments(words []string, p *option.Program) []argument {
	var all []argument
	if p.Style == option.Positional {
		for i, w := range words {
			a := argument{words: words[i : i+1], value: w}
			if i < len(p.Options) {
				a.option = p.Options[i]
			}
			all = append(all, a)
		}
		return all
	}
	for i := 0; i < len(words); i++ {
		w := words[i]
		name, value, has := strings.Cut(w, "=")
		if w == "--" {
			return append(all, argument{words: words[i:]})
		}
		if p.Style == option.Hydra {
			a := argument{words: []string{w}}
			if o := p.Find(strings.TrimLeft(name, "+~")); has && o != nil {
				a.option, a.value = o, value
			}
			all = append(all, a)
			continue
		}
		if !strings.HasPrefix(w, "-") || len(w) < 2 {
			all = append(all, argument{words: []string{w}})
			continue
		}
		o := p.Find(name)
		switch {
		case o == nil && offOf(p, w) != nil:
			all = append(all, argument{[]string{w}, offOf(p, w), "false"})
		case o == nil && !has && i+1 < len(words) && !strings.HasPrefix(words[i+1], "-"):
			all = append(all, argument{words: words[i : i+2]}) // unknown: what follows is likely its value
			i++
		case o == nil:
			all = append(all, argument{words: []string{w}})
		case has:
			all = append(all, argument{[]string{w}, o, value})
		case o.Flag:
			all = append(all, argument{[]string{w}, o, "true"})
		default:
			n := 1
			for i+n < len(words) && (n == 1 || o.Many) && (!strings.HasPrefix(words[i+n], "-") || isNegative(words[i+n])) {
				n++
			}
			all = append(all, argument{words[i : i+n], o, strings.Join(words[i+1:i+n], " ")})
			i += n - 1
		}
	}
	return all
}

func isNegative(s string) bool { return len(s) > 1 && (s[1] == '.' || s[1] >= '0' && s[1] <= '9') }

func offOf(p *option.Program, word string) *option.Option {
	for _, o := range p.Options {
		if o.Off != "" && o.Off == word {
			return o
		}
	}
	return nil
}
