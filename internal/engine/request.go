package engine

import (
	"encoding/json"
	"fmt"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// The kinds of request a verb can leave for the driver.
const (
	RequestStop    = "stop"    // StopRequest
	RequestRetry   = "retry"   // RetryRequest
	RequestEnqueue = "enqueue" // EnqueueRequest
	RequestNote    = "note"    // NoteRequest
)

type (
	// StopRequest ends a trial, or without one the whole study.
	StopRequest struct {
		Trial *study.TrialID `json:"trial,omitempty"`
		Why   string         `json:"why,omitempty"`
	}
	// RetryRequest sends an ended trial back to waiting.
	RetryRequest struct {
		Trial study.TrialID `json:"trial"`
		Why   string        `json:"why,omitempty"`
	}
	// EnqueueRequest asks for a configuration.
	EnqueueRequest struct {
		Params space.Values `json:"params"`
		Why    string       `json:"why,omitempty"`
	}
	// NoteRequest leaves a remark on a trial or the study.
	NoteRequest struct {
		Trial *study.TrialID `json:"trial,omitempty"`
		Text  string         `json:"text"`
	}
)

// Request grants or refuses a person's request, and answers with a sentence. An
// error is for the person too.
func (e *Engine) Request(kind string, body json.RawMessage) (string, error) {
	switch kind {
	case RequestStop:
		return request(body, e.stop)
	case RequestRetry:
		return request(body, e.retry)
	case RequestEnqueue:
		return request(body, func(r EnqueueRequest) (string, error) {
			t, err := e.Enqueue(r.Params, r.Why)
			if err != nil {
				return "", err
			}
			return fmt.Sprintf("trial %d waits for a free slot", t.ID), nil
		})
	case RequestNote:
		return request(body, func(r NoteRequest) (string, error) {
			if r.Trial != nil {
				if _, err := e.trial(*r.Trial); err != nil {
					return "", err
				}
			}
			e.emit(study.Noted{Trial: r.Trial, By: "user", Text: r.Text})
			return "noted", nil
		})
	}
	return "", refuse("this driver does not know the request %q; it is of another version", kind)
}

func request[R any](body json.RawMessage, grant func(R) (string, error)) (string, error) {
	var r R
	if err := json.Unmarshal(body, &r); err != nil {
		return "", refuse("the request can't be read: %v", err)
	}
	return grant(r)
}

func (e *Engine) stop(r StopRequest) (string, error) {
	if r.Trial == nil {
		e.emit(study.Concluded{Reason: string(Stopped), Why: orElse(r.Why, "stopped by the user")})
		e.EndRunning("user", "the study was stopped")
		return fmt.Sprintf("the study stops; %d running trials end", e.view.Count[study.Running]), nil
	}
	t, err := e.trial(*r.Trial)
	if err != nil {
		return "", err
	}
	switch t.State {
	case study.Running:
		e.tellStop(t, "user", orElse(r.Why, "stopped by the user"))
		return fmt.Sprintf("trial %d is being ended", t.ID), nil
	case study.Waiting, study.Paused:
		e.emit(study.Ended{Trial: t.ID, Attempt: len(t.Attempts), State: study.Stopped, Values: e.values(t), Reason: orElse(r.Why, "stopped by the user")})
		return fmt.Sprintf("trial %d will not run", t.ID), nil
	}
	return "", refuse("trial %d has ended already: %s", t.ID, t.State)
}

func (e *Engine) tellStop(t *study.Trial, by, why string) {
	if _, told := t.Told(); !told {
		e.emit(study.Judged{Trial: t.ID, Attempt: t.Attempt().Number, Step: t.Step(), Decision: study.Stop, By: by, Why: why})
	}
}

func (e *Engine) retry(r RetryRequest) (string, error) {
	t, err := e.trial(r.Trial)
	if err != nil {
		return "", err
	}
	if t.State.Open() {
		return "", refuse("trial %d is %s; only a trial that has ended can be retried", t.ID, t.State)
	}
	e.emit(study.Reopened{Trial: t.ID, By: "user", Why: orElse(r.Why, "retried by the user")})
	if c := e.resumable(t); c != nil {
		return fmt.Sprintf("trial %d waits for a free slot; it goes on from its checkpoint at step %d", t.ID, c.Step), nil
	}
	return fmt.Sprintf("trial %d waits for a free slot; it starts from the beginning", t.ID), nil
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
