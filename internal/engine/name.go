package engine

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// runName is a trial's readable name, unique in its study, fit for a folder:
// `20260721-154530_7_lr0.00123_bs128`. Parameters that can take one value only
// are left out, and what would make it longer than 100 bytes.
func runName(at time.Time, id study.TrialID, s *space.Space, vs space.Values) string {
	name := fmt.Sprintf("%s_%d", at.Format("20060102-150405"), id)
	for i := range s.Len() {
		p := s.Param(i)
		v, ok := vs[p.Name]
		if !ok || p.Domain.Count() == 1 {
			continue
		}
		part := "_" + safe(short(p.Name)+text(v))
		if len(name)+len(part) > 100 {
			break
		}
		name += part
	}
	return name
}

// short abbreviates a name of several words by their first letters: batch_size
// is bs, hidden_dim hd. A single word stays, up to eight letters.
func short(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune("_-./", r) })
	if len(words) < 2 {
		return name[:min(len(name), 8)]
	}
	var b strings.Builder
	for _, w := range words {
		b.WriteByte(w[0])
	}
	return b.String()
}

// text shows three significant digits: the name is to be read, the log has all.
func text(v space.Value) string {
	if v.Kind() == space.FloatKind {
		return strconv.FormatFloat(v.Float(), 'g', 3, 64)
	}
	return v.String()
}

// safe keeps letters, digits and a few signs, so that a name is one path element
// that needs no quotes.
func safe(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune(".-+", r):
			return r
		}
		return '-'
	}, s)
}
