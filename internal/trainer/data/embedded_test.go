package data

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEmbeddedSetsAreWhole(t *testing.T) {
	for _, c := range []struct {
		load          func() (*Table, error)
		rows, held, d int
		least, most   int // rows of a class in the training part
	}{
		{FashionMNIST, 7000, 6000, 784, 600, 600},
		{Digits, 1797, 1297, 64, 120, 140},
		{SpeechFrames, 32_016, 25_508, 39, 17, 6000},
		{Austen, 5760, 4800, 48, 800, 800},
	} {
		table, err := c.load()
		if err != nil {
			t.Fatal(err)
		}
		t.Run(table.Name, func(t *testing.T) {
			if table.N() != c.rows || table.Held != c.held || table.D != c.d || len(table.X) != c.rows*c.d {
				t.Errorf("%d rows (%d numbers), held out from %d, %d features; want %d, %d, %d",
					table.N(), len(table.X), table.Held, table.D, c.rows, c.held, c.d)
			}
			counts := make([]int, len(table.Classes))
			for _, y := range table.Y[:table.Held] {
				counts[y]++
			}
			for class, n := range counts {
				if n < c.least || n > c.most {
					t.Errorf("class %s has %d training rows, want %d to %d", table.Classes[class], n, c.least, c.most)
				}
			}
		})
	}
}

func TestWordsAreNumberedByHowOftenTheyOccur(t *testing.T) {
	texts, err := readTexts(strings.NewReader("label,text\na,\"The cat, the dog\"\nb,\"the dog's\"\nb,\"Cat unheard\"\n"), "t", nil)
	if err != nil {
		t.Fatal(err)
	}
	table, err := newTexts("t", texts, 2)
	if err != nil {
		t.Fatal(err)
	}
	// the: 3 times; cat, dog, dog's: once, by alphabet; unheard is not in training.
	want := []float32{2, 3, 2, 4, 0, 0, 0, 0, 2, 5, 0, 0, 0, 0, 0, 0, 3, 1, 0, 0, 0, 0, 0, 0}
	if d := cmp.Diff(want, table.X); d != "" || table.Words != 6 || table.D != 8 {
		t.Errorf("%d words, %d columns, numbers (-want +got):\n%s", table.Words, table.D, d)
	}
	for _, bad := range []string{"", "text,label\n", "label,text\na\n", "label,text\na,\"open\n"} {
		if _, err := readTexts(strings.NewReader(bad), "bad.csv", nil); err == nil || !strings.Contains(err.Error(), "bad.csv") {
			t.Errorf("%q: error %v, want a refusal that names the file", bad, err)
		}
	}
}
