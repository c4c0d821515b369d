package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/danlu-ml/danlu/internal/display"
	"github.com/danlu-ml/danlu/internal/doctor"
	"github.com/danlu-ml/danlu/internal/driver"
	"github.com/danlu-ml/danlu/internal/erase"
	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/salvage"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	"github.com/danlu-ml/danlu/internal/study"
)

// examine reads a store whole, and says what is in it and what is wrong with it.
func (a *app) examine(ctx context.Context, named string) []doctor.Finding {
	path, err := locate.Existing(named)
	if err != nil {
		f := doctor.Finding{Check: "store", Level: doctor.OK, Says: "none here: " + err.Error()}
		if named != "" {
			f.Level = doctor.Wrong
		}
		return []doctor.Finding{f}
	}
	advice := "`danlu doctor --repair" + a.flag(path) + "` saves what can be read in a new store"
	st, err := sqlite.Open(path, sqlite.Options{ReadOnly: true})
	if err != nil {
		return []doctor.Finding{{Check: "store", Level: doctor.Wrong, Says: err.Error(), Advice: advice}}
	}
	defer st.Close()
	r, err := salvage.Examine(ctx, st)
	if err != nil {
		return []doctor.Finding{{Check: "store", Level: doctor.Wrong, Says: err.Error(), Advice: advice}}
	}
	size := int64(0)
	for _, end := range []string{"", "-wal"} {
		if info, err := os.Stat(path + end); err == nil {
			size += info.Size()
		}
	}
	whole := doctor.Finding{
		Check: "store", Level: doctor.OK, Says: fmt.Sprintf("%s, %s, %s", path, megabytes(size), st.Mode()),
		Facts: map[string]any{"path": path, "bytes": size, "studies": len(r.Studies)},
	}
	if !r.Sound() {
		whole.Level, whole.Advice = doctor.Wrong, "it is damaged: "+advice
	}
	all := []doctor.Finding{whole}
	for _, s := range r.Studies {
		all = append(all, studyFinding(s))
	}
	all = append(all, strays(path, r.Studies)...)
	for _, w := range r.Wrong {
		all = append(all, doctor.Finding{Check: "store", Level: doctor.Wrong, Says: w})
	}
	return all
}

func studyFinding(s salvage.Study) doctor.Finding {
	f := doctor.Finding{
		Check: "study", Level: doctor.OK, Says: s.String(),
		Facts: map[string]any{"name": s.Name, "trials": s.Trials, "ended": s.Ended, "points": s.Points},
	}
	if s.Err != nil || s.Lost > 0 {
		f.Level = doctor.Wrong
	}
	if h := s.Info.Holder; h != nil {
		f.Facts["holder"] = h
		switch who := fmt.Sprintf("%s (pid %d on %s)", h.What, h.PID, h.Host); {
		case locate.Running(s.Info):
			f.Says += "; run by " + who
		default:
			f.Says += "; left by " + who + ", which is gone: the next `danlu tune` takes it up"
		}
	}
	return f
}

// strays looks for trials that have a folder and are not in the store it belongs
// to: the file beside it with the last events may be missing.
func strays(path string, studies []salvage.Study) (all []doctor.Finding) {
	views := map[string]*study.View{}
	for _, s := range studies {
		if s.View.Def == nil || locate.Running(s.Info) { // the folders of one that runs are ahead of what was read
			return nil
		}
		if runs := erase.Runs(s.View); runs != "" {
			views[runs] = s.View
		}
	}
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil
	}
	marks, _ := filepath.Glob(filepath.Join(dir, "danlu-runs", "*", "store")) // the pattern is sound
	for _, m := range marks {
		if runs := filepath.Dir(m); views[runs] == nil && driver.Owns(runs, path) {
			views[runs] = nil
		}
	}
	for _, runs := range slices.Sorted(maps.Keys(views)) {
		n := salvage.Strays(runs, views[runs])
		if n == 0 {
			continue
		}
		all = append(all, doctor.Finding{
			Check: "trials", Level: doctor.Wrong, Facts: map[string]any{"folder": runs, "unknown": n},
			Says:   fmt.Sprintf("the store knows nothing of %s in %s", display.Count(n, "trial"), runs),
			Advice: "if the file " + path + "-wal was moved or removed, put it back beside the store: the last events are in it",
		})
	}
	return all
}
