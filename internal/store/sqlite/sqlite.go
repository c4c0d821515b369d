// Package sqlite keeps logs in an SQLite file: the store of one machine.
//
// One connection writes (write-ahead log, synchronous=FULL), and commits all that
// is waiting in one transaction; readers have connections of their own and never
// wait for it. Several processes may have the file open. On a
// network file system, where neither is safe, one process has it to itself, with
// a rollback journal: [Store.Mode] says so.
//
// The tables are in schema.go, the form of merged points in block.go. What events
// mean is no concern of this package.
//
// Start reading at [Open], then writer.go.
package sqlite

import (
	"errors"
	"io/fs"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/danlu-ml/danlu/internal/store"
)

// Options are how a store is opened. The zero value is for the ordinary case.
type Options struct {
	// ReadOnly refuses to write, and to make a file where there is none.
	ReadOnly bool
	// Log is told what a user should know about the file. nil: nobody.
	Log *slog.Logger
	// Dead says which holders of leases are dead. nil means [store.Dead].
	Dead func(store.Holder) bool
	// Network names the network file system a folder is on, "" for a local one.
	// nil means to ask the operating system.
	Network func(dir string) string
	// Wait is how long to wait for another process's lock. 0 means 10 s.
	Wait time.Duration
}

// Store is an open file.
type Store struct {
	path    string
	mode    string
	options Options
	refusal error       // why nothing can be written; nil if it can
	file    fs.FileInfo // as it was when it was opened for writing
	readers *pool
	query   string // of a reader's file: URI
	network string // the network file system it is on, "" if it is local
	alone   bool   // one connection for all, in readers
	writing writing
	commits atomic.Int64

	inUse  sync.RWMutex // held for reading by every call; before watching.mu
	closed bool         // guarded by inUse

	watching struct {
		mu sync.Mutex
		c  *conn // for Version alone, opened by the first call
	}
}

var _ store.Store = (*Store)(nil)

// Open opens the store in a file, making one (mode 0600) where there is none. A
// file that can't be written is opened for reading, which is said to the log;
// what writes then fails with [store.ErrFull]. What is not a store, or not whole,
// is refused with [store.ErrDamaged] or [store.ErrNewer] and stays as it is; with
// ReadOnly, what is left of a damaged store can be read. Half a commit, where a
// process was killed while it wrote one, is undone first, with ReadOnly too.
func Open(path string, o Options) (*Store, error) {
	lockByFile()
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Dead == nil {
		o.Dead = store.Dead
	}
	if o.Network == nil {
		o.Network = networkOf
	}
	if o.Wait == 0 {
		o.Wait = 10 * time.Second
	}
	network := o.Network(filepath.Dir(path))
	if network != "" {
		o.Wait = min(o.Wait, time.Second) // whoever has it keeps it
	}
	for began := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		s := &Store{path: path, options: o, network: network}
		err := s.open()
		if err == nil {
			return s, nil
		}
		if err = errors.Join(err, s.Close()); !busy(err) || time.Since(began) > o.Wait {
			return nil, err
		}
	}
}

// Mode says how the file is used, for people: "wal", or what takes its place and
// why.
func (s *Store) Mode() string { return s.mode }
