package main

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	"github.com/danlu-ml/danlu/internal/study"
)

// warm is what STUDY, or STUDY@STORE, has to tell the study of a definition; st is that
// one's own store.
func warm(ctx context.Context, st store.Store, def *study.Definition, name string) (told study.Informed, err error) {
	of, path, elsewhere := strings.Cut(name, "@")
	except := def.Name
	switch {
	case of == "" || elsewhere && path == "":
		return told, usage("want STUDY, or STUDY@STORE: --warm-from mnist, --warm-from mnist@../old/danlu.db")
	case !elsewhere && of == def.Name:
		return told, usage("it is this study, which goes on with what it has found anyway: name another one, or leave --warm-from out")
	case elsewhere:
		except = ""
		if !filepath.IsAbs(path) {
			path = filepath.Join(def.Dir, path)
		}
		if path, err = locate.Existing(path); err != nil {
			return told, exitWith(codeUsage, err)
		}
		other, err := sqlite.Open(path, sqlite.Options{ReadOnly: true})
		if err != nil {
			return told, err
		}
		defer func() { err = errors.Join(err, other.Close()) }()
		st = other
	}
	target, err := locate.Find(ctx, st, []string{of}, locate.Want{Except: except})
	if errors.Is(err, locate.ErrUsage) {
		err = exitWith(codeUsage, err)
	}
	if err != nil {
		return told, err
	}
	v, err := locate.View(ctx, st, target.Info.Study)
	if err != nil {
		return told, err
	}
	return study.Tell(v, name, def.Objectives), nil
}

// warmBeside is [warm] for a study that may keep nothing itself: a name without a
// store is looked for in the store beside the file.
func (a *app) warmBeside(ctx context.Context, file string, def *study.Definition, name string) (told study.Informed, err error) {
	if strings.Contains(name, "@") {
		return warm(ctx, nil, def, name)
	}
	path, err := locate.Existing(a.storeFor(file))
	if err != nil {
		return told, exitWith(codeUsage, err)
	}
	st, err := sqlite.Open(path, sqlite.Options{ReadOnly: true})
	if err != nil {
		return told, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	return warm(ctx, st, def, name)
}

// absolute makes the store of a --warm-from, which is relative to the current
// folder, one that does not depend on it.
func absolute(name string) (string, error) {
	of, path, elsewhere := strings.Cut(name, "@")
	if !elsewhere || path == "" {
		return name, nil
	}
	path, err := filepath.Abs(path)
	return of + "@" + path, err
}
