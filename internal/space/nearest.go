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

// distance is the number of bytes to insert, delete, change or swap with their
// neighbour to make b of a (optimal string alignment).
func distance(a, b string) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			change := 1
			if a[i] == b[j] {
				change = 0
			}
			next[j+1] = min(row[j]+change, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
