package data

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplitIsStratifiedDisjointAndFixedBySeed(t *testing.T) {
	table, err := FashionMNIST()
	if err != nil {
		t.Fatal(err)
	}
	split := func(o SplitOptions) *Split {
		t.Helper()
		s, err := table.Split(o)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := split(SplitOptions{Validation: 0.2, Seed: 1})
	if d := cmp.Diff(s.Train, split(SplitOptions{Validation: 0.2, Seed: 1}).Train); d != "" {
		t.Errorf("the same seed splits otherwise:\n%s", d)
	}
	if slices.Equal(s.Val, split(SplitOptions{Validation: 0.2, Seed: 2}).Val) {
		t.Error("another seed gives the same split")
	}
	seen := make([]int, table.N())
	counts := make([]int, 10)
	for _, part := range [][]int32{s.Train, s.Val, s.Test} {
		for _, i := range part {
			seen[i]++
		}
	}
	for i, n := range seen {
		if n != 1 {
			t.Fatalf("row %d is in %d parts", i, n)
		}
	}
	for _, i := range s.Val {
		counts[table.Y[i]]++
	}
	if slices.Min(counts) != 120 || slices.Max(counts) != 120 {
		t.Errorf("validation rows by class: %v, want 120 each", counts)
	}
	if slices.Min(s.Test) != int32(table.Held) {
		t.Errorf("the test part has training rows")
	}

	half := split(SplitOptions{Validation: 0.2, Fraction: 0.5, Seed: 1})
	if !slices.Equal(half.Val, s.Val) || len(half.Train) != 2400 {
		t.Errorf("half the data: %d training rows, want 2400 and the same validation part", len(half.Train))
	}
	for _, i := range half.Train {
		if !slices.Contains(s.Train, i) {
			t.Fatalf("row %d of half the data is not in the whole", i)
		}
	}
}

func TestASubsetOfClassesIsInEveryPart(t *testing.T) {
	table, err := Digits()
	if err != nil {
		t.Fatal(err)
	}
	s, err := table.Split(SplitOptions{Validation: 0.2, Classes: 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range [][]int32{s.Train, s.Val, s.Test} {
		seen := make([]int, len(table.Classes))
		for _, i := range part {
			seen[table.Y[i]]++
		}
		if seen[0] == 0 || seen[1] == 0 || seen[0]+seen[1] != len(part) {
			t.Errorf("rows by class: %v, want classes 0 and 1 only", seen)
		}
	}
}

func TestNormalisationIsLearntFromTheTrainingPart(t *testing.T) {
	table := &Table{
		Name: "t", D: 2, Classes: []string{"a", "b"}, Held: 8,
		X: []float32{1, 5, 2, 5, 3, 5, 4, 5, 1, 5, 2, 5, 3, 5, 4, 5, 1000, 5},
		Y: []int32{0, 0, 0, 0, 1, 1, 1, 1, 0},
	}
	s, err := table.Split(SplitOptions{Validation: 0.25})
	if err != nil {
		t.Fatal(err)
	}
	var sum, squares float64
	for _, i := range s.Train {
		v := float64((table.Row(i)[0] - s.Offset[0]) * s.Scale[0])
		sum += v
		squares += v * v
	}
	if n := float64(len(s.Train)); math.Abs(sum) > 1e-5 || math.Abs(squares/n-1) > 1e-5 {
		t.Errorf("training rows have mean %g and variance %g after normalisation", sum/n, squares/n)
	}
	if s.Scale[1] != 0 {
		t.Errorf("a constant column is scaled by %g, want 0", s.Scale[1])
	}
}

func TestSplitRefusesAnEmptyPart(t *testing.T) {
	table := &Table{Name: "t", D: 1, Classes: []string{"a"}, Held: 1, X: []float32{1}, Y: []int32{0}}
	if _, err := table.Split(SplitOptions{Validation: 0.2}); err == nil {
		t.Error("one row was split into three parts")
	}
}

func TestSequencesAreSplitWhole(t *testing.T) {
	table, err := SpeechFrames()
	if err != nil {
		t.Fatal(err)
	}
	s, err := table.Split(SplitOptions{Validation: 0.2, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	part := make(map[int32]string)
	for name, rows := range map[string][]int32{"train": s.Train, "val": s.Val, "test": s.Test} {
		for _, i := range rows {
			part[i] = name
		}
	}
	if len(part) != table.N() {
		t.Errorf("%d rows are in parts, want %d", len(part), table.N())
	}
	for u := range len(table.Starts) - 1 {
		for i := table.Starts[u]; i < table.Starts[u+1]; i++ {
			if part[i] != part[table.Starts[u]] {
				t.Fatalf("utterance %d is in two parts", u)
			}
		}
	}
	if a, b, c := len(s.Sequences.Train), len(s.Sequences.Val), len(s.Sequences.Test); a != 30 || b != 8 || c != 10 {
		t.Errorf("%d, %d and %d utterances, want 30, 8 and 10", a, b, c)
	}
}

func TestGroupsAreSplitWhole(t *testing.T) {
	table := &Table{Name: "t", D: 1, Classes: []string{"a", "b"}, Held: 300}
	for i := range 300 {
		table.X, table.Y = append(table.X, float32(i)), append(table.Y, int32(i%2))
		table.Groups = append(table.Groups, int32(i/2%30))
	}
	s, err := table.Split(SplitOptions{Validation: 0.2, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	part := make(map[int32]string)
	for name, rows := range map[string][]int32{"train": s.Train, "val": s.Val, "test": s.Test} {
		for _, i := range rows {
			if was := part[table.Groups[i]]; was != "" && was != name {
				t.Fatalf("group %d is in two parts, %s and %s", table.Groups[i], was, name)
			}
			part[table.Groups[i]] = name
		}
	}
	if a, b, c := len(s.Train), len(s.Val), len(s.Test); a != 180 || b != 60 || c != 60 {
		t.Errorf("%d, %d and %d rows, want 180, 60 and 60", a, b, c)
	}
	less, err := table.Split(SplitOptions{Validation: 0.2, Fraction: 0.5, Seed: 1})
	if err != nil || len(less.Train) != 90 || !slices.Equal(less.Val, s.Val) {
		t.Errorf("half of it: %d rows, %v; want 90 and the same validation part", len(less.Train), err)
	}
}

func TestImbalanceThinsTrainingClassesOnly(t *testing.T) {
	table, err := FashionMNIST()
	if err != nil {
		t.Fatal(err)
	}
	s, err := table.Split(SplitOptions{Validation: 0.2, Imbalance: 100})
	if err != nil {
		t.Fatal(err)
	}
	counts := make([]int, 10)
	for _, i := range s.Train {
		counts[table.Y[i]]++
	}
	// 480 · 100^(−c/9)
	if d := cmp.Diff([]int{480, 288, 173, 103, 62, 37, 22, 13, 8, 5}, counts); d != "" {
		t.Errorf("training rows by class (-want +got):\n%s", d)
	}
	if len(s.Val) != 1200 || len(s.Test) != 1000 {
		t.Errorf("%d rows validate and %d test, want 1200 and 1000 as ever", len(s.Val), len(s.Test))
	}
}
