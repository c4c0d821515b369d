package sampler_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// Of eighty numbers a process that begins by steps learns the slopes; densities of so many
// are worse than the middle of the space for long.
func TestManyNumbersAreSteppedAlong(t *testing.T) {
	var params []space.Param
	for i := range 80 {
		params = append(params, float(fmt.Sprint("x", i), -5, 5))
	}
	v := rehearse(t, "auto", define(t, params...), 90, func(p space.Values) (study.State, float64) {
		loss := 0.0
		for i := range 80 {
			loss += math.Pow(p[fmt.Sprint("x", i)].Float()-float64(i%7-3), 2)
		}
		return study.Completed, loss
	})
	if first, best := v.Trials[0].Loss(), v.Best().Loss(); best > first/2 {
		t.Errorf("the best of 90 trials has a loss of %.0f, the first one %.0f: want half of it at most", best, first)
	}
}

// A budget for every configuration is no reason to try them in any order: the best comes soon,
// and all of them in the end.
func TestASmallSpaceIsSearchedBestFirst(t *testing.T) {
	def := define(t, integer("depth", 1, 5), integer("width", 1, 6), words("net", "cnn", "mlp", "gru", "vit"))
	def.Budget.Trials = 120
	v := rehearse(t, "auto", def, 120, func(p space.Values) (study.State, float64) {
		loss := math.Pow(float64(p["depth"].Int()-4)/5, 2) + math.Pow(float64(p["width"].Int()-2)/6, 2)
		if p["net"].String() != "mlp" {
			loss += .1
		}
		return study.Completed, loss
	})
	if len(v.Trials) != 120 {
		t.Errorf("%d trials are proposed, want 120, one of each configuration", len(v.Trials))
	}
	if best := v.Best(); best.ID > 25 {
		t.Errorf("the best configuration is trial %d, want it among the first 25", best.ID)
	}
}
