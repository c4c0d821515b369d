package probe

// Peak is what the rate that short runs at constant rates say is multiplied with to
// become the peak of a schedule, by its name; empty is unknown. The factors are those
// of package lrfind. A study of schedules found more between each at its own best
// rate: the best peak of One Cycle, cosine or steps was 2.2 to 2.3 times the best
// constant rate (docs/learning-rate.md).
func Peak(schedule string) float64 {
	switch schedule {
	case "", "plateau": // in between
		return 1
	case "constant":
		return 0.7
	}
	return 1.25
}
