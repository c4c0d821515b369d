package page

import (
	"maps"
	"slices"
	"testing"

	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

func TestATrialHasTheCodeItsLastAttemptBeganWith(t *testing.T) {
	change := func(commit string) study.Changed {
		return study.Changed{Provenance: &study.Provenance{Commit: commit}}
	}
	l := studytest.New(studytest.Definition())
	l.Append(change("one")).PlanDefault().Start(0)
	l.Plan(l.View().Trials[0].Params).Start(1)
	l.Append(change("two")).End(0, study.Completed, 1, 1).End(1, study.Waiting)
	l.Append(change("three")).Start(1).Append(change("four"))
	l.Plan(l.View().Trials[0].Params)
	events := func(yield func(study.Event, error) bool) {
		for _, e := range l.Events {
			if !yield(e, nil) {
				return
			}
		}
	}
	for id, want := range []string{"one", "three", ""} {
		if p, err := CodeOf(events, study.TrialID(id)); err != nil || p.Commit != want {
			t.Errorf("trial %d ran commit %q (%v), want %q", id, p.Commit, err, want)
		}
	}
}

func TestTwoVersionsOfTheCodeHaveTwoNames(t *testing.T) {
	names := map[string]bool{}
	all := []study.Provenance{
		{},
		{Commit: "1a2b3c4d5e6f7a8b"},
		{Commit: "1a2b3c4d5e6f7a8b", Dirty: "0123456789"},
		{Commit: "1a2b3c4d5e6f7a8b", Dirty: "1123456789"},
		{Files: map[string]string{"a.py": "1"}},
		{Files: map[string]string{"a.py": "2"}},
		{Files: map[string]string{"b.py": "1"}},
	}
	for _, p := range all {
		names[version(p)] = true
	}
	if len(names) != len(all) || !names["1a2b3c4d5e6f"] || !names["1a2b3c4d5e6f + changes 01234567"] || !names[""] {
		t.Errorf("named %q", slices.Sorted(maps.Keys(names)))
	}
}
