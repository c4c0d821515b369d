package inbox_test

import (
	"context"
	"sync"

	"github.com/danlu-ml/danlu/internal/inbox"
)

// memory is a Sink that remembers, and answers as it is told.
type memory struct {
	mu          sync.Mutex // guards all below
	reports     []inbox.Report
	checkpoints []string
	batches     int

	answer inbox.Answer
	err    func(inbox.Report) error // nil: none
	enter  func(context.Context)    // nil: nothing; called first, without the mutex
}

func (m *memory) Reports(ctx context.Context, _, _ int, rs []inbox.Report) (inbox.Answer, error) {
	if m.enter != nil {
		m.enter(ctx)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range rs {
		if m.err == nil {
			continue
		}
		if err := m.err(r); err != nil {
			return inbox.Answer{}, err
		}
	}
	m.batches++
	m.reports = append(m.reports, rs...)
	a := m.answer
	a.Step = rs[len(rs)-1].Step
	return a, nil
}

func (m *memory) Checkpoint(_ context.Context, _, _ int, step int64, path string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		if err := m.err(inbox.Report{Step: step}); err != nil {
			return err
		}
	}
	m.checkpoints = append(m.checkpoints, path)
	return nil
}

func (m *memory) steps() []int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	var steps []int64
	for _, r := range m.reports {
		steps = append(steps, r.Step)
	}
	return steps
}

// nullSink forgets everything at once.
type nullSink struct{}

func (nullSink) Reports(_ context.Context, _, _ int, rs []inbox.Report) (inbox.Answer, error) {
	return inbox.Answer{Decision: inbox.Continue, Step: rs[len(rs)-1].Step}, nil
}
func (nullSink) Checkpoint(context.Context, int, int, int64, string) error { return nil }
