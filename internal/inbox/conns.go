package inbox

import (
	"context"
	"sync"
)

// conns knows the plain connections, so that a server can be closed: those that
// wait are cut off at once, those in a request when they have their answer.
type conns struct {
	mu      sync.Mutex          // guards the rest
	busy    map[*plainConn]bool // whether it is in a request
	closing bool
	serving sync.WaitGroup
}

// serve runs a connection in a goroutine of its own, or cuts it off.
func (k *conns) serve(c *plainConn) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closing {
		c.Close()
		return
	}
	k.busy[c] = false
	k.serving.Go(c.serve)
}

// begin notes that a request has begun; it is false when none may.
func (k *conns) begin(c *plainConn) bool { return k.set(c, true) }

// end notes that it has its answer; it is false when it was the last.
func (k *conns) end(c *plainConn) bool { return k.set(c, false) }

func (k *conns) set(c *plainConn, busy bool) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.busy[c] = busy
	return !k.closing
}

func (k *conns) leave(c *plainConn) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.busy, c)
}

// close returns when no connection is left, or when ctx has ended: then those that
// are left are cut off, and its error is returned.
func (k *conns) close(ctx context.Context) error {
	k.cut(false)
	none := make(chan struct{})
	go func() {
		defer close(none)
		k.serving.Wait()
	}()
	select {
	case <-none:
		return nil
	case <-ctx.Done():
		k.cut(true)
		return ctx.Err()
	}
}

// cut closes connections that wait, or all.
func (k *conns) cut(all bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.closing = true
	for c, busy := range k.busy {
		if all || !busy {
			c.Close()
		}
	}
}
