package sqlite

import (
	"fmt"

	"github.com/danlu-ml/danlu/internal/store"
)

// applicationID marks our files among SQLite's (PRAGMA application_id): "dnlu".
const applicationID = 0x646e6c75

// migrations bring a store from version i to i+1; a new file has version 0, and
// PRAGMA user_version says where a file stands. Entries are never changed once
// released: testdata has a file of each version, and all are read for ever.
var migrations = []string{
	// 1: times are nanoseconds since 1970 in UTC, NULL for the zero time.
	//
	// log has a row an event, body its JSON; place is the study's id times 2^40
	// plus the event's number, so that a log lies together and in order. A row of
	// kind 'points' holds one event (span 0, body as study.EncodePoints has it)
	// or, once its attempt has ended, the first of several, span places from the
	// last (body: see block.go). The last event of a log is always a row of its
	// own.
	//
	// A row of lease is there while the lease is held. Its key is the fence;
	// AUTOINCREMENT never gives one out twice.
	`
CREATE TABLE study (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	name    TEXT NOT NULL UNIQUE,
	created INTEGER NOT NULL
);
CREATE TABLE lease (
	fence   INTEGER PRIMARY KEY AUTOINCREMENT,
	study   INTEGER NOT NULL UNIQUE,
	holder  TEXT NOT NULL,
	since   INTEGER NOT NULL,
	expires INTEGER NOT NULL
);
CREATE TABLE log (
	place   INTEGER PRIMARY KEY,
	span    INTEGER NOT NULL DEFAULT 0,
	time    INTEGER,
	kind    TEXT NOT NULL,
	trial   INTEGER,
	attempt INTEGER,
	body    NOT NULL
);
CREATE INDEX points ON log (trial, attempt) WHERE kind = 'points';
CREATE INDEX blocks ON log (place + span) WHERE span > 0;
CREATE TABLE request (
	id       INTEGER PRIMARY KEY AUTOINCREMENT,
	study    INTEGER NOT NULL,
	at       INTEGER NOT NULL,
	kind     TEXT NOT NULL,
	body     TEXT,
	answered INTEGER NOT NULL DEFAULT 0,
	text     TEXT,
	error    TEXT
);
CREATE INDEX requests ON request (study, answered, id);
`,
}

// migrate brings an older schema to this version's. Of several processes that
// open a store at once, one does it.
func migrate(c *conn) error {
	version, _, err := c.number("PRAGMA user_version")
	if err != nil || version >= int64(len(migrations)) {
		return err
	}
	if _, err := c.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err := migrateHeld(c); err != nil {
		_, _ = c.exec("ROLLBACK") // err is the one to tell
		return err
	}
	_, err = c.exec("COMMIT")
	return err
}

// migrateHeld does migrate's work inside its transaction.
func migrateHeld(c *conn) error {
	version, _, err := c.number("PRAGMA user_version")
	if err != nil || version >= int64(len(migrations)) {
		return err
	}
	for v, sql := range migrations[version:] {
		if err := c.script(sql); err != nil {
			return fmt.Errorf("bring the schema to version %d: %w", version+int64(v)+1, err)
		}
	}
	return c.script(fmt.Sprintf("PRAGMA application_id=%d; PRAGMA user_version=%d", applicationID, len(migrations)))
}

// newer is the error about a schema of a later version.
func newer(path string, version int64) error {
	return fmt.Errorf("open store %s: %w: its schema is version %d, and this one knows up to %d; use that version of danlu or a later one", path, store.ErrNewer, version, len(migrations))
}
