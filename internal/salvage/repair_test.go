package salvage_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/salvage"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// repair saves what is left of a file in a new store, which it checks.
func repair(t *testing.T, path string, def *study.Definition) ([]salvage.Saved, *study.View) {
	t.Helper()
	ctx := context.Background()
	left, err := sqlite.Rescue(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	var rs []salvage.Remnant
	for _, s := range left.Studies {
		rs = append(rs, salvage.Remnant{Name: s.Name, Events: s.Events})
	}
	st, err := sqlite.Open(filepath.Join(t.TempDir(), "new.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	saved, err := salvage.All(ctx, st, store.Holder{Host: "h", PID: os.Getpid()}, rs, def)
	if err != nil {
		t.Fatal(err)
	}
	if wrong, err := st.Check(ctx); err != nil || len(wrong) > 0 {
		t.Fatalf("the new store is not sound: %v %v", wrong, err)
	}
	if len(saved) == 0 || saved[0].Err != nil {
		return saved, nil
	}
	v := study.NewView()
	for e, err := range st.Replay(ctx, saved[0].Name, 0) {
		if err == nil {
			err = v.Apply(e)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return saved, v
}

const page = 4096

func zero(b []byte, from, pages int) []byte {
	clear(b[from*page : (from+pages)*page])
	return b
}

func TestWhatADamagedStoreHoldsIsSaved(t *testing.T) {
	sound := filepath.Join(t.TempDir(), "sound.db")
	keep(t, sound, 300)
	content, err := os.ReadFile(sound)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		how    func([]byte) []byte
		trials int  // at least so many of 300 keep their parameters
		lost   bool // it is known that something is lost
	}{
		{"nothing", func(b []byte) []byte { return b }, 300, false},
		{"the first page is gone", func(b []byte) []byte { return zero(b, 0, 1) }, 300, false},
		{"the header is another's", func(b []byte) []byte { copy(b, strings.Repeat("x", 100)); return b }, 300, false},
		{"two pages in the middle are zero", func(b []byte) []byte { return zero(b, len(b)/page/2, 2) }, 280, true},
		{"a third is cut off", func(b []byte) []byte { return b[:len(b)*2/3] }, 150, true},
		{"it ends within a page", func(b []byte) []byte { return b[:len(b)/2+1000] }, 100, true},
		{"all but the tables' structure is there", func(b []byte) []byte { return zero(b, 1, 3) }, 250, false},
		{"noise on a tenth of the pages", func(b []byte) []byte {
			rng := rand.New(rand.NewPCG(1, 2))
			for p := range len(b) / page {
				if rng.IntN(10) == 0 {
					for i := range page {
						b[p*page+i] = byte(rng.Uint32())
					}
				}
			}
			return b
		}, 200, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "s.db")
			if err := os.WriteFile(path, c.how(bytes.Clone(content)), 0o600); err != nil {
				t.Fatal(err)
			}
			saved, v := repair(t, path, studytest.Definition())
			if v == nil {
				t.Fatalf("nothing was saved: %v", saved)
			}
			s := saved[0]
			if got := s.Trials - len(s.Gone); got < c.trials || len(v.Trials) != s.Trials {
				t.Errorf("%d of %d trials have their parameters, want %d at least", got, s.Trials, c.trials)
			}
			if c.lost != (s.Lost > 0) {
				t.Errorf("%d events are lost: %s", s.Lost, s)
			}
			for i, tr := range v.Trials {
				if int(tr.ID) != i || (tr.State == study.Completed && len(tr.Values) == 0) {
					t.Fatalf("trial %d has number %d, is %s and has the values %v", i, tr.ID, tr.State, tr.Values)
				}
			}
		})
	}
}

func TestWhatIsNoStoreSavesNothing(t *testing.T) {
	for name, content := range map[string]string{
		"an empty file": "", "a text": strings.Repeat("this is not a store\n", 1000), "a short text": "x",
		"a page that says it has cells": string([]byte{0x0d, 0, 0, 0xff, 0xff}) + strings.Repeat("\xff", 9000),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "s.db")
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			left, err := sqlite.Rescue(context.Background(), path)
			if err != nil || left.Left() == nil {
				t.Errorf("left %+v, %v", left, err)
			}
		})
	}
}

func TestWhatOnlyTheLogAheadHoldsIsSaved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	st, err := sqlite.Open(path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	ctx := context.Background()
	lease, err := st.Acquire(ctx, "s", store.Holder{Host: "h", PID: os.Getpid()}, 1<<40)
	if err != nil {
		t.Fatal(err)
	}
	l := studytest.New(studytest.Definition())
	l.PlanDefault().Start(0).Report(0, 1, 0.5)
	if err := st.Append(ctx, lease, 0, l.Events); err != nil {
		t.Fatal(err)
	}
	for i := range study.TrialID(50) { // an append each
		before := int64(len(l.Events))
		l.Plan(l.View().Def.Space.At([]float64{0.1, 0.2, 0.3})).Start(i + 1)
		if err := st.Append(ctx, lease, before, l.Events[before:]); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name   string
		damage bool
	}{{"whole", false}, {"with a damage in the middle", true}} {
		t.Run(c.name, func(t *testing.T) {
			copied := filepath.Join(t.TempDir(), "s.db")
			for _, end := range []string{"", "-wal"} { // while the other one has it open
				b, err := os.ReadFile(path + end)
				if err != nil {
					t.Fatal(err)
				}
				if at := len(b) / 2; c.damage && end != "" {
					clear(b[at : at+page])
				}
				if err := os.WriteFile(copied+end, b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			saved, v := repair(t, copied, nil)
			if len(saved) != 1 || saved[0].Lost != 0 || len(v.Trials) != 51 || len(v.Trials[0].Curve()) != 1 {
				t.Errorf("saved %v", saved)
			}
		})
	}
}

func TestHolesAreFilledWithoutMakingUpResults(t *testing.T) {
	l := studytest.New(studytest.Definition()) // event 1
	params := l.View().Def.Space.At([]float64{0.1, 0.2, 0.3})
	for i := range study.TrialID(3) { // planned, started, a report, ended: events 2–5, 6–9, 10–13
		l.Plan(params).Start(i).Report(i, 1, float64(i)).End(i, study.Completed, float64(i))
	}
	type result struct {
		States  []study.State
		Gone    []study.TrialID
		Touched []study.TrialID
		Lost    int64
	}
	done, gone := study.Completed, study.Stopped
	for _, c := range []struct {
		name string
		lose []int64
		want result
	}{
		{"nothing", nil, result{States: []study.State{done, done, done}}},
		{"a report", []int64{4}, result{[]study.State{done, done, done}, nil, []study.TrialID{0}, 1}},
		{"a plan", []int64{6}, result{[]study.State{done, gone, done}, []study.TrialID{1}, nil, 3}},
		{"a whole trial", []int64{6, 7, 8, 9}, result{[]study.State{done, gone, done}, []study.TrialID{1}, nil, 4}},
		{"a start", []int64{3}, result{[]study.State{done, done, done}, nil, []study.TrialID{0}, 1}},
		{"an end", []int64{5}, result{[]study.State{study.Running, done, done}, nil, []study.TrialID{0}, 1}},
		{"the definition", []int64{1}, result{[]study.State{done, done, done}, nil, nil, 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := salvage.Remnant{Name: "s"}
			for _, e := range l.Events {
				lost := false
				for _, seq := range c.lose {
					lost = lost || seq == e.Seq
				}
				if !lost {
					r.Events = append(r.Events, e)
				}
			}
			st, err := sqlite.Open(filepath.Join(t.TempDir(), "new.db"), sqlite.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer st.Close()
			ctx := context.Background()
			s, err := salvage.Repair(ctx, st, store.Holder{Host: "h", PID: os.Getpid()}, r, studytest.Definition())
			if err != nil || s.Err != nil {
				t.Fatal(err, s.Err)
			}
			v := study.NewView()
			for e, err := range st.Replay(ctx, "s", 0) {
				if err != nil {
					t.Fatal(err)
				}
				if err := v.Apply(e); err != nil {
					t.Fatal(err)
				}
			}
			got := result{Gone: s.Gone, Touched: s.Touched, Lost: s.Lost}
			for _, tr := range v.Trials {
				got.States = append(got.States, tr.State)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestFoldersOfTrialsTheLogDoesNotKnowAreCounted(t *testing.T) {
	runs := t.TempDir()
	l := studytest.New(studytest.Definition()).PlanDefault()
	l.View().Trials[0].Name = "20250721-154530_lr1"
	for _, name := range []string{"20250721-154530_lr1", "20250721-154531_lr2", "code", "20250721"} {
		if err := os.Mkdir(filepath.Join(runs, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for v, want := range map[*study.View]int{l.View(): 1, nil: 2} {
		if got := salvage.Strays(runs, v); got != want {
			t.Errorf("counted %d, want %d", got, want)
		}
	}
}
