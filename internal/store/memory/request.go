package memory

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"github.com/danlu-ml/danlu/internal/store"
)

// request is a request with its answer, nil while it has none.
type request struct {
	store.Request
	answer *store.Answer
}

// request finds a request by its number, nil if it is not there.
func (g *log) request(id int64) *request {
	for _, r := range g.requests {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// find locks the mutex and finds a study, which must be there. It holds the mutex
// when it returns no error.
func (s *Store) find(ctx context.Context, doing, name string) (*log, error) {
	g, err := s.lock(ctx, doing, name)
	if err == nil && g == nil {
		s.shared.mu.Unlock()
		err = unknown(doing, name)
	}
	return g, err
}

// Post implements [store.Store].
func (s *Store) Post(ctx context.Context, name, kind string, body json.RawMessage) (int64, error) {
	g, err := s.find(ctx, "leave a request for the driver", name)
	if err != nil {
		return 0, err
	}
	defer s.shared.mu.Unlock()
	s.shared.request++
	s.shared.version++
	g.requests = append(g.requests, &request{Request: store.Request{
		ID: s.shared.request, At: now(), Kind: kind, Body: bytes.Clone(body),
	}})
	return s.shared.request, nil
}

// Requests implements [store.Store].
func (s *Store) Requests(ctx context.Context, name string) ([]store.Request, error) {
	g, err := s.find(ctx, "list the requests", name)
	if err != nil {
		return nil, err
	}
	defer s.shared.mu.Unlock()
	var open []store.Request
	for _, r := range g.requests {
		if r.answer == nil {
			open = append(open, r.Request)
		}
	}
	return open, nil
}

// Answer implements [store.Store].
func (s *Store) Answer(ctx context.Context, name string, id int64) (store.Answer, bool, error) {
	g, err := s.find(ctx, "look for an answer", name)
	if err != nil {
		return store.Answer{}, false, err
	}
	defer s.shared.mu.Unlock()
	if r := g.request(id); r != nil && r.answer != nil {
		return *r.answer, true, nil
	}
	return store.Answer{}, false, nil
}

// Withdraw implements [store.Store].
func (s *Store) Withdraw(ctx context.Context, name string, id int64) (bool, error) {
	g, err := s.find(ctx, "withdraw a request", name)
	if err != nil {
		return false, err
	}
	defer s.shared.mu.Unlock()
	n := len(g.requests)
	g.requests = slices.DeleteFunc(g.requests, func(r *request) bool { return r.ID == id && r.answer == nil })
	s.shared.version++
	return len(g.requests) < n, nil
}
