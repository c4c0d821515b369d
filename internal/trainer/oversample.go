package trainer

// oversampled are rows in which those of rare classes come several times: each
// class has at least share of the largest class's number, its rows as evenly as
// can be. All come at least once.
func oversampled(rows, labels []int32, classes int, share float64) []int32 {
	byClass := make([][]int32, classes)
	largest := 0
	for _, i := range rows {
		y := labels[i]
		byClass[y] = append(byClass[y], i)
		largest = max(largest, len(byClass[y]))
	}
	var all []int32
	for _, own := range byClass {
		if len(own) == 0 {
			continue
		}
		for k := range max(len(own), int(share*float64(largest))) {
			all = append(all, own[k%len(own)])
		}
	}
	return all
}
