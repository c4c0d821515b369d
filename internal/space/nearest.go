package space

import (
	"fmt"
	"strings"
)

// suggest names the nearest of some words, as the end of a sentence, or all of
// them if none is near.
func suggest(word string, among []string) string {
	if near := Nearest(word, among); near != "" {
		return fmt.Sprintf("; did you mean %s?", near)
	}
	if n := len(among) - 12; n > 0 {
		return fmt.Sprintf("; there are %s and %d more", strings.Join(among[:12], ", "), n)
	}
	return "; there are " + strings.Join(among, ", ")
}

// Nearest is the word with the smallest edit distance to word, if it is small
// enough to be a slip of the hand; else empty.
func Nearest(word string, among []string) string {
	best, limit := "", max(len(word)/3, 1)+1
	for _, w := range among {
		if d := distance(strings.ToLower(word), strings.ToLower(w)); d < limit {
			best, limit = w, d
		}
	}
	return best
}

// distance is the Levenshtein distance in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			next := diagonal
			if a[i] != b[j] {
				next = min(diagonal, row[j], row[j+1]) + 1
			}
			diagonal, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}
