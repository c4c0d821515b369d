package sqlite_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

var update = flag.Bool("update", false, "make the file of this version of the schema, if there is none")

// TestFilesOfEveryVersionCanBeRead opens a file of each version of the schema,
// with one of everything in it. The files are made once, when a version is
// released, and never again.
func TestFilesOfEveryVersionCanBeRead(t *testing.T) {
	for version := 1; version <= sqlite.SchemaVersion(); version++ {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			kept := filepath.Join("testdata", fmt.Sprintf("v%d.sqlite", version))
			if _, err := os.Stat(kept); err != nil && *update && version == sqlite.SchemaVersion() {
				makeKept(t, kept)
			}
			path := filepath.Join(t.TempDir(), "danlu.db")
			must(t, os.WriteFile(path, read(t, kept), 0o600))
			s := open(t, path, sqlite.Options{})
			defer func() { must(t, s.Close()) }()
			got := tell(t, s)
			text := strings.TrimSuffix(kept, ".sqlite") + ".txt"
			if _, err := os.Stat(text); err != nil && *update {
				must(t, os.WriteFile(text, []byte(got), 0o600))
			}
			if d := cmp.Diff(string(read(t, text)), got); d != "" {
				t.Errorf("the file's content (-want +got):\n%s", d)
			}
			if wrong, err := s.Check(t.Context()); err != nil || len(wrong) > 0 {
				t.Errorf("Check: %v, %v", wrong, err)
			}
			infos, err := s.Studies(t.Context())
			must(t, err)
			goOn(t, s, infos[0].Seq)
		})
	}
}

func TestMigrationIsWholeOrNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "danlu.db")
	must(t, os.WriteFile(path, read(t, "testdata/v1.sqlite"), 0o600))
	content := func() string {
		s := open(t, path, sqlite.Options{})
		defer func() { must(t, s.Close()) }()
		return tell(t, s)
	}
	want := content()
	t.Run("one that fails changes nothing", func(t *testing.T) {
		sqlite.WithMigrations(t, "CREATE TABLE extra (a); UPDATE log SET time=0; UPDATE nothing SET a=1")
		if s, err := sqlite.Open(path, sqlite.Options{}); err == nil {
			must(t, s.Close())
			t.Fatal("Open: no error")
		}
	})
	if d := cmp.Diff(want, content()); d != "" {
		t.Errorf("after a migration that failed (-want +got):\n%s", d)
	}
	t.Run("one that works keeps everything", func(t *testing.T) {
		sqlite.WithMigrations(t, "CREATE TABLE extra (a)")
		for range 2 {
			if d := cmp.Diff(want, content()); d != "" {
				t.Errorf("after a migration (-want +got):\n%s", d)
			}
		}
	})
	for _, o := range []sqlite.Options{{}, {ReadOnly: true}} {
		if _, err := sqlite.Open(path, o); !errors.Is(err, store.ErrNewer) {
			t.Errorf("Open by an earlier version, %+v: %v, want ErrNewer", o, err)
		}
	}
}

// makeKept makes the file of this version: every kind of event, points in a block
// and in rows of their own, a lease that has expired, a request with an answer
// and one without.
func makeKept(t *testing.T, path string) {
	l := studytest.New(studytest.Definition()).PlanDefault().Start(0)
	for step := range int64(3) {
		l.Report(0, step+1, 0.5, 2)
	}
	l.Judge(0, 3, study.Continue, true)
	id := study.TrialID(0)
	for _, b := range []study.Body{
		study.Used{Trial: 0, Params: l.View().Trials[0].Params},
		study.Checkpointed{Trial: 0, Attempt: 1, Step: 3, Path: "ckpt/3", Bytes: 10},
		study.Dropped{Trial: 0, Step: 3, Why: "superseded"},
		study.Noted{Trial: &id, By: "user", Text: "good\nso far"},
		study.Noted{By: "user", Text: "on the study"},
		study.StageOpened{Stage: "search"},
		study.StageClosed{Stage: "search", Why: "done"},
	} {
		l.Append(b)
	}
	l.End(0, study.Completed, 0.5, 2)
	for _, b := range []study.Body{
		study.Reopened{Trial: 0, By: "user"},
		study.Concluded{Reason: "budget"},
		study.Changed{What: []string{"the code has changed"}, Provenance: &study.Provenance{Danlu: "test", Commit: "abc"}},
	} {
		l.Append(b)
	}
	l.Resume(0, 0).Report(0, 1, 0.25, 1)

	s := open(t, path, sqlite.Options{})
	lease, err := s.Acquire(t.Context(), "a", store.Holder{Host: "elsewhere", Boot: "another", PID: 1, What: "danlu tune"}, 1)
	must(t, err)
	answered, err := s.Post(t.Context(), "a", "stop", []byte(`{"trial":0}`))
	must(t, err)
	_, err = s.Post(t.Context(), "a", "enqueue", []byte(`{}`))
	must(t, err)
	must(t, s.Append(t.Context(), lease, 0, l.Events, store.Answer{ID: answered, Text: "yes"}))
	must(t, s.Close())
}

// tell writes down what a store holds, less the times of its own making.
func tell(t *testing.T, s store.Store) string {
	t.Helper()
	var b strings.Builder
	infos, err := s.Studies(t.Context())
	must(t, err)
	for _, info := range infos {
		fmt.Fprintf(&b, "study %s, held by %q\n", info.Study, info.Holder.What)
		for e, err := range s.Replay(t.Context(), info.Study, 0) {
			must(t, err)
			text, err := study.EncodeBody(e.Body)
			must(t, err)
			fmt.Fprintf(&b, "%d %s %s %s\n", e.Seq, e.Time.Format(time.RFC3339Nano), e.Body.Kind(), text)
		}
		requests, err := s.Requests(t.Context(), info.Study)
		must(t, err)
		for _, r := range requests {
			fmt.Fprintf(&b, "request %d %s %s\n", r.ID, r.Kind, r.Body)
		}
		for id := range int64(5) {
			if a, ok, err := s.Answer(t.Context(), info.Study, id); ok {
				must(t, err)
				fmt.Fprintf(&b, "answer %d %q %q\n", id, a.Text, a.Error)
			}
		}
	}
	return b.String()
}
