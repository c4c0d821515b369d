package locate

import (
	"context"
	"fmt"

	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
)

// View folds a study's log as it is now, without a lease.
func View(ctx context.Context, st store.Store, name string) (*study.View, error) {
	v := study.NewView()
	for ev, err := range st.Replay(ctx, name, 0) {
		if err == nil {
			err = v.Apply(ev)
		}
		if err != nil {
			return nil, fmt.Errorf("read the log of study %s: %w", name, err)
		}
	}
	if v.Def == nil {
		return nil, fmt.Errorf("study %s has not begun: its log is empty", name)
	}
	return v, nil
}

// In is the target's trial in its study's view.
func (t Target) In(v *study.View) (*study.Trial, error) {
	if id := *t.Trial; int(id) < len(v.Trials) {
		return v.Trials[id], nil
	}
	switch n := len(v.Trials); n {
	case 0:
		return nil, wrongf("study %s has no trial yet", t.Info.Study)
	default:
		return nil, wrongf("study %s has no trial %d: it has %d, from 0 to %d", t.Info.Study, *t.Trial, n, n-1)
	}
}

// Verdicts are those on all attempts of a trial, as they were given. A view keeps
// the current attempt's alone.
func Verdicts(ctx context.Context, st store.Store, name string, id study.TrialID) ([]study.Judged, error) {
	var all []study.Judged
	for ev, err := range st.Replay(ctx, name, 0) {
		if err != nil {
			return nil, fmt.Errorf("read the log of study %s: %w", name, err)
		}
		if j, ok := ev.Body.(study.Judged); ok && j.Trial == id {
			all = append(all, j)
		}
	}
	return all, nil
}
