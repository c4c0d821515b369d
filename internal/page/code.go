package page

import (
	"crypto/sha256"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"

	"github.com/danlu-ml/danlu/internal/study"
)

// CodeOf is what the code was when a trial's last attempt began, by its study's
// log: the zero value for one that has not begun.
func CodeOf(events iter.Seq2[study.Event, error], id study.TrialID) (ran study.Provenance, err error) {
	var now study.Provenance
	for e, err := range events {
		if err != nil {
			return ran, err
		}
		switch b := e.Body.(type) {
		case study.Created:
			now = b.Provenance
		case study.Changed:
			if b.Provenance != nil {
				now = *b.Provenance
			}
		case study.Started:
			if b.Trial == id {
				ran = now
			}
		}
	}
	return ran, nil
}

// version names the code in a few letters, so that two versions have two names:
// the commit, with a digest of the changes to it, or a digest of the files. It is
// empty where nothing is known.
func version(p study.Provenance) string {
	switch {
	case p.Commit != "" && p.Dirty != "":
		return fmt.Sprintf("%.12s + changes %.8s", p.Commit, p.Dirty)
	case p.Commit != "":
		return fmt.Sprintf("%.12s", p.Commit)
	case len(p.Files) == 0:
		return ""
	}
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(p.Files)) {
		_, _ = io.WriteString(h, name+"\x00"+p.Files[name]+"\n") // a hash has no errors
	}
	return fmt.Sprintf("files %.8x", h.Sum(nil))
}
