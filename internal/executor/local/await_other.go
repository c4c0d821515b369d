//go:build !linux

package local

import "github.com/danlu-ml/danlu/internal/proctree"

// awaitEnd returns when the process has ended, or the executor is closed.
func (e *Executor) awaitEnd(id proctree.Identity) { e.pollEnd(id) }
