package text

import "strings"

// Wrap breaks a sentence between words over lines of at most width columns. A
// word that is wider stands alone and is shortened when it is shown.
func Wrap(s string, width int) []Line {
	var lines []Line
	line := ""
	for word := range strings.FieldsSeq(s) {
		if line != "" && Width(line)+1+Width(word) > width {
			lines = append(lines, Of(line))
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	if line != "" {
		lines = append(lines, Of(line))
	}
	return lines
}
