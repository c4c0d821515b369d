package discover

import (
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/danlu-ml/danlu/internal/draft"
	"github.com/danlu-ml/danlu/internal/tfevents"
)

// look finds metrics in event files and CSV logs that appeared since a run started,
// in the trial's folder or in the program's.
func (e *ear) look(work, trial string, since time.Time) {
	for _, place := range []struct{ root, prefix string }{{trial, "{dir}"}, {work, ""}} {
		for _, path := range newFiles(place.root, since) {
			found := newEar()
			rel, err := filepath.Rel(place.root, path)
			if err != nil {
				continue
			}
			observing := ""
			if strings.Contains(filepath.Base(path), "tfevents") {
				found.events(path)
				observing = "{tensorboard: " + draft.Scalar(under(place.prefix, topOf(rel))) + "}"
			} else {
				found.table(path)
				observing = "{csv: " + draft.Scalar(under(place.prefix, globOf(rel))) + "}"
			}
			if best := found.best(); best != nil && (e.best() == nil || best.rank() > e.best().rank()) {
				e.metrics, e.files = found.metrics, observing
			}
		}
	}
}

// under is a path below a folder that may be a placeholder.
func under(prefix, rel string) string {
	switch {
	case prefix == "":
		return filepath.ToSlash(rel)
	case rel == ".":
		return prefix
	}
	return prefix + "/" + filepath.ToSlash(rel)
}

// topOf is the outermost folder of a path.
func topOf(rel string) string {
	top, _, ok := strings.Cut(filepath.ToSlash(rel), "/")
	if !ok {
		return "."
	}
	return top
}

// globOf matches a file in numbered folders, as version_3, of another run as well.
func globOf(rel string) string {
	rel = filepath.ToSlash(rel)
	if top := topOf(rel); top != "." && strings.Count(rel, "/") > 1 {
		return top + "/**/" + filepath.Base(rel)
	}
	return rel
}

// mostFiles is how many files are looked at for one that is new.
const mostFiles = 20_000

// newFiles lists event files and tables written since a moment.
func newFiles(root string, since time.Time) (paths []string) {
	n := 0
	// What can't be read holds no metrics for us.
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if n++; n > mostFiles {
			return fs.SkipAll
		}
		name := entry.Name()
		if entry.IsDir() {
			if path != root && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "site-packages" || name == "danlu-runs") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.Contains(name, "tfevents") && !strings.HasSuffix(name, ".csv") {
			return nil
		}
		if info, err := entry.Info(); err == nil && info.ModTime().After(since) {
			paths = append(paths, path)
		}
		return nil
	})
	return paths
}

// events takes in the scalars of an event file. Where it has a scalar called epoch,
// epochs count, as they do when it is observed.
func (e *ear) events(path string) {
	f, err := os.Open(path)
	if err != nil {
		return
	}
	defer f.Close()
	var all []tfevents.Event
	epochs := map[int64]int64{}
	for r := tfevents.NewReader(f); ; {
		ev, err := r.Next()
		if err != nil {
			break
		}
		all = append(all, ev)
		for _, s := range ev.Scalars {
			if strings.EqualFold(s.Tag, "epoch") {
				epochs[ev.Step] = int64(s.Value)
			}
		}
	}
	for _, ev := range all {
		step, ok := epochs[ev.Step]
		if !ok {
			step = ev.Step
		}
		for _, s := range ev.Scalars {
			if !strings.EqualFold(s.Tag, "epoch") && s.Tag != "hp_metric" { // Lightning's, which is -1
				e.add(s.Tag, step, s.Value)
			}
		}
	}
}

// table takes the names of a table's columns for metrics.
func (e *ear) table(path string) {
	f, err := os.Open(path)
	if err != nil {
		return
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil || len(header) < 2 {
		return
	}
	for row := int64(1); ; row++ {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) || err != nil {
			return
		}
		for i, c := range cells {
			if i < len(header) && strings.TrimSpace(c) != "" {
				e.add(header[i], row, 0)
			}
		}
	}
}
