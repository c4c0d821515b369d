package trialio

import (
	"io"
	"time"
)

// Impatient makes a trial that waits for answers no longer than patience, and
// writes its warnings to w.
func Impatient(getenv func(string) string, patience time.Duration, w io.Writer) *Trial {
	t := New(getenv)
	t.voice.to = w
	if t.link != nil {
		t.link.patience = patience
	}
	return t
}
