package lrfind

import "math"

// The rules of other finders, on the curve as it is: what smoothing they would do
// before is not done. Those that PyTorch tensors hold round to float32, so they do
// here. Each takes the index of a rate; -1 is that it takes none.

// valley is fastai's valley (fastai.callback.schedule, 2.8): the longest strictly
// descending subsequence, a third and a half of a third of its way along.
func valley(curve []Point) int {
	n := len(curve)
	longest := make([]int, n)
	first, last := 0, 0
	for i := range longest {
		longest[i] = 1
		for j := range i {
			if float32(curve[i].Loss) < float32(curve[j].Loss) && longest[i] < longest[j]+1 {
				longest[i] = longest[j] + 1
			}
			if longest[last] < longest[i] {
				last, first = i, i-longest[i]
			}
		}
	}
	third := float64(last-first) / 3
	at := first + int(third) + int(third/2)
	if at < 0 { // as Python counts from the end
		at += n
	}
	return at
}

// steepStep is fastai's steep: the largest fall from one rate to the next, by the
// logarithm of the rate.
func steepStep(curve []Point) int {
	return least(len(curve)-1, func(i int) float64 {
		step := float32(math.Log(float64(float32(curve[i+1].LR)))) - float32(math.Log(float64(float32(curve[i].LR))))
		return float64((float32(curve[i+1].Loss) - float32(curve[i].Loss)) / step)
	})
}

// The numbers of fastai's slide.
const (
	slideApart     = 15
	slideThreshold = 0.005
)

// slide is fastai's slide: two places, 15 rates apart, come down from the highest
// rate until the slopes at both are the same.
func slide(curve []Point) int {
	n := len(curve)
	if n <= slideApart {
		return -1
	}
	slope := func(i int) float64 { return difference(curve, i) }
	right, left := n-1, n-1-slideApart
	at := left
	for left >= 0 && math.Abs(slope(right)-slope(left)) > slideThreshold {
		at = left
		right, left = right-1, left-1
	}
	return at
}

// lowest is the rate of the least loss.
func lowest(curve []Point) int {
	return least(len(curve), func(i int) float64 { return float64(float32(curve[i].Loss)) })
}

// steepest is torch-lr-finder's (0.2): the steepest fall by place, the first 10 and
// the last 5 left out.
func steepest(curve []Point) int {
	const start, end = 10, 5
	if len(curve) < start+end+2 {
		return -1
	}
	inner := curve[start : len(curve)-end]
	return start + least(len(inner), func(i int) float64 { return difference(inner, i) })
}

// lightning is Lightning's lr_find (2.6): the steepest fall by the rate itself, the
// first 10 and the last left out.
func lightning(curve []Point) int {
	const start, end = 10, 1
	if len(curve) < start+end+2 {
		return -1
	}
	inner := curve[start : len(curve)-end]
	return start + least(len(inner), func(i int) float64 { return float64(slopeByRate(inner, i)) })
}

// slopeByRate is torch.gradient with uneven steps, in its order of operations: on a
// level curve what is left of rounding decides.
func slopeByRate(curve []Point, i int) float32 {
	step := func(i int) float32 { return float32(curve[i].LR) - float32(curve[i-1].LR) }
	y := func(i int) float32 { return float32(curve[i].Loss) }
	switch n := len(curve); i {
	case 0:
		return (y(1) - y(0)) / step(1)
	case n - 1:
		return (y(n-1) - y(n-2)) / step(n-1)
	}
	before, after := step(i), step(i+1)
	a := -after / float32(before*(before+after))
	b := (after - before) / float32(before*after)
	c := before / float32(after*(before+after))
	return float32(float32(a*y(i-1))+float32(b*y(i))) + float32(c*y(i+1))
}

// difference is numpy's gradient with a step of 1: central inside, one-sided at the
// ends.
func difference(curve []Point, i int) float64 {
	switch n := len(curve); i {
	case 0:
		return curve[1].Loss - curve[0].Loss
	case n - 1:
		return curve[n-1].Loss - curve[n-2].Loss
	}
	return (curve[i+1].Loss - curve[i-1].Loss) / 2
}

// least is the first of n places where f is lowest.
func least(n int, f func(int) float64) int {
	at, lowest := 0, math.Inf(1)
	for i := range n {
		if v := f(i); v < lowest {
			at, lowest = i, v
		}
	}
	return at
}
