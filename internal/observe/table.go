package observe

import (
	"encoding/csv"
	"strings"
)

// table reads the lines of a CSV file, as they come. The first line without a
// number is the head; one that comes later is a new head. Empty cells say nothing.
type table struct {
	head  []string
	comma rune
}

// line reads a line; ok is false where it holds no values.
func (t *table) line(line string) (r row, ok bool) {
	line = strings.TrimRight(strings.TrimPrefix(line, "\ufeff"), "\r")
	if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
		return r, false
	}
	comma := t.comma
	if comma == 0 {
		comma = separator(line)
	}
	cells := cut(line, comma)
	if isHead(cells) {
		t.head, t.comma = cells, comma
		return r, false
	}
	if t.head == nil {
		return r, false
	}
	for i, cell := range cells[:min(len(cells), len(t.head))] {
		number, percent := strings.CutSuffix(strings.TrimSpace(cell), "%")
		r.cell(t.head[i], number, percent)
	}
	return r, len(r.values) > 0
}

func separator(head string) rune {
	best := ','
	for _, c := range ";\t" {
		if strings.Count(head, string(c)) > strings.Count(head, string(best)) {
			best = c
		}
	}
	return best
}

func cut(line string, comma rune) []string {
	r := csv.NewReader(strings.NewReader(line))
	r.Comma, r.LazyQuotes, r.TrimLeadingSpace, r.FieldsPerRecord = comma, true, comma != '\t', -1
	cells, err := r.Read()
	if err != nil {
		return nil
	}
	return cells
}

// isHead reports whether cells are names: some are, and none is a number.
func isHead(cells []string) bool {
	names := false
	for _, c := range cells {
		c = strings.TrimSpace(c)
		if _, ok := parseNumber(strings.TrimSuffix(c, "%")); ok {
			return false
		}
		names = names || c != ""
	}
	return names
}
