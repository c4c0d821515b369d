package observe

import (
	"regexp"
	"strings"
)

// columns reads tables made for people: a line of names, then lines with as many
// numbers, as fastai, skorch and scikit-learn print them.
//
//	epoch     train_loss  valid_loss  accuracy  time
//	0         0.182935    0.110451    0.963     00:07
type columns struct{ names []string }

var gaps = regexp.MustCompile(`\s{2,}|\t|\s*\|\s*`)

// line reads a line; ok says that it is part of a table, and has been taken care of.
func (c *columns) line(text string) (r row, ok bool) {
	text = strings.Trim(text, " \t|\r")
	if text == "" || strings.Trim(text, "-=+ |:─━") == "" {
		return r, false
	}
	cells := gaps.Split(text, -1)
	if c.head(cells) {
		return r, true
	}
	if len(cells) != len(c.names) {
		cells = strings.Fields(text)
	}
	if len(cells) != len(c.names) || len(cells) == 0 {
		return r, false
	}
	for i, cell := range cells {
		number, percent := strings.CutSuffix(cell, "%")
		r.cell(c.names[i], number, percent)
	}
	if len(r.values) == 0 || len(r.steps) == 0 {
		return row{}, false
	}
	return r, true
}

// head takes in a line of names, if it is one: several, without a number, of which
// one counts and another is measured.
func (c *columns) head(cells []string) bool {
	if len(cells) < 2 || !isHead(cells) {
		return false
	}
	counts, measured := false, false
	for i, name := range cells {
		if len(strings.Fields(name)) > 3 || strings.ContainsAny(name, "=:,") {
			return false
		}
		counts = counts || stepWord(name) != ""
		measured = measured || isQuantity(name)
		cells[i] = strings.ReplaceAll(name, " ", "_")
	}
	if !counts || !measured {
		return false
	}
	c.names = cells
	return true
}
