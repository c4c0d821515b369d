package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/danlu-ml/danlu/internal/command"
	"github.com/danlu-ml/danlu/internal/driver"
	"github.com/danlu-ml/danlu/internal/erase"
	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/salvage"
	"github.com/danlu-ml/danlu/internal/session"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
)

// repair saves what can be read of a damaged store in a new one beside it. def,
// which may be nil, stands in for a definition that is lost.
func (a *app) repair(ctx context.Context, named string, def *study.Definition) error {
	path, err := locate.Existing(named)
	if err != nil {
		return usage("%w", err)
	}
	left, err := sqlite.Rescue(ctx, path)
	if err != nil {
		return err
	}
	// A store that lost its last pages may be sound, and hold less than can be read.
	if read, sound := readable(ctx, path); sound && left.Events() <= read {
		a.note("the store %s is sound: there is nothing to repair", path)
		return nil
	}
	if err := left.Left(); err != nil {
		return fmt.Errorf("repair store %s: %w; restore it from a copy", path, err)
	}
	if left.Pages < left.Due {
		fmt.Fprintf(a.out, "cut off  %d of %d pages are there\n", left.Pages, left.Due)
	}
	fresh, err := beside(path)
	if err != nil {
		return err
	}
	var rs []salvage.Remnant
	for _, s := range left.Studies {
		rs = append(rs, salvage.Remnant{Name: s.Name, Events: s.Events})
	}
	part := fresh + ".part"
	saved, err := writeRepaired(ctx, part, rs, def, func(v *study.View) error {
		if runs := erase.Runs(v); runs != "" {
			return driver.HandOver(runs, path, fresh)
		}
		return nil
	}, fresh)
	if err != nil {
		return err
	}
	kept := 0
	for _, s := range saved {
		for i, l := range text.Wrap(text.Clean(s.String()), max(a.width()-9, 40)) {
			head := "study"
			if i > 0 {
				head = ""
			}
			fmt.Fprintf(a.out, "%-9s%s\n", head, l.Render(0, false))
		}
		if s.Err == nil {
			kept++
		}
	}
	if kept == 0 {
		return errors.Join(fmt.Errorf("repair store %s: nothing of it could be saved", path), os.Remove(fresh))
	}
	quoted := command.Quote([]string{fresh})
	fmt.Fprintf(a.out, "store    %s has what could be read; %s is as it was\nuse it by --store, or move the damaged one away and give this one its name:\n  danlu ls --store %s\n", fresh, path, quoted)
	return nil
}

// readable is how many events of a store can be read in the ordinary way, and
// whether nothing is wrong with it.
func readable(ctx context.Context, path string) (events int64, sound bool) {
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		return 0, false
	}
	st, err := sqlite.Open(path, sqlite.Options{ReadOnly: true})
	if err != nil {
		return 0, false
	}
	defer st.Close()
	r, err := salvage.Examine(ctx, st)
	for _, s := range r.Studies {
		events += s.Events
	}
	return events, err == nil && r.Sound()
}

// beside is a name for a repaired store that nothing has yet.
func beside(path string) (string, error) {
	ext := filepath.Ext(path)
	for n := 1; n < 1000; n++ {
		name := strings.TrimSuffix(path, ext) + "-repaired"
		if n > 1 {
			name += fmt.Sprintf("-%d", n)
		}
		if _, err := os.Lstat(name + ext); errors.Is(err, fs.ErrNotExist) {
			return name + ext, nil
		}
	}
	return "", fmt.Errorf("repair store %s: all names for a repaired one are taken; remove older ones", path)
}

// writeRepaired writes the new store under a name of its own, and gives it its
// name when all is in it. handOver is called for every study that was saved.
func writeRepaired(ctx context.Context, part string, rs []salvage.Remnant, def *study.Definition, handOver func(*study.View) error, name string) (saved []salvage.Saved, err error) {
	for _, end := range []string{"", "-wal", "-shm"} { // of a repair that was killed
		if err := os.Remove(part + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	st, err := sqlite.Open(part, sqlite.Options{})
	if err != nil {
		return nil, err
	}
	saved, err = salvage.All(ctx, st, session.Me("danlu doctor"), rs, def)
	var views []*study.View
	for _, s := range saved {
		if err == nil && s.Err == nil {
			var v *study.View
			v, err = locate.View(ctx, st, s.Name)
			views = append(views, v)
		}
	}
	if err = errors.Join(err, st.Close()); err != nil {
		return saved, err
	}
	if err := os.Rename(part, name); err != nil {
		return saved, err
	}
	for _, v := range views {
		if err := handOver(v); err != nil {
			return saved, err
		}
	}
	return saved, nil
}
