package salvage

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
)

// Saved is what became of a study in the new store.
type Saved struct {
	Name   string
	Events int64 // read and kept
	Lost   int64 // known to have been there, or read and of no use alone
	Trials int
	// Gone are trials whose parameters are lost: they keep their numbers, as
	// stopped trials without results.
	Gone []study.TrialID
	// Touched are trials that may lack reports or an end.
	Touched []study.TrialID
	// Err is why nothing of it is in the new store, nil if something is.
	Err error
}

// String is the study in a sentence.
func (s Saved) String() string {
	if s.Err != nil {
		return fmt.Sprintf("%s: not saved: %v", s.Name, s.Err)
	}
	text := fmt.Sprintf("%s: %d events and %d trials saved", s.Name, s.Events, s.Trials-len(s.Gone))
	if s.Lost == 0 && len(s.Gone) == 0 {
		return text + ", nothing known to be lost"
	}
	text += fmt.Sprintf(", %d events lost", s.Lost)
	if len(s.Gone) > 0 {
		text += "; lost whole: " + numbers(s.Gone)
	}
	if len(s.Touched) > 0 {
		text += "; may lack reports: " + numbers(s.Touched)
	}
	return text
}

// numbers are trials in a few words: trials 3, 7–9.
func numbers(ids []study.TrialID) string {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	var parts []string
	for i := 0; i < len(ids); {
		j := i
		for j+1 < len(ids) && ids[j+1] == ids[j]+1 {
			j++
		}
		switch j - i {
		case 0:
			parts = append(parts, fmt.Sprint(ids[i]))
		default:
			parts = append(parts, fmt.Sprintf("%d–%d", ids[i], ids[j]))
		}
		i = j + 1
	}
	what := "trials "
	if len(ids) == 1 {
		what = "trial "
	}
	return what + strings.Join(parts, ", ")
}

// Remnant is what was read of a study: events with ascending numbers, between
// which others may be missing.
type Remnant struct {
	Name   string
	Events []study.Event
}

// ttl is long enough to write a study.
const ttl = 10 * time.Minute

// batch is how many events are written at once.
const batch = 4096

// Repair writes what is left of a study to a store that has none of its name. def
// stands in for a definition that is lost; it may be nil. An error is of the new
// store's; what could not be saved is in Saved.
func Repair(ctx context.Context, st store.Store, h store.Holder, r Remnant, def *study.Definition) (s Saved, err error) {
	m := mender{view: study.NewView()}
	s = m.mend(r, def)
	if s.Err != nil {
		return s, nil
	}
	lease, err := st.Acquire(ctx, s.Name, h, ttl)
	if err != nil {
		return s, err
	}
	for events := m.out; len(events) > 0 && err == nil; {
		n := min(batch, len(events))
		err = st.Append(ctx, lease, events[0].Seq-1, events[:n])
		events = events[n:]
	}
	if released := st.Release(context.WithoutCancel(ctx), lease); err == nil {
		err = released
	}
	return s, err
}

// mender makes a log that can be replayed out of one with holes: it leaves out
// what makes no sense without what is lost, and adds the least that what is left
// needs. It makes up no parameters and no results.
type mender struct {
	view    *study.View
	out     []study.Event
	gone    []study.TrialID
	touched []study.TrialID
}

func (m *mender) mend(r Remnant, def *study.Definition) Saved {
	s := Saved{Name: r.Name}
	last := int64(0)
	for _, e := range r.Events {
		if gap := e.Seq - last - 1; gap > 0 {
			s.Lost += gap
			m.doubt()
		}
		last = e.Seq
		if m.view.Def == nil && !m.begin(e, r.Events, def) {
			s.Err = fmt.Errorf("its definition is lost, and %d events can't be read without it; run this beside the danlu.yaml that has it", len(r.Events))
			return s
		}
		if _, ok := e.Body.(study.Created); ok && len(m.out) > 0 {
			continue // it is there already, or stands first
		}
		m.prepare(e)
		if m.add(e.Time, e.Body) {
			s.Events++
		} else {
			s.Lost++
		}
	}
	if m.view.Def == nil {
		s.Err = fmt.Errorf("nothing of its log is left")
		return s
	}
	s.Name = m.view.Def.Name
	if r.Name != "" {
		s.Name = r.Name
	}
	if s.Lost > 0 {
		m.add(r.Events[len(r.Events)-1].Time, study.Noted{By: "danlu doctor", Text: fmt.Sprintf("%d events were lost with a damaged store", s.Lost)})
	}
	s.Trials, s.Gone = len(m.view.Trials), m.gone
	m.touched = slices.DeleteFunc(m.touched, func(id study.TrialID) bool { return slices.Contains(m.gone, id) })
	s.Touched = slices.Compact(slices.Sorted(slices.Values(m.touched)))
	return s
}

// add appends an event to the new log, if it makes sense there.
func (m *mender) add(at time.Time, b study.Body) bool {
	e := study.Event{Seq: int64(len(m.out)) + 1, Time: at, Body: b}
	if err := m.view.Apply(e); err != nil {
		return false
	}
	m.out = append(m.out, e)
	return true
}

// begin opens the new log where the old one's beginning is lost: with the next
// definition that is known, or the one that was given.
func (m *mender) begin(first study.Event, all []study.Event, def *study.Definition) bool {
	if b, ok := first.Body.(study.Created); ok {
		return m.add(first.Time, b)
	}
	for _, e := range all {
		if b, ok := e.Body.(study.Changed); ok && b.Definition != nil {
			def = b.Definition
			break
		}
	}
	return def != nil && m.add(first.Time, study.Created{Definition: def})
}

// doubt notes the trials that ran while something was lost.
func (m *mender) doubt() {
	for _, t := range m.view.Trials {
		if t.State == study.Running {
			m.touched = append(m.touched, t.ID)
		}
	}
}

// prepare adds what an event needs to be there before it.
func (m *mender) prepare(e study.Event) {
	switch b := e.Body.(type) {
	case study.Planned:
		m.trials(b.Trial, e.Time)
	case study.Started:
		m.attempts(b.Trial, b.Attempt-1, e.Time, b.Dir)
		m.end(b.Trial, e.Time)
	case study.Points:
		m.attempts(b.Trial, b.Attempt, e.Time, "")
	case study.Judged:
		m.attempts(b.Trial, b.Attempt, e.Time, "")
	case study.Checkpointed:
		m.attempts(b.Trial, b.Attempt, e.Time, "")
	case study.Ended:
		m.attempts(b.Trial, b.Attempt, e.Time, "")
	case study.Used:
		m.trials(b.Trial+1, e.Time)
	case study.Dropped:
		m.trials(b.Trial+1, e.Time)
	case study.Reopened:
		m.attempts(b.Trial, 0, e.Time, "")
		m.finish(b.Trial, e.Time)
	case study.Noted:
		if b.Trial != nil {
			m.trials(*b.Trial+1, e.Time)
		}
	}
}

// lost is why a trial ended of which nobody knows what it tried.
const lost = "lost with a damaged store"

// trials makes the first n trials be there: those that are lost as stopped ones
// without parameters and results, of which samplers learn nothing.
func (m *mender) trials(n study.TrialID, at time.Time) {
	for id := study.TrialID(len(m.view.Trials)); id < n; id++ {
		m.add(at, study.Planned{Trial: id, Name: fmt.Sprintf("lost_%d", id), Sampler: "lost", Why: lost})
		m.add(at, study.Ended{Trial: id, State: study.Stopped, Reason: lost})
		m.gone = append(m.gone, id)
	}
}

// attempts makes the first n attempts of a trial be there, the last of them
// running. A trial that is gone has none: its events are of no use.
func (m *mender) attempts(id study.TrialID, n int, at time.Time, dir string) {
	m.trials(id+1, at)
	t := m.view.Trials[id]
	if slices.Contains(m.gone, id) {
		return
	}
	for len(t.Attempts) < n {
		m.touched = append(m.touched, id)
		m.end(id, at)
		if dir == "" {
			dir = m.folder(t)
		}
		if !m.add(at, study.Started{Trial: id, Attempt: len(t.Attempts) + 1, Dir: dir}) {
			return
		}
	}
}

// end makes a trial wait for its next attempt, where the end of the one before is
// lost.
func (m *mender) end(id study.TrialID, at time.Time) {
	if slices.Contains(m.gone, id) {
		return
	}
	t := m.view.Trials[id]
	switch {
	case t.State == study.Running:
		m.touched = append(m.touched, id)
		m.add(at, study.Ended{Trial: id, Attempt: t.Attempt().Number, State: study.Waiting, Lost: true, Reason: "its end was " + lost})
	case !t.State.Open():
		m.touched = append(m.touched, id)
		m.add(at, study.Reopened{Trial: id, By: "danlu doctor", Why: "that it was reopened was " + lost})
	}
}

// finish makes a trial be over, where its end is lost.
func (m *mender) finish(id study.TrialID, at time.Time) {
	t := m.view.Trials[id]
	if !t.State.Open() {
		return
	}
	b := study.Ended{Trial: id, State: study.Stopped, Reason: "its end was " + lost}
	if t.State == study.Running {
		b.Attempt = t.Attempt().Number
	}
	m.touched = append(m.touched, id)
	m.add(at, b)
}

// folder is where a trial's folder must be, by those of the others.
func (m *mender) folder(t *study.Trial) string {
	for _, other := range m.view.Trials {
		if a := other.Attempt(); a != nil && a.Dir != "" {
			return filepath.Join(filepath.Dir(a.Dir), t.Name)
		}
	}
	return ""
}

// All repairs what is left of a store's studies into a new one, under names of
// their own: one that is not known any more is called study-N.
func All(ctx context.Context, st store.Store, h store.Holder, rs []Remnant, def *study.Definition) ([]Saved, error) {
	var all []Saved
	taken := map[string]bool{}
	for i, r := range rs {
		fitting := def
		if def != nil && r.Name != "" && r.Name != def.Name {
			fitting = nil
		}
		if r.Name == "" && fitting != nil {
			r.Name = fitting.Name
		}
		if r.Name == "" || taken[r.Name] {
			r.Name = fmt.Sprintf("study-%d", i+1)
		}
		taken[r.Name] = true
		s, err := Repair(ctx, st, h, r, fitting)
		if err != nil {
			return all, fmt.Errorf("save study %s: %w", r.Name, err)
		}
		all = append(all, s)
	}
	return all, nil
}
