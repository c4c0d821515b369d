// Package erase removes studies, and the files of trials, with what they left on
// the disk.
//
// A log is only ever appended to, so a trial can't be taken out of it: its files
// go, and its results stay known. A study goes whole. Whatever is removed is
// removed in an order that lets an erasure which was killed be done again: files
// first, then what says that they were there.
//
// Start reading at [Of].
package erase

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/wrapper"
)

// ttl is how long a lease for an erasure lasts without being renewed.
const ttl = time.Minute

// Plan is what an erasure would do.
type Plan struct {
	Study string
	Trial *study.TrialID // nil: the study whole
	// Dir is the folder to be removed, empty where there is none.
	Dir   string
	Bytes int64
	Files int
	// Kept says why a folder that is there stays, for people; empty if it goes.
	Kept string
}

// Of plans the erasure of a study of v, or of the files of one of its trials. It
// changes nothing. Errors: a trial that is not over, or whose checkpoint another
// one still needs; programs that run.
func Of(v *study.View, name, storePath string, trial *study.TrialID) (Plan, error) {
	p := Plan{Study: name, Trial: trial}
	trials := v.Trials
	if trial != nil {
		trials = trials[*trial : *trial+1]
		if err := over(v, trials[0]); err != nil {
			return p, err
		}
	}
	for _, t := range trials {
		if a := t.Attempt(); a != nil && a.Dir != "" && a.Ended.IsZero() && lives(wrapper.AttemptDir(a.Dir, a.Number)) {
			return p, fmt.Errorf("delete study %s: the program of trial %d runs; `danlu tune` takes it up, `danlu stop %s %d` then ends it", name, t.ID, name, t.ID)
		}
	}
	return p, p.folder(v, storePath)
}

// over refuses trials that may still go on, or that others begin from.
func over(v *study.View, t *study.Trial) error {
	if t.State.Open() {
		return fmt.Errorf("delete the files of trial %d of study %s: it is %s and needs them; end it first: danlu stop %[2]s %[1]d", t.ID, v.Def.Name, t.State)
	}
	for _, child := range v.Trials {
		if child.State.Open() && child.Parent != nil && child.Parent.Trial == t.ID {
			return fmt.Errorf("delete the files of trial %d of study %s: trial %d begins from its checkpoint and is %s", t.ID, v.Def.Name, child.ID, child.State)
		}
	}
	return nil
}

func lives(attempt string) bool {
	c, err := wrapper.ReadClaim(attempt)
	return err == nil && c.Life() == wrapper.Alive
}

// folder finds what there is to remove: the study's folder where this store made
// it, or the trial's in that.
func (p *Plan) folder(v *study.View, storePath string) error {
	runs := Runs(v)
	if runs == "" {
		return nil
	}
	info, err := os.Lstat(runs)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("look at the folder of study %s: %w", p.Study, err)
	case !info.IsDir():
		p.Kept = runs + " is not a folder but leads elsewhere"
		return nil
	}
	if owner, ours := owner(runs, storePath); !ours {
		p.Kept = runs + " belongs to " + owner
		return nil
	}
	dir := runs
	if p.Trial != nil {
		dir = filepath.Join(runs, v.Trials[*p.Trial].Name)
		if info, err := os.Lstat(dir); err != nil || !info.IsDir() || !plain(v.Trials[*p.Trial].Name) {
			return nil
		}
	}
	p.Dir = dir
	return filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if info, err := d.Info(); err == nil {
			p.Files++
			p.Bytes += info.Size()
		}
		return nil
	})
}

// Runs is the folder of a study's trials, empty where it has none.
func Runs(v *study.View) string {
	for _, t := range v.Trials {
		if a := t.Attempt(); a != nil && a.Dir != "" && filepath.Base(filepath.Dir(a.Dir)) == v.Def.Name {
			return filepath.Dir(a.Dir)
		}
	}
	if v.Def.Dir == "" || !plain(v.Def.Name) {
		return ""
	}
	return filepath.Join(v.Def.Dir, "danlu-runs", v.Def.Name)
}

// plain reports whether a name is one element of a path.
func plain(name string) bool {
	return name != "." && filepath.IsLocal(name) && filepath.Base(name) == name
}

// owner reads whose a folder of trials is: one that says nothing is nobody's.
func owner(runs, storePath string) (who string, ours bool) {
	text, err := os.ReadFile(filepath.Join(runs, "store"))
	if err != nil {
		return "nobody: it has no file `store`", false
	}
	who = strings.TrimSpace(string(text))
	a, err := os.Stat(who)
	if err != nil {
		return who + ", which is gone", false
	}
	b, err := os.Stat(storePath)
	return who, err == nil && os.SameFile(a, b)
}

// Do carries a plan out, under a lease of its own: a study that is being driven is
// a [*store.HeldError], and nothing is removed.
func Do(ctx context.Context, st store.Store, h store.Holder, p Plan) (err error) {
	lease, err := st.Acquire(ctx, p.Study, h, ttl)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Release(context.WithoutCancel(ctx), lease)) }()
	ctx, stop := keep(ctx, st, lease)
	defer stop()
	if p.Trial != nil {
		if err := drop(ctx, st, lease, *p.Trial); err != nil {
			return err
		}
		return removeAll(ctx, p.Dir, "")
	}
	// The mark goes last of the files, and the rows after it: killed before that,
	// the folder is still the store's, and the study is still there to be deleted.
	if err := removeAll(ctx, p.Dir, "store"); err != nil {
		return err
	}
	return st.Delete(ctx, lease)
}

// keep renews the lease while files of many gigabytes are removed. What it returns
// ends when the lease is lost: then another has the study, and its files.
func keep(ctx context.Context, st store.Store, l store.Lease) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		ticker := time.NewTicker(ttl / 3)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				if err := st.Renew(ctx, l, ttl); errors.Is(err, store.ErrFenced) {
					cancel(err)
					return
				}
			}
		}
	})
	return ctx, func() {
		cancel(nil)
		wg.Wait()
	}
}

// drop appends that a trial's checkpoints are gone, before they are.
func drop(ctx context.Context, st store.Store, l store.Lease, id study.TrialID) error {
	v := study.NewView()
	for e, err := range st.Replay(ctx, l.Study, 0) {
		if err == nil {
			err = v.Apply(e)
		}
		if err != nil {
			return err
		}
	}
	t := v.Trials[id]
	if err := over(v, t); err != nil { // again, now that nobody else can write
		return err
	}
	var events []study.Event
	add := func(b study.Body) {
		events = append(events, study.Event{Seq: v.Seq + int64(len(events)) + 1, Time: time.Now().UTC(), Body: b})
	}
	for _, c := range t.Checkpoints {
		add(study.Dropped{Trial: id, Step: c.Step, Why: "deleted by the user"})
	}
	if !slices.ContainsFunc(t.Notes, func(n study.Noted) bool { return n.Text == filesDeleted }) {
		add(study.Noted{Trial: &id, By: "user", Text: filesDeleted})
	}
	if len(events) == 0 {
		return nil
	}
	return st.Append(ctx, l, v.Seq, events)
}

const filesDeleted = "its files were deleted"

// removeAll removes a folder without following any link out of its parent, the
// entry called last after the others. It ends early when ctx does.
func removeAll(ctx context.Context, dir, last string) error {
	if dir == "" {
		return nil
	}
	root, err := os.OpenRoot(filepath.Dir(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("remove %s: %w", dir, err)
	}
	defer root.Close()
	base := filepath.Base(dir)
	entries, err := fs.ReadDir(root.FS(), base)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove %s: %w", dir, err)
	}
	for _, e := range entries {
		if ctx.Err() != nil {
			return fmt.Errorf("remove %s: %w; what is left can be deleted by the same command", dir, context.Cause(ctx))
		}
		if e.Name() != last {
			if err := root.RemoveAll(filepath.Join(base, e.Name())); err != nil {
				return fmt.Errorf("remove %s: %w; what is left can be deleted by the same command", dir, err)
			}
		}
	}
	if err := root.RemoveAll(base); err != nil {
		return fmt.Errorf("remove %s: %w; what is left can be deleted by the same command", dir, err)
	}
	return nil
}
