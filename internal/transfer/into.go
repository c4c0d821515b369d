package transfer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
)

// ErrThere is wrapped by the error of taking in a study whose name is taken.
var ErrThere = errors.New("a study of that name is there already")

// Into makes the study in a store, as of now.
func (s *Study) Into(ctx context.Context, st store.Store, h store.Holder, p study.Provenance, now time.Time) (err error) {
	lease, err := st.Acquire(ctx, s.Name, h, time.Minute)
	if err != nil {
		return fmt.Errorf("make study %s: %w", s.Name, err)
	}
	defer func() { err = errors.Join(err, st.Release(ctx, lease)) }()
	for _, err := range st.Replay(ctx, s.Name, 0) {
		if err != nil {
			return fmt.Errorf("make study %s: %w", s.Name, err)
		}
		return fmt.Errorf("make study %s: %w; give another with --name", s.Name, ErrThere)
	}
	events := s.Events(p, now)
	v := study.NewView()
	for _, e := range events {
		if err := v.Apply(e); err != nil {
			return fmt.Errorf("take in study %s: %w", s.Name, err)
		}
	}
	after := int64(0)
	for some := range slices.Chunk(events, 1000) {
		if err := st.Append(ctx, lease, after, some); err != nil {
			return fmt.Errorf("take in study %s: %w", s.Name, err)
		}
		after += int64(len(some))
	}
	return nil
}

// SafeName is a study's name as a folder's.
func SafeName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r) {
			return r
		}
		return '-'
	}, name)
	if name = strings.Trim(name, "-."); name == "" {
		return "imported"
	}
	return name
}
