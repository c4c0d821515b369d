package data

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Two numbers of words have a meaning of their own: the end of a text that is
// shorter than the others, and a word outside the vocabulary.
const (
	WordNone    = 0
	WordUnknown = 1
)

// shortestRow leaves room for filters over several words where texts are short.
const shortestRow = 8

// text is a labelled text, as words.
type text struct {
	label string
	words []string
}

// readTexts reads a CSV file with the columns label and text.
func readTexts(r io.Reader, name string, to []text) ([]text, error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord = 2
	header, err := in.Read()
	if err != nil || header[0] != "label" || header[1] != "text" {
		return nil, fmt.Errorf("read %s: its first line is %q: give a CSV file with the columns label,text", name, header)
	}
	for {
		record, err := in.Read()
		if err == io.EOF {
			return to, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: after %d texts: %w: every line needs a label and a quoted text", name, len(to), err)
		}
		to = append(to, text{record[0], words(record[1])})
	}
}

// readLines reads lines of a label, a tab and a text.
func readLines(r io.Reader, name string, to []text) ([]text, error) {
	in := bufio.NewScanner(r)
	in.Buffer(nil, 1<<24)
	line := 0
	for in.Scan() {
		line++
		if in.Text() == "" {
			continue
		}
		label, rest, tab := strings.Cut(in.Text(), "\t")
		if !tab || label == "" {
			return nil, fmt.Errorf("read %s:%d: no label before a tab in %.40q: give lines like label<TAB>text", name, line, in.Text())
		}
		x := text{label, words(rest)}
		if len(x.words) == 0 {
			return nil, fmt.Errorf("read %s:%d: no words after the label %q: give a text, or leave the line out", name, line, label)
		}
		to = append(to, x)
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("read %s: it ends after line %d (%w): fetch the file again", name, line, err)
	}
	return to, nil
}

// words are the runs of letters, digits and apostrophes, in lower case.
func words(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !(r == '\'' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r > 127)
	})
}

// newTexts makes a table of texts whose features are numbers of words: 2 is the
// most frequent in the texts before held, 3 the next. All rows are as long as the
// longest text, or shortestRow.
func newTexts(name string, texts []text, held int) (*Table, error) {
	t := &Table{Name: name, Held: held, D: shortestRow}
	counts := make(map[string]int)
	var labels []string
	for i, x := range texts {
		labels = append(labels, x.label)
		t.D = max(t.D, len(x.words))
		for _, w := range x.words {
			if i < held {
				counts[w]++
			}
		}
	}
	if len(texts) == 0 || len(counts) == 0 {
		return nil, fmt.Errorf("read %s: no words in %d texts: give texts", name, len(texts))
	}
	t.label(labels)
	vocabulary := make([]string, 0, len(counts))
	for w := range counts {
		vocabulary = append(vocabulary, w)
	}
	slices.SortFunc(vocabulary, func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b))
	})
	numbers := make(map[string]float32, len(vocabulary))
	for i, w := range vocabulary {
		numbers[w] = float32(WordUnknown + 1 + i)
	}
	t.Words, t.Vocabulary = len(vocabulary)+WordUnknown+1, vocabulary
	t.X = make([]float32, len(texts)*t.D)
	for i, x := range texts {
		for j, w := range x.words {
			t.X[i*t.D+j] = cmp.Or(numbers[w], WordUnknown)
		}
	}
	return t, t.check("the label")
}
