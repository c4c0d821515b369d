package locate

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/internal/session"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/store/memory"
	"github.com/danlu-ml/danlu/internal/study"
)

func TestWhereAStoreIs(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.MkdirAll("sub", 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Existing(""); err == nil || !strings.Contains(err.Error(), "danlu tune") {
		t.Errorf("without a store: %v", err)
	}
	if _, err := Existing("sub"); err == nil {
		t.Error("a folder without a store is taken for one")
	}
	if err := os.WriteFile("sub/danlu.db", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ named, want string }{
		{"sub/danlu.db", "sub/danlu.db"},
		{"sub", filepath.Join("sub", "danlu.db")},
	} {
		if got, err := Existing(tc.named); err != nil || got != tc.want {
			t.Errorf("Existing(%q) = %q, %v; want %q", tc.named, got, err, tc.want)
		}
	}
	for _, tc := range []struct{ named, file, want string }{
		{"", "", "danlu.db"},
		{"", "-", "danlu.db"},
		{"", "danlu.yaml", "danlu.db"},
		{"", "sub/danlu.yaml", filepath.Join("sub", "danlu.db")},
		{"my.db", "sub/danlu.yaml", "my.db"},
	} {
		if got := Beside(tc.named, tc.file); got != tc.want {
			t.Errorf("Beside(%q, %q) = %q, want %q", tc.named, tc.file, got, tc.want)
		}
	}
	if Default("sub/danlu.db") || !Default("./danlu.db") {
		t.Error("the store of another folder is found without a flag, or this one's is not")
	}
	abs, err := filepath.Abs("danlu.db")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("danlu.db", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if !Default(abs) {
		t.Error("the store in this folder is not found by its whole path")
	}
}

// studies makes a store of studies, each with two trials; those in running are
// held by this process.
func studies(t *testing.T, running string, names ...string) store.Store {
	t.Helper()
	ctx := context.Background()
	st := memory.New()
	s, err := space.New([]space.Param{{Name: "lr", Domain: space.Float{Low: 0, High: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		lease, err := st.Acquire(ctx, name, session.Me("danlu tune"), time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		def := &study.Definition{Name: name, Objectives: []study.Objective{{Metric: "loss"}}, Space: s}
		events := []study.Event{
			{Seq: 1, Body: study.Created{Definition: def}},
			{Seq: 2, Body: study.Planned{Trial: 0, Params: space.Values{"lr": space.FloatValue(0.5)}}},
			{Seq: 3, Body: study.Planned{Trial: 1, Params: space.Values{"lr": space.FloatValue(0.25)}}},
		}
		if err := st.Append(ctx, lease, 0, events); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(running, name) {
			if err := st.Release(ctx, lease); err != nil {
				t.Fatal(err)
			}
		}
	}
	return st
}

func TestWhichStudyIsMeant(t *testing.T) {
	for _, tc := range []struct {
		name    string
		studies string
		running string
		args    string
		want    Want
		study   string
		trial   int // -1: none
		guessed bool
		err     string
	}{
		{name: "the only one", studies: "a", study: "a", trial: -1},
		{name: "the only one's trial", studies: "a", args: "1", study: "a", trial: 1},
		{name: "by name", studies: "a b", args: "a", study: "a", trial: -1},
		{name: "by name, with a trial", studies: "a b", args: "a 0", study: "a", trial: 0},
		{name: "the newest, to look at", studies: "a b", study: "b", trial: -1, guessed: true},
		{name: "the one that runs", studies: "a b", running: "a", args: "1", study: "a", trial: 1, guessed: true},
		{name: "the one that runs, to change", studies: "a b", running: "a", want: Want{Write: true}, study: "a", trial: -1, guessed: true},
		{name: "no guess where something changes", studies: "a b", want: Want{Write: true}, err: "which study? The store holds a, b: name one"},
		{name: "no guess among two that run", studies: "a b", running: "a b", want: Want{Write: true}, err: "which study?"},
		{name: "a trial is needed", studies: "a", want: Want{Trial: true}, err: "which trial of study a?"},
		{name: "not a trial", studies: "a", args: "a x", err: `"x" is not a trial`},
		{name: "a negative trial", studies: "a", args: "a -1", err: "trials are numbers from 0 on"},
		{name: "no such study", studies: "mnist cifar", args: "speech", err: `the store holds no study "speech": it holds mnist, cifar`},
		{name: "none that is not meant", studies: "mnist self", want: Want{Except: "self"}, args: "speech", err: `the store holds no study "speech": it holds mnist`},
		{name: "no other", studies: "self", want: Want{Except: "self"}, args: "speech", err: "the store holds no study but self"},
		{name: "two letters swapped", studies: "mnist cifar", args: "mnits", err: `the store holds no study "mnits": did you mean mnist?`},
		{name: "a slip", studies: "speech", args: "speeh", err: "did you mean speech?"},
		{name: "no such trial", studies: "a", args: "2", err: "study a has no trial 2: it has 2, from 0 to 1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			st := studies(t, tc.running, strings.Fields(tc.studies)...)
			target, err := Find(t.Context(), st, strings.Fields(tc.args), tc.want)
			if err == nil && target.Trial != nil {
				var v *study.View
				if v, err = View(t.Context(), st, target.Info.Study); err == nil {
					_, err = target.In(v)
				}
			}
			if tc.err != "" {
				if err == nil || !strings.Contains(err.Error(), tc.err) || !errors.Is(err, ErrUsage) {
					t.Fatalf("got %v, want an error of usage with %q", err, tc.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			trial := -1
			if target.Trial != nil {
				trial = int(*target.Trial)
			}
			if target.Info.Study != tc.study || trial != tc.trial || (target.Guessed != "") != tc.guessed {
				t.Errorf("got study %s, trial %d, guessed %q", target.Info.Study, trial, target.Guessed)
			}
		})
	}
}

func TestAnEmptyStoreHasNoStudy(t *testing.T) {
	if _, err := Find(t.Context(), memory.New(), nil, Want{}); err == nil || !strings.Contains(err.Error(), "no study yet") {
		t.Errorf("got %v", err)
	}
}

func TestTheFolderOfAnAttempt(t *testing.T) {
	trial := &study.Trial{ID: 3, Attempts: []study.Attempt{{Number: 1, Dir: "/runs/x"}, {Number: 2, Dir: "/runs/x"}}}
	for attempt, want := range map[int]string{0: "/runs/x/attempt-2", 1: "/runs/x/attempt-1"} {
		if got, err := AttemptDir(trial, attempt); err != nil || got != want {
			t.Errorf("attempt %d: %q, %v", attempt, got, err)
		}
	}
	if _, err := AttemptDir(trial, 3); !errors.Is(err, ErrUsage) {
		t.Errorf("an attempt that is not there: %v", err)
	}
	for what, tr := range map[string]*study.Trial{"not started": {}, "ran inside": {Attempts: []study.Attempt{{Number: 1}}}} {
		if _, err := AttemptDir(tr, 0); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
