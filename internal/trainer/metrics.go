package trainer

// scores are the figures of a network on some examples.
type scores struct {
	loss, accuracy float64
	confusion      []int // of C×C: true class, then predicted
}

// macroF1 is the mean over classes of 2·TP ÷ (2·TP + FP + FN), 0 where that is
// 0 ÷ 0.
func (s scores) macroF1(classes int) float64 {
	sum := 0.0
	for c := range classes {
		hit, all := s.confusion[c*classes+c], 0
		for k := range classes {
			all += s.confusion[c*classes+k] + s.confusion[k*classes+c]
		}
		if all > 0 {
			sum += 2 * float64(hit) / float64(all)
		}
	}
	return sum / float64(classes)
}
