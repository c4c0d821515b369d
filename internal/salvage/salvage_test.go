package salvage_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/internal/salvage"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// keep writes a log of many trials into a store's file.
func keep(t *testing.T, path string, trials int) {
	t.Helper()
	l := studytest.New(studytest.Definition())
	for i := range trials {
		l.Propose(study.Planned{Params: l.View().Def.Space.At([]float64{0.1, 0.2, 0.3}), Sampler: "random"})
		id := study.TrialID(i)
		l.Start(id)
		for step := range 20 {
			l.Report(id, int64(step+1), float64(step))
		}
		l.End(id, study.Completed, 1)
	}
	st, err := sqlite.Open(path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	lease, err := st.Acquire(ctx, "s", store.Holder{Host: "h", PID: os.Getpid()}, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Append(ctx, lease, 0, l.Events); err != nil {
		t.Fatal(err)
	}
	if err := st.Release(ctx, lease); err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
}

func examine(t *testing.T, path string) salvage.Report {
	t.Helper()
	st, err := sqlite.Open(path, sqlite.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	r, err := salvage.Examine(context.Background(), st)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestASoundStoreIsCalledSound(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	keep(t, path, 30)
	r := examine(t, path)
	if !r.Sound() || len(r.Studies) != 1 || r.Studies[0].Trials != 30 || r.Studies[0].Ended != 30 || r.Studies[0].Points != 600 {
		t.Errorf("found %+v", r)
	}
}

func TestADamagedStoreTellsWhatIsLeft(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	keep(t, path, 300)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	middle := len(b) / 2 / 4096 * 4096
	copy(b[middle:], make([]byte, 8192))
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	r := examine(t, path)
	if r.Sound() {
		t.Fatal("a store with two pages of zeros is called sound")
	}
	s := r.Studies[0]
	if s.Trials == 0 || s.Lost == 0 || s.Err == nil || !strings.Contains(s.String(), "are not") {
		t.Errorf("what is left: %s", s)
	}
}
