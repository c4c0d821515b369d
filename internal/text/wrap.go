package text

import "strings"

// Columns is the width of prose on something width columns wide: 80 where that is
// 0, as of a file.
func Columns(width int) int {
	if width <= 0 {
		return 80
	}
	return width
}

// Wrap breaks a sentence between words over lines of at most Columns(width). A
// word that is wider stands alone and is shortened when it is shown.
func Wrap(s string, width int) []Line {
	width = Columns(width)
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
