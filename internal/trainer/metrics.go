package trainer

import (
	"cmp"
	"math"
	"slices"

	"github.com/danlu-ml/danlu/internal/trainer/nn"
)

// topK is how many guesses the top-5 accuracy allows.
const topK = 5

// worstKept is how many of the worst examples are named.
const worstKept = 20

// Example is one that a network was wrong or unsure about.
type Example struct {
	Row       int     `json:"row"` // in the data set, from 0
	Label     int     `json:"label"`
	Predicted int     `json:"predicted"`
	Loss      float64 `json:"loss"`
}

// scores are the figures of a network on some examples.
type scores struct {
	n, correct, within int // within: the label among the topK largest
	sum                float64
	confusion          [][]int // [true][predicted]
	worst              []Example
}

func newScores(classes int) *scores {
	s := &scores{confusion: make([][]int, classes), worst: make([]Example, 0, worstKept+1)}
	for c := range s.confusion {
		s.confusion[c] = make([]int, classes)
	}
	return s
}

// add takes in one example: its row, its label, its loss and the probabilities.
func (s *scores) add(row, label int32, loss float64, p []nn.Real) {
	best, above := 0, 0
	for j, v := range p {
		if v > p[best] {
			best = j
		}
		if v > p[label] || v == p[label] && j < int(label) {
			above++
		}
	}
	s.n++
	s.sum += loss
	s.confusion[label][best]++
	if best == int(label) {
		s.correct++
	}
	if above < topK {
		s.within++
	}
	s.remember(Example{int(row), int(label), best, loss})
}

// remember keeps the examples with the largest losses, the worst first.
func (s *scores) remember(e Example) {
	if math.IsNaN(e.Loss) {
		return
	}
	if len(s.worst) == worstKept && e.Loss <= s.worst[worstKept-1].Loss {
		return
	}
	at, _ := slices.BinarySearchFunc(s.worst, e, func(a, b Example) int { return cmp.Compare(b.Loss, a.Loss) })
	s.worst = slices.Insert(s.worst, at, e)
	s.worst = s.worst[:min(len(s.worst), worstKept)]
}

func (s *scores) loss() float64 { return s.sum / float64(s.n) }

func (s *scores) accuracy() float64 { return float64(s.correct) / float64(s.n) }

// balancedAccuracy is the mean recall of the classes that occur.
func (s *scores) balancedAccuracy() float64 {
	sum, present := 0.0, 0
	for c, row := range s.confusion {
		total := 0
		for _, n := range row {
			total += n
		}
		if total > 0 {
			present++
			sum += float64(row[c]) / float64(total)
		}
	}
	return sum / float64(max(1, present))
}

// ClassScore is how a network does on one class.
type ClassScore struct {
	Class     string  `json:"class"`
	Rows      int     `json:"rows"`      // that are of it
	Precision float64 `json:"precision"` // share of those taken for it that are; 0 where there are none
	Recall    float64 `json:"recall"`    // share of those of it that are taken for it; 0 where there are none
	F1        float64 `json:"f1"`        // harmonic mean of both
}

func (s *scores) perClass(names []string) []ClassScore {
	all := make([]ClassScore, len(s.confusion))
	for c := range all {
		of, taken := 0, 0
		for k := range s.confusion {
			of, taken = of+s.confusion[c][k], taken+s.confusion[k][c]
		}
		hits := float64(s.confusion[c][c])
		all[c] = ClassScore{
			Class: names[c], Rows: of,
			Precision: hits / float64(max(1, taken)), Recall: hits / float64(max(1, of)), F1: 2 * hits / float64(max(1, of+taken)),
		}
	}
	return all
}

// macroF1 is the mean over all classes of 2·TP ÷ (2·TP + FP + FN), where 0 ÷ 0
// is 0.
func (s *scores) macroF1() float64 {
	sum := 0.0
	for c := range s.confusion {
		all := 0
		for k := range s.confusion {
			all += s.confusion[c][k] + s.confusion[k][c]
		}
		if all > 0 {
			sum += 2 * float64(s.confusion[c][c]) / float64(all)
		}
	}
	return sum / float64(len(s.confusion))
}
