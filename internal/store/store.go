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
	ErrConflict = errors.New("the log does not end where the writer believes")
	// ErrFull is wrapped where the store can't be written: a full disk, a file or
	// folder without write permission, another process that keeps it locked.
	// Nothing was written, and the same call may be tried again.
	ErrFull = errors.New("the store can't be written")
	// ErrDamaged is wrapped where the store's file is not what it should be.
	ErrDamaged = errors.New("the store is damaged")
	// ErrNewer is wrapped where the store was written by a later version.
	ErrNewer = errors.New("the store was written by a later version of danlu")
)

// Info is a line of the list of studies.
type Info struct {
	Study   string
	Created time.Time
	Seq     int64 // of the last event, 0 if there is none
	// Holder has the lease; nil if it was given back. One that is dead or late
	// stays until somebody else acquires the study.
	Holder  *Holder
	Since   time.Time // when the holder got it
	Expires time.Time
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
// processes may have the same store open, unless an implementation says
// otherwise.
//
// A method that writes either does so durably, surviving the machine's crash, or
// returns an error and has changed nothing. If ctx ends before it has begun to
// write, it fails with ctx's error; once begun, it is finished and what came of
// it returned. Times come back as the same instants, to the nanosecond, in UTC.
type Store interface {
	// Studies lists the studies, in the order of their creation.
	Studies(ctx context.Context) ([]Info, error)

	// Acquire takes the lease on a study for ttl, creating the study with an
	// empty log if there is none. A holder that is dead (see [Dead]) is replaced
	// at once; one whose lease has expired likewise. Else the error is a
	// [*HeldError]. The same process acquiring again is refused too.
	Acquire(ctx context.Context, study string, h Holder, ttl time.Duration) (Lease, error)

	// Renew extends a lease to ttl from now, also one that has expired but that
	// nobody else took. It fails with ErrFenced if the lease is lost: taken by
	// another, or given back.
	Renew(ctx context.Context, l Lease, ttl time.Duration) error

	// Release gives a lease back. Releasing a lost lease does nothing. A study
	// whose log is still empty is removed with its requests.
	Release(ctx context.Context, l Lease) error

	// Append writes events, numbered after+1 and on without gaps, and answers to
	// requests, all or nothing. It fails with ErrFenced if the lease is lost, or
	// ErrConflict when the log does not end at after. An answer to a request that
	// was withdrawn or answered already is dropped. Calls of several goroutines
	// may share one transaction; the failure of one is not the others'. The
	// events are the store's from now on: the caller changes nothing in them.
	Append(ctx context.Context, l Lease, after int64, events []study.Event, answers ...Answer) error

	// Replay gives the events after a sequence number, in order and as they were
	// appended, up to those durable when it began. A study that is deleted
	// meanwhile, or unknown, is ErrUnknownStudy. After an error nothing follows.
	// Callers share what it yields and change nothing in it.
	Replay(ctx context.Context, study string, after int64) iter.Seq2[study.Event, error]

	// Points gives the points of one trial, attempt by attempt, and those of one
	// attempt in the order they were appended, perhaps in fewer, larger pieces. A
	// trial nobody reported on has none.
	Points(ctx context.Context, study string, trial study.TrialID) iter.Seq2[study.Points, error]

	// Post leaves a request, and returns its number once it is durable. Numbers
	// rise.
	Post(ctx context.Context, study, kind string, body json.RawMessage) (int64, error)

	// Requests lists a study's requests that have no answer, oldest first.
	Requests(ctx context.Context, study string) ([]Request, error)

	// Answer looks for the answer to a request; ok is false while there is none,
	// and for a request that is not there.
	Answer(ctx context.Context, study string, id int64) (a Answer, ok bool, err error)

	// Withdraw takes back a request that has no answer yet; ok is false if it has
	// one, or is not there.
	Withdraw(ctx context.Context, study string, id int64) (ok bool, err error)

	// Version changes whenever anything was written: a cheap question, asked
	// often. It means nothing to another handle.
	Version(ctx context.Context) (int64, error)

	// Delete removes a study, its log, its requests and its lease. It fails with
	// ErrFenced if the lease is lost. A study of the same name made later is
	// another one: leases on the old one stay lost.
	Delete(ctx context.Context, l Lease) error

	// Check verifies the store's invariants and returns what is wrong, nothing if
	// all is well.
	Check(ctx context.Context) ([]string, error)

	// Close waits for appends under way and releases the store, not its leases.
	// After it, methods fail. Closing twice does nothing.
	Close() error
}
