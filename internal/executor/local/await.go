package local

import (
	"time"

	"github.com/danlu-ml/danlu/internal/proctree"
)

// pollEnd is awaitEnd where the system can't tell by itself: it looks four times
// a second.
func (e *Executor) pollEnd(id proctree.Identity) {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for id.Alive() {
		select {
		case <-tick.C:
		case <-e.ctx.Done():
			return
		}
	}
}
