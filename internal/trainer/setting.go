package trainer

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Setting describes one knob of a training.
type Setting struct {
	Name string `json:"name"`
	Kind string `json:"kind"` // float, int, choice, bool, list (of ascending ints), text
	// Low and High bound a number, inclusive. Log says that its effect
	// multiplies: search it on a logarithmic scale.
	Low     float64  `json:"low"`
	High    float64  `json:"high"`
	Log     bool     `json:"log,omitempty"`
	Choices []string `json:"choices,omitempty"`
	Default string   `json:"default"`
	Role    string   `json:"role,omitempty"`
	// When is "" or a condition like "optimizer=sgd,rmsprop" without which the
	// setting has no effect.
	When string `json:"when,omitempty"`
	Help string `json:"help"`
}

// values are settings by name, checked.
type values map[string]string

func (v values) float(name string) float64 { f, _ := strconv.ParseFloat(v[name], 64); return f }

func (v values) int(name string) int { i, _ := strconv.Atoi(v[name]); return i }

func (v values) bool(name string) bool { return v[name] == "true" }

func (v values) list(name string) []int {
	var all []int
	for text := range strings.SplitSeq(v[name], ",") {
		if i, err := strconv.Atoi(text); err == nil {
			all = append(all, i)
		}
	}
	return all
}

// parse checks what the user gave against the settings and fills in defaults.
func parse(settings []Setting, given map[string]string) (values, error) {
	v := make(values, len(settings))
	for _, s := range settings {
		v[s.Name] = s.Default
	}
	names := make([]string, 0, len(given))
	for name := range given {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		at := slices.IndexFunc(settings, func(s Setting) bool { return s.Name == name })
		if at < 0 {
			return nil, unknown("setting", name, settingNames(settings))
		}
		text, err := settings[at].normal(given[name])
		if err != nil {
			return nil, err
		}
		v[name] = text
	}
	return v, nil
}

// normal checks a value and brings it into the one form that values reads.
func (s Setting) normal(text string) (string, error) {
	refuse := func(want string) (string, error) {
		return "", fmt.Errorf("%w: %s=%s: give %s", ErrConfig, s.Name, text, want)
	}
	switch s.Kind {
	case "text": // read where it is used
		return strings.TrimSpace(text), nil
	case "choice":
		if !slices.Contains(s.Choices, text) {
			near := ""
			if n := nearest(text, s.Choices); n != "" {
				near = fmt.Sprintf(" (did you mean %s?)", n)
			}
			return refuse("one of " + strings.Join(s.Choices, ", ") + near)
		}
		return text, nil
	case "bool":
		b, err := strconv.ParseBool(strings.ToLower(text))
		if err != nil {
			return refuse("true or false")
		}
		return strconv.FormatBool(b), nil
	case "list":
		last := 0
		for part := range strings.SplitSeq(text, ",") {
			i, err := strconv.Atoi(strings.TrimSpace(part))
			if text != "" && (err != nil || i <= last || float64(i) < s.Low || float64(i) > s.High) {
				return refuse(fmt.Sprintf("whole numbers from %g to %g, ascending, with commas", s.Low, s.High))
			}
			last = i
		}
		return strings.ReplaceAll(text, " ", ""), nil
	case "int":
		// A tuner may write 64 as 64.0 or 6.4e1.
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || f != math.Trunc(f) || f < s.Low || f > s.High {
			return refuse(fmt.Sprintf("a whole number from %g to %g", s.Low, s.High))
		}
		if s.Name == "frames" && int(f)%2 == 0 {
			return refuse("an odd number, like " + strconv.Itoa(int(f)+1))
		}
		return strconv.Itoa(int(f)), nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || !(f >= s.Low && f <= s.High) {
		return refuse(fmt.Sprintf("a number from %g to %g", s.Low, s.High))
	}
	return strconv.FormatFloat(f, 'g', -1, 64), nil
}

func settingNames(settings []Setting) []string {
	var names []string
	for _, s := range settings {
		names = append(names, s.Name)
	}
	return names
}

// unknown is the error for a name that is none of those known.
func unknown(what, name string, known []string) error {
	hint := "known: " + strings.Join(known, ", ")
	if near := nearest(name, known); near != "" {
		hint = fmt.Sprintf("did you mean %s? %s", near, hint)
	}
	return fmt.Errorf("%w: no %s %q: %s", ErrConfig, what, name, hint)
}

// nearest is the known name with the fewest edits to name, if that is at most
// a third of its length; else "".
func nearest(name string, known []string) string {
	best, least := "", len(name)/3+2
	for _, k := range known {
		if d := edits(strings.ToLower(name), k); d < least {
			best, least = k, d
		}
	}
	return best
}

// edits is the Levenshtein distance.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
