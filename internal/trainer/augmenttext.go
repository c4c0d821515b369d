package trainer

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"

	"github.com/danlu-ml/danlu/internal/trainer/data"
)

// textChanges replace, delete and swap words of texts that train (Wei and Zou
// 2019).
type textChanges struct {
	synonym, remove, swap float64
	synonyms              map[int32][]int32 // other words of a word's meaning
}

// newTextChanges are nil if the settings want none.
func newTextChanges(t *data.Table, v values) (*textChanges, error) {
	c := &textChanges{synonym: v.float("word_synonym"), remove: v.float("word_delete"), swap: v.float("word_swap")}
	if c.synonym > 0 && v["synonyms"] == "" {
		return nil, fmt.Errorf("%w: word_synonym=%g without words to take: name a file of synonyms, as in synonyms=words.txt", ErrConfig, c.synonym)
	}
	if c.synonym > 0 {
		var err error
		if c.synonyms, err = readSynonyms(v["synonyms"], t.Vocabulary); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrConfig, err)
		}
	}
	if c.synonym == 0 && c.remove == 0 && c.swap == 0 {
		return nil, nil
	}
	return c, nil
}

// readSynonyms reads lines of words of one meaning, with commas, tabs or spaces
// between them. Words outside the vocabulary are left out, as is what follows #.
func readSynonyms(path string, vocabulary []string) (map[int32][]int32, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open synonyms: %w", err)
	}
	defer f.Close()
	numbers := make(map[string]int32, len(vocabulary))
	for i, word := range vocabulary {
		numbers[word] = int32(data.WordUnknown + 1 + i)
	}
	all := make(map[int32][]int32)
	in := bufio.NewScanner(f)
	for in.Scan() {
		line, _, _ := strings.Cut(in.Text(), "#")
		var known []int32
		for _, word := range strings.FieldsFunc(strings.ToLower(line), func(r rune) bool { return strings.ContainsRune(", \t;", r) }) {
			if n, ok := numbers[word]; ok {
				known = append(known, n)
			}
		}
		for _, a := range known {
			for _, b := range known {
				if a != b {
					all[a] = append(all[a], b)
				}
			}
		}
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("read synonyms %s: %w", path, err)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("read synonyms %s: no line has two words of the texts: give lines of words that mean the same", path)
	}
	return all, nil
}

// change works on a row of numbers of words, in place.
func (c *textChanges) change(x []float32, rng *rand.Rand) {
	n := 0
	for n < len(x) && x[n] != data.WordNone {
		n++
	}
	if n == 0 {
		return
	}
	if c.synonym > 0 {
		for i, word := range x[:n] {
			if others := c.synonyms[int32(word)]; len(others) > 0 && rng.Float64() < c.synonym {
				x[i] = float32(others[rng.IntN(len(others))])
			}
		}
	}
	if c.remove > 0 {
		n = c.thin(x[:n], rng)
	}
	for range int(c.swap*float64(n) + rng.Float64()) { // on average swap·n
		i, j := rng.IntN(n), rng.IntN(n)
		x[i], x[j] = x[j], x[i]
	}
}

// thin deletes words and closes the gaps; one stays at least. It returns how many
// are left.
func (c *textChanges) thin(words []float32, rng *rand.Rand) int {
	kept := 0
	last := words[rng.IntN(len(words))]
	for _, word := range words {
		if rng.Float64() >= c.remove {
			words[kept] = word
			kept++
		}
	}
	if kept == 0 {
		words[0], kept = last, 1
	}
	clear(words[kept:])
	return kept
}
