package trainer

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/trainer/data"
)

// plain is a split whose normalisation changes nothing.
func plain(t *data.Table) *data.Split {
	s := &data.Split{Table: t, Offset: make([]float32, t.D), Scale: make([]float32, t.D)}
	fill(s.Scale, 1)
	return s
}

func TestAPictureIsTurnedAboutItsMiddle(t *testing.T) {
	c := pictureChanges{shape: data.Shape{Channels: 1, Height: 3, Width: 3}, was: []float32{1, 2, 3, 4, 5, 6, 7, 8, 9}}
	to := make([]float32, 9)
	for _, test := range []struct {
		name              string
		angle, side, down float64
		want              []float32
	}{
		{"as it is", 0, 1, 0, []float32{1, 2, 3, 4, 5, 6, 7, 8, 9}},
		{"a quarter turn", math.Pi / 2, 1, 0, []float32{3, 6, 9, 2, 5, 8, 1, 4, 7}},
		{"half of its side", 0, 0.5, 0, []float32{3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7}},
		{"one line further down", 0, 1, 1.0 / 3, []float32{4, 5, 6, 7, 8, 9, -1, -1, -1}},
	} {
		c.view(to, test.angle, test.side, 0, test.down, -1)
		for i, want := range test.want {
			if math.Abs(float64(to[i]-want)) > 1e-4 {
				t.Errorf("%s: %v, want %v", test.name, to, test.want)
				break
			}
		}
	}
}

func TestBrightnessLeavesBlackAlone(t *testing.T) {
	table := &data.Table{D: 4, Image: data.Shape{Channels: 1, Height: 2, Width: 2}}
	s := plain(table)
	fill(s.Offset, 3) // black becomes −3
	c := newPictureChanges(s, values{"brightness": "0.5"})
	x := []float32{-3, -2, -1, 1}
	c.change(x, rand.New(rand.NewPCG(1, 1)))
	factor := x[1] + 3
	if x[0] != -3 || factor < 0.5 || factor > 1.5 || factor == 1 || math.Abs(float64(x[3]+3-4*factor)) > 1e-5 {
		t.Errorf("got %v, want black as it was and distances from it multiplied alike", x)
	}
}

func TestMixedPicturesCarryBothLabels(t *testing.T) {
	table := &data.Table{D: 32, Image: data.Shape{Channels: 2, Height: 4, Width: 4}}
	for name, v := range map[string]values{
		"mixup": {"mixup": "1", "cutmix": "0"}, "cutmix": {"mixup": "0", "cutmix": "1"}, "both": {"mixup": "0.4", "cutmix": "1"},
	} {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(2, 2))
			for range 50 {
				m := newMixture(table, v, 5*32, 5)
				x, y := make([]float32, 5*32), []int32{0, 1, 2, 3, 4}
				for i := range x {
					x[i] = float32(i / 32) // a picture is full of its label
				}
				m.mix(x, y, rng)
				for i := range y {
					if m.others[i] == y[i] {
						t.Fatalf("picture %d is mixed with its own kind: %v", i, m.others)
					}
					mean := float32(0)
					for _, v := range x[i*32 : (i+1)*32] {
						mean += v / 32
					}
					if want := m.shares[i]*float32(y[i]) + (1-m.shares[i])*float32(m.others[i]); math.Abs(float64(mean-want)) > 1e-4 {
						t.Fatalf("picture %d has mean %g, want %g: its label counts %g, the other %d", i, mean, want, m.shares[i], m.others[i])
					}
				}
			}
		})
	}
	m := newMixture(table, values{"mixup": "1"}, 32, 1)
	x := make([]float32, 32)
	m.mix(x, []int32{3}, rand.New(rand.NewPCG(1, 1)))
	if m.shares[0] != 1 || m.others[0] != 3 {
		t.Errorf("a picture alone is mixed: %v %v", m.shares, m.others)
	}
}

func TestBetaIsSymmetricWithItsVariance(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for _, alpha := range []float64{0.2, 1, 4} {
		sum, squares := 0.0, 0.0
		const n = 20_000
		for range n {
			v := beta(alpha, rng)
			sum += v / n
			squares += (v - 0.5) * (v - 0.5) / n
		}
		if want := 1 / (4 * (2*alpha + 1)); math.Abs(sum-0.5) > 0.015 || math.Abs(squares/want-1) > 0.05 {
			t.Errorf("α %g: mean %.3f and variance %.4f, want 0.5 and %.4f", alpha, sum, squares, want)
		}
	}
}

func TestWordsAreChangedAsAsked(t *testing.T) {
	synonyms := filepath.Join(t.TempDir(), "words")
	if err := os.WriteFile(synonyms, []byte("# meanings\nBig, large, unheard\nhouse home\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	table := &data.Table{D: 8, Words: 6, Vocabulary: []string{"big", "large", "house", "home"}}
	rng := rand.New(rand.NewPCG(4, 4))
	row := func() []float32 { return []float32{2, 4, 1, 2, 5, 0, 0, 0} }
	after := func(v values) []float32 {
		t.Helper()
		c, err := newTextChanges(table, v)
		if err != nil {
			t.Fatal(err)
		}
		x := row()
		c.change(x, rng)
		return x
	}
	if got, want := after(values{"word_synonym": "1", "synonyms": synonyms}), []float32{3, 5, 1, 3, 4, 0, 0, 0}; !slices.Equal(got, want) {
		t.Errorf("synonyms for all: %v, want %v", got, want)
	}
	got := after(values{"word_swap": "1"})
	sorted := slices.Sorted(slices.Values(got[:5]))
	if !slices.Equal(sorted, []float32{1, 2, 2, 4, 5}) || slices.Equal(got, row()) || got[5] != 0 {
		t.Errorf("swapped: %v, want the same words in another order", got)
	}
	left := 0
	for range 1000 {
		for i, word := range after(values{"word_delete": "0.4"}) {
			if word != 0 {
				left++
			} else if i == 0 {
				t.Fatal("no word is left")
			}
		}
	}
	if left < 2850 || left > 3150 {
		t.Errorf("%d of 5000 words are left, want about 3000", left)
	}
	for what, v := range map[string]values{
		"name a file of synonyms": {"word_synonym": "0.5"},
		"open synonyms":           {"word_synonym": "0.5", "synonyms": "missing"},
	} {
		if _, err := newTextChanges(table, v); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("error %v, want one that says %q", err, what)
		}
	}
}

func TestSeriesMoveWithinTheirSequence(t *testing.T) {
	table := &data.Table{D: 1, Starts: []int32{0, 20, 50}, Classes: []string{"a", "b"}}
	for i := range 50 {
		table.X, table.Y = append(table.X, float32(i)), append(table.Y, int32(i))
	}
	s := plain(table)
	for i := range int32(50) {
		s.Train = append(s.Train, i)
	}
	s.Sequences.Train = []int32{0, 1}
	for _, sequences := range []bool{false, true} {
		b, err := newBatches(s, 1, values{"jitter": "0.3", "time_shift": "2", "time_crop": "0.5"}, sequences, 50, nil)
		if err != nil {
			t.Fatal(err)
		}
		changed := 0
		for step := range 20 {
			x, y, steps := b.train(0, len(b.order), step)
			rows := 0
			for _, n := range steps {
				rows += n
			}
			if sequences && (rows != len(y) || rows < 25 || rows > 50) || !sequences && rows+len(y) != 50 {
				t.Fatalf("%d rows in steps, %d labels", rows, len(y))
			}
			for i, label := range y {
				from := x[i]
				if (from < 20) != (label < 20) || math.Abs(float64(from)-float64(label)) > 3 {
					t.Fatalf("row %d shows row %g: want one at most 3 away and of the same sequence", label, from)
				}
				if from != float32(label) {
					changed++
				}
			}
		}
		if changed == 0 {
			t.Error("nothing moves")
		}
	}
}

func TestRareRowsAreRepeated(t *testing.T) {
	rows, labels := []int32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, []int32{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2}
	got := oversampled(rows, labels, 4, 0.5)
	if d := cmp.Diff([]int32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 9, 10, 10, 10, 10}, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if got := oversampled(rows, labels, 4, 1); len(got) != 24 {
		t.Errorf("%d rows, want three classes of 8", len(got))
	}
}

func TestDigitsAreNotMirrored(t *testing.T) {
	for setting, says := range map[string]string{"flip=true": "no setting", "rotate=90": "a number from 0 to 30"} {
		name, value, _ := strings.Cut(setting, "=")
		err := Config{Task: "digits", Set: map[string]string{name: value}}.Check()
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: error %v, want one that says %q", setting, err, says)
		}
	}
}

func TestAugmentedTrainingsResumeExactly(t *testing.T) {
	augmented := busy
	augmented.Set = map[string]string{
		"channels": "4", "hidden": "16", "crop": "0.2", "rotate": "10", "brightness": "0.2", "noise": "0.1", "mixup": "0.4", "cutmix": "1",
		"balance": "0", "imbalance": "3", "oversample": "1",
	}
	checkResuming(t, augmented, "shift", "1", 4, 11)
	spoken := Config{Task: "speech-frames", Model: "gru", Epochs: 2, Seed: 7, Set: map[string]string{
		"hidden": "8", "data_fraction": "0.2", "batch_size": "2", "jitter": "0.1", "time_shift": "1", "noise": "0.1",
	}}
	checkResuming(t, spoken, "time_crop", "0.3", 4)
	text := Config{Task: "austen", Epochs: 2, Seed: 7, Set: map[string]string{
		"embedding": "8", "filters": "4", "data_fraction": "0.1", "word_swap": "0.1",
	}}
	checkResuming(t, text, "word_delete", "0.2", 4)
}
