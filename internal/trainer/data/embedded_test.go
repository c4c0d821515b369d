package data

import "testing"

func TestEmbeddedSetsAreWhole(t *testing.T) {
	for _, c := range []struct {
		load          func() (*Table, error)
		rows, held, d int
		least, most   int // rows of a class in the training part
	}{
		{FashionMNIST, 7000, 6000, 784, 600, 600},
		{Digits, 1797, 1297, 64, 120, 140},
		{SpeechFrames, 32_016, 25_508, 39, 17, 6000},
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
