package sqlite

import (
	"context"
	"errors"
	"sync"
)

// readerCount is how many connections read at once.
const readerCount = 4

// pool lends connections, the one used last first, and opens more only when all
// are lent.
type pool struct {
	dial  func() (*conn, error) // nil where there are no more than were put in
	slots chan struct{}         // a token for each connection lent

	mu   sync.Mutex // guards idle
	idle []*conn
}

// newPool makes a pool of up to size connections, of which some are open.
func newPool(size int, dial func() (*conn, error), open ...*conn) *pool {
	return &pool{dial: dial, slots: make(chan struct{}, size), idle: open}
}

// use lends f a connection, once there is one. An error of ctx's is returned as
// it is.
func (p *pool) use(ctx context.Context, f func(*conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-p.slots }()
	c, err := p.get()
	if err != nil {
		return err
	}
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.idle = append(p.idle, c)
	}()
	return f(c)
}

// get takes an idle connection, or opens one. The caller has a token.
func (p *pool) get() (*conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.idle)
	if n == 0 {
		return p.dial()
	}
	c := p.idle[n-1]
	p.idle = p.idle[:n-1]
	return c, nil
}

// close closes all connections. None is lent. A nil pool has none.
func (p *pool) close() error {
	if p == nil {
		return nil
	}
	var errs []error
	for _, c := range p.idle {
		errs = append(errs, c.close())
	}
	p.idle = nil
	return errors.Join(errs...)
}
