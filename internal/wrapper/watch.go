package wrapper

import (
	"hash/maphash"
	"os"
	"path/filepath"
	"time"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/observe"
)

// watchEvery is how often files are looked at. Where looking takes long, as over a
// folder with thousands of earlier runs, it is done more rarely: for at most a
// twentieth of the time.
const watchEvery = 500 * time.Millisecond

// watch reads the files that a program writes its metrics to.
//
// Files that are there before the program starts are not its own: event files are
// left alone, of others only what is appended counts. Which of the new ones are its
// own is asked in owner.go.
type watch struct {
	spec     Spec
	o        *observe.Observer
	notes    *notes
	owner    *owner
	seed     maphash.Seed
	before   map[uint64]earlier // by the hash of the path, since there may be many
	files    map[string]*watched
	unknown  map[string]bool // whose owner is not known yet
	stop     chan struct{}
	finished chan struct{}
}

// earlier is a file as it was before the program started.
type earlier struct {
	size    int64
	mtime   time.Time
	end     uint64 // hash of its last bytes
	foreign bool   // it is another's, or an event file that ended before
}

// watched is a file being read.
type watched struct {
	*observe.File
	size  int64
	mtime time.Time
}

// newWatch notes what is there before the program starts; nil where no files are
// to be looked at.
func newWatch(spec Spec, o *observe.Observer, n *notes) *watch {
	if len(spec.Watch.Files) == 0 {
		return nil
	}
	w := &watch{
		spec: spec, o: o, notes: n, seed: maphash.MakeSeed(), before: map[uint64]earlier{},
		files: map[string]*watched{}, unknown: map[string]bool{},
		stop: make(chan struct{}), finished: make(chan struct{}),
	}
	for _, f := range spec.Watch.Files {
		find(patternOf(f), func(path string) {
			w.before[w.hash(path)] = w.asItIs(path, f.Format)
		})
	}
	return w
}

func (w *watch) hash(path string) uint64 { return maphash.String(w.seed, path) }

// asItIs describes a file before the program starts.
func (w *watch) asItIs(path, format string) earlier {
	if format == observe.TensorBoard {
		return earlier{foreign: true}
	}
	info, err := os.Stat(path)
	if err != nil {
		return earlier{}
	}
	return earlier{size: info.Size(), mtime: info.ModTime(), end: w.hashEnd(path, info.Size())}
}

// hashEnd hashes up to 4 KiB of a file that end at size.
func (w *watch) hashEnd(path string, size int64) uint64 {
	f, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer f.Close()
	p := make([]byte, min(size, 4<<10))
	if _, err := f.ReadAt(p, size-int64(len(p))); err != nil {
		return 0
	}
	return maphash.Bytes(w.seed, p)
}

// goesOn says from where a file that was there before counts: from its old end
// where something was appended, from its beginning where it was written anew. ok is
// false while nothing has changed.
func (w *watch) goesOn(path string, e earlier) (offset int64, ok bool) {
	info, err := os.Stat(path)
	switch {
	case err != nil || (info.Size() == e.size && info.ModTime().Equal(e.mtime)):
		return 0, false
	case info.Size() > e.size && w.hashEnd(path, e.size) == e.end:
		return e.size, true
	}
	return 0, true
}

// patternOf is what find looks for.
func patternOf(f executor.WatchedFiles) string {
	if f.Format == observe.TensorBoard {
		return filepath.Join(f.Path, "**", "*tfevents*")
	}
	return f.Path
}

// start begins to look at files of the tree that has been started.
func (w *watch) start(t *tree) {
	if w == nil {
		return
	}
	w.owner = newOwner(t)
	go func() {
		defer close(w.finished)
		pause := watchEvery
		for {
			select {
			case <-w.stop:
				return
			case <-time.After(pause):
			}
			began, had := time.Now(), len(w.files)
			w.look(false)
			if had == 0 && len(w.files) > 0 {
				shrink() // what finding the first file has touched
			}
			pause = max(watchEvery, 20*time.Since(began))
		}
	}()
}

// finish reads what is left, when the tree has ended.
func (w *watch) finish() {
	if w == nil || w.owner == nil {
		return
	}
	close(w.stop)
	<-w.finished
	w.look(true)
	for path := range w.unknown {
		w.notes.add("%s and %d other new files may be this trial's or another's, so they were not read: put {dir} into the path under observe, and give it to the program, or write parallel: 1", path, len(w.unknown)-1)
		break
	}
	if len(w.files) == 0 && len(w.notes.told) == 0 {
		f := w.spec.Watch.Files[0]
		w.notes.add("no new file was found for observe, %s: %s", f.Format, patternOf(f))
	}
}

// look finds new files and reads what has come.
func (w *watch) look(last bool) {
	w.owner.forget()
	for _, f := range w.spec.Watch.Files {
		find(patternOf(f), func(path string) {
			if w.files[path] == nil {
				w.meet(path, f, last)
			}
		})
	}
	for path, f := range w.files {
		if err := f.look(path, last); err != nil {
			w.notes.add("%s: %v", path, err)
		}
	}
}

// meet decides whether a file that is not read yet is the trial's own.
func (w *watch) meet(path string, f executor.WatchedFiles, last bool) {
	offset := int64(0)
	if e, there := w.before[w.hash(path)]; there {
		if e.foreign {
			return
		}
		var changed bool
		if offset, changed = w.goesOn(path, e); !changed {
			return
		}
	}
	whose := own
	if !f.Own {
		whose = w.owner.of(path, w.spec.Watch.Alone, last)
	}
	delete(w.unknown, path)
	switch whose {
	case own:
		w.files[path] = &watched{File: w.o.File(f.Format, offset, filepath.Base(filepath.Dir(path))), size: -1}
	case several:
		w.notes.add("%s is written by another program as well, so it was not read: put {dir} into the path under observe, and give it to the program", path)
		fallthrough
	case others:
		w.before[w.hash(path)] = earlier{foreign: true}
	case unclear:
		w.unknown[path] = true
	}
}

// look reads what the file has got since the last look.
func (f *watched) look(path string, last bool) error {
	in, err := os.Open(path)
	if os.IsNotExist(err) {
		return nil // removed, or rotated away
	}
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	idle := info.Size() == f.size && info.ModTime().Equal(f.mtime)
	if idle && !last && !f.Waits() {
		return nil
	}
	f.size, f.mtime = info.Size(), info.ModTime()
	return f.Read(in, f.size, last)
}
