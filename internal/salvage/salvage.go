// Package salvage reads a store that may be damaged, says what of each study is
// still there, and writes that to a new one. It changes nothing in the old one.
//
// Start reading at [Examine], then [Repair].
package salvage

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"sync"

	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
)

// Report is what was found.
type Report struct {
	Studies []Study
	Wrong   []string // the store's own complaints, for people
}

// Study is what can be read of a study.
type Study struct {
	Name          string
	Info          store.Info // as the list of studies has it
	Events, Lost  int64      // read, and known to have been there
	Trials, Ended int
	Points        int64
	Err           error // why reading ended early, nil if it did not
	View          *study.View
}

// Strays counts the folders of trials in a study's folder that its log, of which v
// is the fold, says nothing of: the log has lost its end. v may be nil.
func Strays(runs string, v *study.View) int {
	entries, err := os.ReadDir(runs)
	if err != nil {
		return 0
	}
	known := map[string]bool{}
	if v != nil {
		for _, t := range v.Trials {
			known[t.Name] = true
		}
	}
	n := 0
	for _, e := range entries {
		if e.IsDir() && stamped().MatchString(e.Name()) && !known[e.Name()] {
			n++
		}
	}
	return n
}

// stamped is how the names of trials' folders begin.
var stamped = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d{8}-\d{6}_`) })

// Sound reports whether nothing is wrong.
func (r Report) Sound() bool {
	for _, s := range r.Studies {
		if s.Err != nil || s.Lost > 0 {
			return false
		}
	}
	return len(r.Wrong) == 0
}

// String is the study in a line: `toy: 9 trials, 9 ended, 81 points`.
func (s Study) String() string {
	text := fmt.Sprintf("%s: %d trials, %d ended, %d points", s.Name, s.Trials, s.Ended, s.Points)
	if s.Err != nil || s.Lost > 0 {
		text += fmt.Sprintf("; %d events are read and %d are not: %v", s.Events, s.Lost, s.Err)
	}
	return text
}

// Examine reads everything. It fails only where not even the list of studies can
// be read.
func Examine(ctx context.Context, st store.Store) (Report, error) {
	var r Report
	infos, err := st.Studies(ctx)
	if err != nil {
		return r, err
	}
	for _, info := range infos {
		r.Studies = append(r.Studies, read(ctx, st, info))
	}
	r.Wrong, err = st.Check(ctx)
	if err != nil {
		r.Wrong = append(r.Wrong, err.Error())
	}
	return r, nil
}

// read replays a study as far as it goes.
func read(ctx context.Context, st store.Store, info store.Info) Study {
	s := Study{Name: info.Study, Info: info}
	v := study.NewView()
	for ev, err := range st.Replay(ctx, info.Study, 0) {
		if err == nil {
			err = v.Apply(ev)
		}
		if err != nil {
			s.Err = err
			break
		}
		s.Events = ev.Seq
	}
	s.View = v
	s.Lost = max(info.Seq-s.Events, 0)
	s.Trials = len(v.Trials)
	for _, t := range v.Trials {
		if !t.State.Open() {
			s.Ended++
		}
	}
	for _, n := range v.SeenMetrics {
		s.Points += n
	}
	return s
}
