// Package inbox receives what trials say: reports over HTTP, and the reports
// they wrote to a spool file while nobody answered.
//
// It checks and decodes; what a report means, whether its attempt is still the
// current one and what the trial should do next is the [Sink]'s to say. It
// knows nothing of studies, stores or clocks, and imports nothing of ours.
//
// Start at [Sink], then [Listen] for the HTTP side and [NewTail] for the spool.
// The words on the wire are those of the protocol page: POST /v1/reports and
// POST /v1/checkpoints, each with a bearer token that speaks for one attempt.
package inbox

import (
	"context"
	"errors"
	"fmt"
)

// What a trial is told in the answer to a report.
const (
	Continue = "continue"
	Stop     = "stop"
	Pause    = "pause"
)

// Answer is the reply to reports.
type Answer struct {
	Decision string // Continue, Stop or Pause; "" means Continue
	Step     int64  // the step the decision was taken at
}

// Sink stores what trials say and judges it.
//
// Its methods are called from many goroutines at once, and return only once
// what they were given is durable: the trial is answered then, and forgets the
// report. The same report may come more than once, over HTTP, from the spool or
// both; its identity is (trial, attempt, step, metric), the first value stands,
// and a repeat is answered as the first was.
//
// ctx belongs to the server, not to the client: it ends only when the patience
// given to [Server.Close] does, so that a report once read is stored even if
// the trial has hung up. A Sink must return soon after ctx ends.
//
// An error that is [ErrStale], [ErrUnknown] or [ErrRefused] is an answer to the
// trial. Any other means that nothing was stored: over HTTP the trial spools the
// report and goes on, and a [Tail] offers it again.
type Sink interface {
	// Reports takes one or more reports in the order they were sent. The slice
	// and its maps are the Sink's to keep.
	Reports(ctx context.Context, trial, attempt int, reports []Report) (Answer, error)

	// Checkpoint learns that the file at path, which is absolute, was written
	// whole and synced, and holds the trial's state after step.
	Checkpoint(ctx context.Context, trial, attempt int, step int64, path string) error
}

// Errors by which a [Sink] answers a trial; see [Refuse] for the third.
var (
	// ErrLater (HTTP 503): nobody takes reports just now, and that is all right;
	// the trial spools it.
	ErrLater = errors.New("nobody takes reports just now: keep this one in the spool")
	// ErrStale (HTTP 409): the attempt is no longer its trial's current one.
	// The client tells its program to end.
	ErrStale = errors.New("this attempt is no longer the trial's current one: end the program")
	// ErrUnknown (HTTP 404): there is no such trial.
	ErrUnknown = errors.New("no such trial in this study")
	// ErrRefused (HTTP 400): what was reported makes no sense. Make one with
	// [Refuse], which carries the sentence the trial is to see.
	ErrRefused = errors.New("report refused")
)

// Refuse makes an [ErrRefused] whose text is the sentence that the trial sees:
// what is wrong, and what would be right.
func Refuse(format string, args ...any) error {
	return refusal(fmt.Sprintf(format, args...))
}

type refusal string

func (r refusal) Error() string        { return string(r) }
func (r refusal) Is(target error) bool { return target == ErrRefused }
