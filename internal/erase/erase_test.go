package erase_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/danlu-ml/danlu/internal/erase"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/store/memory"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// kiln is a study of three trials with folders: one completed, one that was
// cloned from its checkpoint and waits, one that runs.
type kiln struct {
	t         *testing.T
	st        store.Store
	view      *study.View
	runs      string
	storePath string
	me        store.Holder
}

func newKiln(t *testing.T) *kiln {
	dir := t.TempDir()
	k := &kiln{t: t, st: memory.New(), runs: filepath.Join(dir, "danlu-runs", "kiln"), storePath: filepath.Join(dir, "danlu.db"), me: store.Holder{Host: "here", PID: os.Getpid(), What: "test"}}
	def := studytest.Definition()
	def.Name, def.Dir = "kiln", dir
	l := studytest.New(def)
	l.PlanDefault().Append(study.Started{Trial: 0, Attempt: 1, Dir: filepath.Join(k.runs, "trial-0")})
	l.Append(study.Checkpointed{Trial: 0, Attempt: 1, Step: 3, Path: "x"}).End(0, study.Completed, 1, 1)
	params := l.View().Trials[0].Params
	l.Plan(params).Append(study.Started{Trial: 1, Attempt: 1, Dir: filepath.Join(k.runs, "trial-1")}).End(1, study.Stopped)
	k.view = l.View()
	lease, err := k.st.Acquire(t.Context(), "kiln", k.me, time.Minute)
	k.must(err)
	k.must(k.st.Append(t.Context(), lease, 0, l.Events))
	k.must(k.st.Release(t.Context(), lease))
	k.write(k.storePath, "")
	k.write(filepath.Join(k.runs, "store"), k.storePath+"\n")
	for _, trial := range []string{"trial-0", "trial-1"} {
		k.write(filepath.Join(k.runs, trial, "attempt-1", "stdout.log"), "hello\n")
	}
	return k
}

func (k *kiln) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

func (k *kiln) write(path, text string) {
	k.t.Helper()
	k.must(os.MkdirAll(filepath.Dir(path), 0o700))
	k.must(os.WriteFile(path, []byte(text), 0o600))
}

func (k *kiln) plan(trial *study.TrialID) erase.Plan {
	k.t.Helper()
	p, err := erase.Of(k.view, "kiln", k.storePath, trial)
	k.must(err)
	return p
}

func (k *kiln) do(ctx context.Context, p erase.Plan) error { return erase.Do(ctx, k.st, k.me, p) }

func (k *kiln) studies() int {
	k.t.Helper()
	infos, err := k.st.Studies(k.t.Context())
	k.must(err)
	return len(infos)
}

func there(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func TestAStudyGoesWithItsFolder(t *testing.T) {
	k := newKiln(t)
	p := k.plan(nil)
	if p.Files != 3 || p.Bytes == 0 || p.Dir != k.runs {
		t.Errorf("the plan is %+v", p)
	}
	k.must(k.do(t.Context(), p))
	if k.studies() != 0 || there(k.runs) {
		t.Errorf("%d studies are left, folder there: %v", k.studies(), there(k.runs))
	}
}

func TestATrialsFilesGoAndItsResultsStay(t *testing.T) {
	k := newKiln(t)
	id := study.TrialID(0)
	for range 2 { // again, after the first was killed at its end
		k.must(k.do(t.Context(), erase.Plan{Study: "kiln", Trial: &id, Dir: filepath.Join(k.runs, "trial-0")}))
	}
	v := study.NewView()
	for e, err := range k.st.Replay(t.Context(), "kiln", 0) {
		k.must(err)
		k.must(v.Apply(e))
	}
	tr := v.Trials[0]
	if tr.State != study.Completed || len(tr.Checkpoints) != 0 || len(tr.Notes) != 1 {
		t.Errorf("trial 0 is %s, has the checkpoints %v and the notes %v", tr.State, tr.Checkpoints, tr.Notes)
	}
	if there(filepath.Join(k.runs, "trial-0")) || !there(filepath.Join(k.runs, "trial-1")) {
		t.Error("the wrong folder is gone")
	}
}

// Wherever an erasure is killed, what is left can be planned and deleted again.
func TestAnErasureThatWasKilledGoesOn(t *testing.T) {
	for name, killed := range map[string]func(k *kiln){
		"before anything": func(*kiln) {},
		"after a trial":   func(k *kiln) { k.must(os.RemoveAll(filepath.Join(k.runs, "trial-0"))) },
		"within a trial":  func(k *kiln) { k.must(os.RemoveAll(filepath.Join(k.runs, "trial-1", "attempt-1"))) },
		"before the mark": func(k *kiln) {
			k.must(os.RemoveAll(filepath.Join(k.runs, "trial-0")))
			k.must(os.RemoveAll(filepath.Join(k.runs, "trial-1")))
		},
		"before the rows": func(k *kiln) { k.must(os.RemoveAll(k.runs)) },
		"when its context is ended": func(k *kiln) {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			if err := k.do(ctx, k.plan(nil)); !errors.Is(err, context.Canceled) {
				k.t.Errorf("the error is %v", err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKiln(t)
			killed(k)
			if k.studies() != 1 {
				t.Fatal("the study is gone already")
			}
			k.must(k.do(t.Context(), k.plan(nil)))
			if k.studies() != 0 || there(k.runs) {
				t.Errorf("%d studies are left, folder there: %v", k.studies(), there(k.runs))
			}
		})
	}
}

func TestAStudyThatIsDrivenIsRefused(t *testing.T) {
	k := newKiln(t)
	_, err := k.st.Acquire(t.Context(), "kiln", store.Holder{Host: "there", PID: 7, What: "danlu tune"}, time.Minute)
	k.must(err)
	err = k.do(t.Context(), k.plan(nil))
	if held := (*store.HeldError)(nil); !errors.As(err, &held) || !strings.Contains(err.Error(), "danlu tune (pid 7 on there)") {
		t.Errorf("the error is %v", err)
	}
	if !there(filepath.Join(k.runs, "trial-0", "attempt-1", "stdout.log")) || k.studies() != 1 {
		t.Error("something is gone")
	}
}

func TestATrialThatIsNotOverIsRefused(t *testing.T) {
	k := newKiln(t)
	l := study.Event{Seq: k.view.Seq + 1, Time: studytest.Epoch, Body: study.Planned{Trial: 2, Params: k.view.Trials[0].Params, Parent: &study.Parent{Trial: 0, Step: 3}}}
	k.must(k.view.Apply(l))
	for id, want := range map[study.TrialID]string{2: "end it first", 0: "begins from its checkpoint"} {
		if _, err := erase.Of(k.view, "kiln", k.storePath, &id); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("trial %d: the error is %v, want %q", id, err, want)
		}
	}
}

func TestAFolderThatIsNotTheStoresStays(t *testing.T) {
	for name, c := range map[string]struct {
		hurt func(k *kiln)
		why  string
	}{
		"another store's": {func(k *kiln) {
			other := filepath.Join(filepath.Dir(k.storePath), "other.db")
			k.write(other, "")
			k.write(filepath.Join(k.runs, "store"), other+"\n")
		}, "belongs to"},
		"one that is gone": {func(k *kiln) { k.write(filepath.Join(k.runs, "store"), "/nowhere/danlu.db\n") }, "which is gone"},
		"nobody's":         {func(k *kiln) { k.must(os.Remove(filepath.Join(k.runs, "store"))) }, "nobody"},
		"a link": {func(k *kiln) {
			if runtime.GOOS == "windows" {
				k.t.Skip("links need a privilege")
			}
			away := filepath.Join(filepath.Dir(k.storePath), "away")
			k.must(os.Rename(k.runs, away))
			k.must(os.Symlink(away, k.runs))
		}, "leads elsewhere"},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKiln(t)
			c.hurt(k)
			p := k.plan(nil)
			if p.Dir != "" || !strings.Contains(p.Kept, c.why) {
				t.Errorf("the plan is %+v", p)
			}
			k.must(k.do(t.Context(), p))
			if k.studies() != 0 || !there(filepath.Join(k.runs, "trial-0", "attempt-1", "stdout.log")) {
				t.Error("the study should be gone and its folder there")
			}
		})
	}
}

func TestLinksAreRemovedAndNotFollowed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege")
	}
	k := newKiln(t)
	precious := filepath.Join(t.TempDir(), "precious")
	k.write(filepath.Join(precious, "data"), "years of work")
	k.must(os.Symlink(precious, filepath.Join(k.runs, "link")))
	k.must(os.Symlink(precious, filepath.Join(k.runs, "trial-0", "data")))
	k.must(k.do(t.Context(), k.plan(nil)))
	if there(k.runs) || !there(filepath.Join(precious, "data")) {
		t.Error("a link was followed, or left")
	}
}
