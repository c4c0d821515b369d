package trialio

import (
	"fmt"
	"io"
	"slices"
	"sync"
)

// voice tells the person at the program what danlu cannot do, once a kind: a log
// full of the same line helps nobody.
type voice struct {
	to   io.Writer
	mu   sync.Mutex // guards said
	said []string
}

func (v *voice) warn(kind, format string, args ...any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if slices.Contains(v.said, kind) {
		return
	}
	v.said = append(v.said, kind)
	fmt.Fprintf(v.to, "danlu: "+format+"\n", args...)
}
