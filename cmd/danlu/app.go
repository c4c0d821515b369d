package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"

	"golang.org/x/term"

	"github.com/danlu-ml/danlu/internal/command"
	"github.com/danlu-ml/danlu/internal/display"
	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
)

// app is what the verbs share: the process's streams and the flags of all of
// them.
type app struct {
	in       io.Reader
	out, err io.Writer
	store    string // --store
}

// open opens the store that is there already.
func (a *app) open(readOnly bool) (*sqlite.Store, error) {
	path, err := locate.Existing(a.store)
	if err != nil {
		return nil, err
	}
	return sqlite.Open(path, sqlite.Options{ReadOnly: readOnly})
}

// storeFor is where the store of a danlu.yaml is, or will be.
func (a *app) storeFor(file string) string { return locate.Beside(a.store, file) }

// flag is what makes a verb find the store: empty where it does by itself.
func (a *app) flag(store string) string {
	if locate.Default(store) {
		return ""
	}
	return " --store " + command.Quote([]string{store})
}

// terminal is the terminal that f leads to, if it does.
func terminal(f any) (fd int, ok bool) {
	file, isFile := f.(*os.File)
	if !isFile || !term.IsTerminal(int(file.Fd())) {
		return 0, false
	}
	return int(file.Fd()), true
}

// colour reports whether f shows colours: a terminal, and nobody objects.
func colour(f any) bool {
	_, ok := terminal(f)
	return ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// size is the size of what f leads to: a terminal's, else 80 × 24.
func size(f any) (width, height int) {
	if fd, ok := terminal(f); ok {
		if w, h, err := term.GetSize(fd); err == nil && w > 0 && h > 0 {
			return w, h
		}
	}
	if w, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && w > 0 {
		return w, 24
	}
	return 80, 24
}

// width is how many columns prose and charts may take.
func (a *app) width() int {
	w, _ := size(a.out)
	return w
}

// room is how many columns tables and lines of data may take: what is written to
// a file or another program is not cut, which is 0, unless COLUMNS asks for it.
func (a *app) room() int {
	if _, tty := terminal(a.out); !tty && os.Getenv("COLUMNS") == "" {
		return 0
	}
	return a.width()
}

// display makes the display of a running study: JSON lines, plain lines, or, in a
// terminal that can, the live picture.
func (a *app) display(json, plain bool) *display.Display {
	o := display.Options{
		Out: a.out, Err: a.err, Color: colour(a.out), Mode: display.Plain,
		Size: func() (int, int) { return size(a.out) },
	}
	if a.room() == 0 {
		o.Size = func() (int, int) { return 0, 24 }
	}
	_, tty := terminal(a.out)
	switch {
	case json:
		o.Mode = display.JSON
	case tty && !plain && os.Getenv("TERM") != "dumb" && (runtime.GOOS != "windows" || os.Getenv("WT_SESSION") != ""):
		o.Mode = display.Live
	}
	return display.New(o)
}

// live is the width of the terminal in which standard error rewrites its last line;
// nil where it can't, or is not to.
func (a *app) live(plain bool) func() int {
	if _, tty := terminal(a.err); !tty || plain || os.Getenv("TERM") == "dumb" {
		return nil
	}
	return func() int {
		width, _ := size(a.err)
		return width
	}
}

// note tells the person something besides the result.
func (a *app) note(format string, args ...any) { fmt.Fprintf(a.err, format+"\n", args...) }
