package discover

import (
	"fmt"
	"strings"

	"github.com/danlu-ml/danlu/internal/draft"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/text"
)

// Summary tells a person what was found, in lines of width columns.
func Summary(f *Found, width int) string {
	var b strings.Builder
	names := 0
	for _, p := range f.File.Params {
		names = max(names, text.Width(p.Name))
	}
	names = min(names, width/3)
	for _, p := range f.File.Params {
		mark := " "
		if p.Unsure != "" {
			mark = "?"
		}
		role := strings.ReplaceAll(p.Role, "_", " ")
		line := fmt.Sprintf("%s %s  %-15s %s", mark, text.Pad(text.Truncate(p.Name, names), names), role, domain(p.Param))
		b.WriteString(text.Of(line).Render(width, false) + "\n")
	}
	line := "  objective: " + f.File.Objective.Value
	for _, e := range f.File.Rest {
		if e.Key == "fidelity" || e.Key == "observe" {
			line += " · " + e.Key + ": " + strings.Trim(e.Value, "{}")
		}
	}
	b.WriteString(text.Of(line).Render(width, false) + "\n")
	for _, d := range doubts(f) {
		for i, l := range strings.Split(strings.TrimSpace(d), "\n") {
			for j, part := range text.Wrap(l, width-4) {
				head := "    "
				if i == 0 && j == 0 {
					head = "  ? "
				}
				b.WriteString(head + part.Render(width, false) + "\n")
			}
		}
	}
	return b.String()
}

// doubts lists what a person should look at.
func doubts(f *Found) []string {
	all := f.Doubts
	for _, p := range f.File.Params {
		if p.Unsure != "" {
			all = append(all, p.Name+": "+p.Unsure)
		}
	}
	for _, e := range f.File.Rest {
		if e.Unsure != "" {
			all = append(all, strings.TrimPrefix(e.Key+": ", ": ")+e.Unsure)
		}
	}
	return all
}

// domain is a domain for people, with its default.
func domain(p space.Param) string {
	s := strings.ReplaceAll(p.Domain.String(), "choice of ", "")
	if !p.Default.IsZero() {
		s += "; now " + draft.Value(p.Default)
	}
	if w := p.WhenText(); w != "" {
		s += "; when " + w
	}
	return s
}
