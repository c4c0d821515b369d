// Package store says where logs are kept and what a keeper must promise.
//
// A store holds the logs of studies, the lease that says who may write to one,
// and the requests other processes leave for its holder. It knows what an event
// is, not what it means. The implementations are in the folders below; storetest
// asks each of them the same questions.
//
// Start reading at [Store].
package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/danlu-ml/danlu/internal/study"
)

var (
	// ErrUnknownStudy is wrapped where a study is not in the store.
	ErrUnknownStudy = errors.New("no such study")
	// ErrFenced is wrapped where a lease is no longer the current one: another
	// process writes the study now, and this one must stop.
	ErrFenced = errors.New("lease lost to another driver")
	// ErrConflict is wrapped where the log does not end where the caller
	// believes. Nothing was written.
	ErrConflict = errors.New("the log has grown meanwhile")
	// ErrFull is wrapped where the disk is full or the file can't be written.
	// Nothing was written, and the same append may be tried again.
	ErrFull = errors.New("the store can't be written")
	// ErrDamaged is wrapped where the store's file is not what it should be.
	ErrDamaged = errors.New("the store is damaged")
	// ErrNewer is wrapped where the store was written by a later version.
	ErrNewer = errors.New("the store was written by a later version of danlu")
)

// Holder identifies a process that wants to write a study.
type Holder struct {
	Host    string `json:"host"`
	Boot    string `json:"boot"`    // the machine's boot id; empty where there is none
	PID     int    `json:"pid"`     //
	Started int64  `json:"started"` // the process's start time, in the machine's own ticks
	What    string `json:"what"`    // for people: "danlu tune"
}

// Lease is the right to write one study. Fence grows with every lease given: an
// append under a lower one is refused.
type Lease struct {
	Study  string
	Fence  int64
	Holder Holder
}

// HeldError says that a study is being written by somebody else.
type HeldError struct {
	Study   string
	Holder  Holder
	Since   time.Time
	Expires time.Time
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("study %s is being run by %s (pid %d on %s) since %s; stop that one, or wait until its lease ends at %s",
		e.Study, e.Holder.What, e.Holder.PID, e.Holder.Host, e.Since.Local().Format("15:04:05"), e.Expires.Local().Format("15:04:05"))
}

// Info is a line of the list of studies.
type Info struct {
	Study   string
	Created time.Time
	Seq     int64 // of the last event
	Holder  *Holder
	Since   time.Time // the holder's lease
}

// Request is a wish left for the holder of a study's lease: stop a trial, enqueue
// a configuration.
type Request struct {
	ID   int64
	At   time.Time
	Kind string
	Body json.RawMessage
}

// Answer settles a request. Error is empty when it was granted.
type Answer struct {
	ID    int64
	Text  string
	Error string
}

// Store keeps logs. Methods may be called from several goroutines, and several
// processes may have the same store open.
type Store interface {
	// Studies lists the studies, in the order of their creation.
	Studies(ctx context.Context) ([]Info, error)

	// Acquire takes the lease on a study for ttl, creating the study with an
	// empty log if there is none. A holder that is dead on this host (same boot,
	// no process with its pid and start time), or whose boot is over, is replaced
	// at once; a lease that has expired likewise. Else the error is a
	// [*HeldError]. The same process acquiring again is refused too.
	Acquire(ctx context.Context, study string, h Holder, ttl time.Duration) (Lease, error)

	// Renew extends a lease. It fails with ErrFenced if the lease is lost.
	Renew(ctx context.Context, l Lease, ttl time.Duration) error

	// Release gives a lease back. Releasing a lost lease does nothing.
	Release(ctx context.Context, l Lease) error

	// Append writes events, numbered after+1 and on without gaps, and answers to
	// requests, all or nothing. When it returns nil they survive the machine's
	// crash. It fails with ErrFenced, or ErrConflict when the log does not end at
	// after. Calls of several goroutines may share one transaction.
	Append(ctx context.Context, l Lease, after int64, events []study.Event, answers ...Answer) error

	// Replay gives the events after a sequence number, in order, up to those
	// durable when it began. An unknown study is ErrUnknownStudy. Points of ended
	// attempts may come merged into fewer events, at the place of the last of
	// them, as [study.View] allows; the gaps this leaves in the numbers are
	// filled with Points events that have no rows.
	Replay(ctx context.Context, study string, after int64) iter.Seq2[study.Event, error]

	// Points gives the points of one trial, all attempts, in the order reported.
	Points(ctx context.Context, study string, trial study.TrialID) iter.Seq2[study.Points, error]

	// Post leaves a request, and returns its number once it is durable.
	Post(ctx context.Context, study, kind string, body json.RawMessage) (int64, error)

	// Requests lists a study's requests that have no answer, oldest first.
	Requests(ctx context.Context, study string) ([]Request, error)

	// Answer looks for the answer to a request; ok is false while there is none.
	Answer(ctx context.Context, study string, id int64) (a Answer, ok bool, err error)

	// Withdraw takes back a request that has no answer yet; ok is false if it has
	// one.
	Withdraw(ctx context.Context, study string, id int64) (ok bool, err error)

	// Version changes whenever another process may have written: a cheap question,
	// asked often.
	Version(ctx context.Context) (int64, error)

	// Delete removes a study and its log.
	Delete(ctx context.Context, l Lease) error

	// Check verifies the store's invariants and returns what is wrong, nothing if
	// all is well.
	Check(ctx context.Context) ([]string, error)

	// Close waits for appends under way and releases the store, not its leases.
	Close() error
}
