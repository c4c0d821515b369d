package trainer

import (
	"math"
	"math/rand/v2"
	"slices"
)

// balanced draws rows so that rare classes come more often: with chance 1 ÷ (size
// of the row's class)^balance. With 1, all classes are as likely.
type balanced struct {
	classes    [][]int32 // rows of each class that has any
	cumulative []float64 // chance of a class or one before it
}

func newBalanced(rows []int32, labels []int32, classes int, balance float64) *balanced {
	b := &balanced{classes: make([][]int32, classes)}
	for _, i := range rows {
		b.classes[labels[i]] = append(b.classes[labels[i]], i)
	}
	b.classes = slices.DeleteFunc(b.classes, func(c []int32) bool { return len(c) == 0 })
	total := 0.0
	for _, c := range b.classes {
		total += math.Pow(float64(len(c)), 1-balance)
		b.cumulative = append(b.cumulative, total)
	}
	for i := range b.cumulative {
		b.cumulative[i] /= total
	}
	return b
}

// fill draws as many rows as there is room for.
func (b *balanced) fill(order []int32, rng *rand.Rand) {
	for i := range order {
		class, _ := slices.BinarySearch(b.cumulative, rng.Float64())
		rows := b.classes[min(class, len(b.classes)-1)]
		order[i] = rows[rng.IntN(len(rows))]
	}
}
