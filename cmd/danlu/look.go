package main

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
)

// found is a study a verb looks at.
type found struct {
	locate.Target
	store *sqlite.Store
	view  *study.View
}

// look opens the store to read, finds what the arguments name, and hands it over
// with its view.
func (a *app) look(ctx context.Context, args []string, want locate.Want, with func(found) error) error {
	return a.reach(ctx, true, args, want, with)
}

// reach is look, of a store that is perhaps to be written too.
func (a *app) reach(ctx context.Context, readOnly bool, args []string, want locate.Want, with func(found) error) error {
	return a.withStore(readOnly, func(st *sqlite.Store) error {
		t, err := a.find(ctx, st, args, want)
		if err != nil {
			return err
		}
		v, err := locate.View(ctx, st, t.Info.Study)
		if err != nil {
			return err
		}
		if t.Trial != nil {
			if _, err := t.In(v); err != nil {
				return asUsage(err)
			}
		}
		return with(found{t, st, v})
	})
}

// withStore opens the store there is and closes it.
func (a *app) withStore(readOnly bool, with func(*sqlite.Store) error) (err error) {
	st, err := a.open(readOnly)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	return with(st)
}

// find is locate.Find that says how it chose.
func (a *app) find(ctx context.Context, st store.Store, args []string, want locate.Want) (locate.Target, error) {
	t, err := locate.Find(ctx, st, args, want)
	if err != nil {
		return t, asUsage(err)
	}
	if t.Guessed != "" {
		a.note("%s", t.Guessed)
	}
	return t, nil
}

func asUsage(err error) error {
	if errors.Is(err, locate.ErrUsage) {
		return exitWith(codeUsage, err)
	}
	return err
}

// show writes a table or a page.
func (a *app) show(lines []text.Line) error {
	return text.WriteLines(a.out, lines, a.room(), colour(a.out))
}

// json writes an object a line.
func (a *app) json(x any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(x)
}
