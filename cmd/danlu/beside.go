package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"

	"github.com/danlu-ml/danlu/internal/aside"
	"github.com/danlu-ml/danlu/internal/display"
	"github.com/danlu-ml/danlu/internal/driver"
	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	"github.com/danlu-ml/danlu/internal/study"
)

// beside opens the place of the studies that a verb runs beside a user's: the store
// that the user names, else danlu-VERB.db beside the file. The signals of the
// process are caught until closing it.
func (a *app) beside(ctx context.Context, def *study.Definition, file, verb string, lines *aside.Lines, again bool) (p aside.Place, closing func() error, err error) {
	offerSelf()
	path := a.store
	if path == "" {
		path = strings.TrimSuffix(locate.Beside("", file), ".db") + "-" + verb + ".db"
	}
	log := slog.New(display.New(display.Options{Out: lines, Err: lines, Mode: display.Plain}).Handler(slog.LevelWarn))
	st, err := sqlite.Open(path, sqlite.Options{Log: log})
	if err != nil {
		return p, nil, err
	}
	said := func(text string) { lines.Say("%s", text) }
	watched, stop := context.WithCancel(ctx)
	place := aside.Place{
		Store: st, Path: path, Runs: filepath.Join(def.Dir, "danlu-runs"), What: "danlu " + verb, Version: version(), Again: again,
		Signals: driver.Signals(watched, said), Said: said, Log: log,
	}
	return place, func() error {
		stop()
		return st.Close()
	}, nil
}
