package study_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// touched is the trial an event is about, -1 for none.
func touched(b study.Body) study.TrialID {
	switch b := b.(type) {
	case study.Planned:
		return b.Trial
	case study.Started:
		return b.Trial
	case study.Points:
		if len(b.Rows) > 0 {
			return b.Trial
		}
	case study.Judged:
		return b.Trial
	case study.Used:
		return b.Trial
	case study.Checkpointed:
		return b.Trial
	case study.Dropped:
		return b.Trial
	case study.Ended:
		return b.Trial
	case study.Reopened:
		return b.Trial
	}
	return -1
}

func TestChangedSinceListsTheTrialsThatEventsTouched(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := studytest.Draw(t)
		since := rapid.Int64Range(0, int64(len(l.Events))).Draw(t, "since")
		var want []study.TrialID
		for _, e := range slices.Backward(l.Events) {
			if id := touched(e.Body); e.Seq > since && id >= 0 && !slices.Contains(want, id) {
				want = append(want, id)
			}
		}
		var got []study.TrialID
		for tr := range l.View().ChangedSince(since) {
			got = append(got, tr.ID)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("changed since %d (-want +got):\n%s", since, d)
		}
	})
}

func TestChangedSinceInAnEmptyStudy(t *testing.T) {
	for tr := range study.NewView().ChangedSince(0) {
		t.Errorf("trial %d has changed", tr.ID)
	}
}
