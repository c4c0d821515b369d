package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// namer gives trials readable names, fit for a folder and unique in their study
// also where case does not count:
// `20260721-154530_rnn_nframe25_hl2_hd256_lr0.001_bs128`. Words come first, then
// what shapes a model, then how it is trained. A name is lost by nobody: it is in
// the log, and stays whatever later versions call trials.
type namer struct {
	labels []label
	taken  map[string]bool
}

// label is how one parameter appears in names.
type label struct {
	param  string
	short  string
	place  int // parts are in order of it
	weight int // the lightest are left out where a name would be long
	bare   bool
}

// maxName is the length of a name in bytes.
const maxName = 100

// abbreviations of roles, in the order in which they follow each other in a name.
// Roles that are not here stand before them.
var abbreviations = []struct{ role, short string }{
	{"learning_rate", "lr"},
	{"batch_size", "bs"},
	{"weight_decay", "wd"},
	{"momentum", "mom"},
	{"dropout", "drop"},
	{"label_smoothing", "ls"},
	{"warmup", "warmup"},
	{"clip_norm", "clip"},
	{"epsilon", "eps"},
	{"epochs", "ep"},
}

// newNamer prepares the labels of a space. Parameters that can take one value only
// have none.
func newNamer(s *space.Space, trials []*study.Trial) namer {
	n := namer{taken: map[string]bool{}}
	roles, words := map[string]int{}, map[string]int{}
	for i := range s.Len() {
		p := s.Param(i)
		roles[roleOf(p)]++
		for _, w := range wordsOf(p) {
			words[w]++
		}
	}
	shorts := map[string]bool{}
	for i := range s.Len() {
		p := s.Param(i)
		if p.Domain.Count() == 1 {
			continue
		}
		l := label{param: p.Name, short: short(p.Name), place: 1, weight: 1}
		role := roleOf(p)
		for at, a := range abbreviations {
			if a.role != role {
				continue
			}
			l.place, l.weight = 2+at, 1+len(abbreviations)-at
			if roles[role] == 1 {
				l.short = a.short
			}
		}
		switch role {
		case "depth", "width":
			l.weight = len(abbreviations)
		}
		if ws := wordsOf(p); len(ws) > 0 {
			l.place, l.weight = 0, len(abbreviations)+2
			l.bare = !slices.ContainsFunc(ws, func(w string) bool { return words[w] > 1 || slices.Contains(vague, strings.ToLower(w)) })
		}
		if shorts[l.short] {
			l.short = clip(safe(p.Name), 16)
		}
		shorts[l.short] = true
		n.labels = append(n.labels, l)
	}
	slices.SortStableFunc(n.labels, func(a, b label) int { return a.place - b.place })
	for _, t := range trials {
		n.take(t.Name)
	}
	return n
}

// take remembers that a name is a trial's.
func (n *namer) take(name string) {
	if n.taken != nil {
		n.taken[strings.ToLower(name)] = true
	}
}

// name is a new trial's. It ends with the trial's number where the name is taken
// already, and with another where that is too.
func (n *namer) name(at time.Time, id study.TrialID, vs space.Values) string {
	stamp := at.Format("20060102-150405")
	number := fmt.Sprintf("_%d", id)
	length := len(stamp) + len(number) // room for the number is kept
	type part struct {
		text   string
		weight int
	}
	var parts []part
	for _, l := range n.labels {
		if v, ok := vs[l.param]; ok {
			if text := l.text(v); text != "" {
				parts = append(parts, part{"_" + text, l.weight})
				length += len(text) + 1
			}
		}
	}
	for length > maxName {
		lightest := len(parts) - 1
		for i := range slices.Backward(parts) {
			if parts[i].weight < parts[lightest].weight {
				lightest = i
			}
		}
		length -= len(parts[lightest].text)
		parts = slices.Delete(parts, lightest, lightest+1)
	}
	name := stamp
	for _, p := range parts {
		name += p.text
	}
	if n.taken[strings.ToLower(name)] || len(parts) == 0 {
		name += number
	}
	free := name
	for i := 2; n.taken[strings.ToLower(free)]; i++ {
		free = fmt.Sprintf("%s_%d", name, i)
	}
	return free
}

// text is a value as it stands in a name.
func (l label) text(v space.Value) string {
	var value string
	switch v.Kind() {
	case space.BoolKind:
		if v.Bool() {
			return l.short
		}
		return "no-" + l.short
	case space.FloatKind: // three digits: the name is to be read, the log has all
		value = strconv.FormatFloat(v.Float(), 'g', 3, 64)
		value = strings.Replace(value, "e-0", "e-", 1)
		value = strings.Replace(value, "e+0", "e+", 1)
	case space.IntKind:
		value = v.String()
	default:
		value = v.String()
		if i := strings.LastIndexAny(value, `/\`); i >= 0 { // a path: its end tells
			value = value[i+1:]
		}
		value = clip(safe(value), 24)
		if l.bare || value == "" { // nothing of it is fit for a name
			return value
		}
	}
	if last := l.short[len(l.short)-1]; last >= '0' && last <= '9' {
		return l.short + "_" + value
	}
	return l.short + value
}

// vague are choices that say nothing without what was chosen.
var vague = []string{"", "none", "null", "true", "false", "on", "off", "yes", "no", "default", "auto"}

// wordsOf are the values of a choice of words, nil for other domains.
func wordsOf(p *space.Param) (words []string) {
	c, ok := p.Domain.(space.Choice)
	if !ok {
		return nil
	}
	for _, v := range c.Values {
		w := v.String()
		if v.Kind() != space.StringKind || w != "" && !letter(w[0]) {
			return nil
		}
		words = append(words, w)
	}
	return words
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func roleOf(p *space.Param) string {
	switch {
	case p.Role != "":
		return p.Role
	case short(p.Name) == "bs":
		return "batch_size"
	}
	return space.GuessRole(p.Name)
}

// known abbreviates what programs call alike everywhere.
var known = strings.NewReplacer(
	"learning-rate", "lr", "batch-size", "bs", "weight-decay", "wd", "momentum", "mom", "dropout", "drop")

// short abbreviates a name of several words by their first letters: batch_size
// is bs, num_hidden_layers hl. A single word stays, up to eight letters.
func short(name string) string {
	words := strings.FieldsFunc(known.Replace(strings.ToLower(safe(name))), func(r rune) bool { return strings.ContainsRune("-.+", r) })
	if len(words) > 1 && slices.Contains([]string{"n", "num", "number"}, words[0]) {
		words = words[1:]
	}
	if len(words) == 1 {
		return clip(words[0], 8)
	}
	var b strings.Builder
	for _, w := range words {
		if len(w) == 2 || strings.ContainsAny(w[len(w)-1:], "0123456789") {
			b.WriteString(clip(w, 8)) // lr, wd; beta2
			continue
		}
		b.WriteByte(w[0])
	}
	return clip(b.String(), 12)
}

// safe makes a text one that file systems and shells take: letters, digits, dots,
// plus signs, and dashes for all else, none of them at an end or twice.
func safe(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '+':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-.")
}

// clip is the first n bytes of an ASCII text.
func clip(s string, n int) string { return strings.TrimRight(s[:min(len(s), n)], "-.") }
