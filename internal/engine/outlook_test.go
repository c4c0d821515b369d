package engine

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/danlu-ml/danlu/internal/study"
)

// aimless plays a study whose results hang on nothing that is tuned, for 60 trials
// if nothing ends it. looks are the numbers of completed trials at which the engine
// looked ahead.
func aimless(t *testing.T, stopWhen string) (done int, reason Reason, why string, looks []int) {
	t.Helper()
	w := newWorld(t, func(d *study.Definition) { d.StopWhen = stopWhen })
	rng := rand.New(rand.NewPCG(2, 2))
	for range 60 {
		if reason, why = w.Over(); reason != Ready {
			break
		}
		tr := w.begin(1)[0]
		w.report(tr, 9, 0.9+0.01*rng.NormFloat64())
		w.exit(tr, study.Exit{})
		w.Over()
		if at := w.outlook.at; at > 0 && (len(looks) == 0 || looks[len(looks)-1] != at) {
			looks = append(looks, at)
		}
	}
	return w.View().Count[study.Completed], reason, why, looks
}

func TestAStudyEndsWhenNothingIsToBeGained(t *testing.T) {
	done, reason, why, looks := aimless(t, study.NoGain)
	if reason != NoGain || !strings.HasPrefix(why, "further search is expected to gain less than ") {
		t.Errorf("after %d trials the study is over by %q: %q; want no_gain", done, reason, why)
	}
	for i, at := range looks { // a look takes long
		if at != 20+5*i {
			t.Errorf("the engine looks ahead after %v completed trials, want 20 and every fifth from there", looks)
			break
		}
	}
}

func TestAStudyGoesOnThatWasNotToldToEndByGain(t *testing.T) {
	if done, reason, why, looks := aimless(t, ""); reason != Ready || len(looks) > 0 {
		t.Errorf("after %d trials the study is over by %q: %q, having looked ahead at %v; want it to go on", done, reason, why, looks)
	}
}
