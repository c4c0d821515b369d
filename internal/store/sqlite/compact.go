package sqlite

import (
	"context"
	"errors"
	"fmt"
)

// worthwhile is how many free pages a file must have to be written anew.
const worthwhile = 256

// Compact gives the space of deleted studies back to the disk, where it is more
// than a quarter of the file: else later events will fill it. It writes the whole
// file anew, so it leaves a store alone in which anybody has a lease, and one that
// is not on a local disk.
func (s *Store) Compact(ctx context.Context) (err error) {
	if s.alone || s.refusal != nil || ctx.Err() != nil {
		return ctx.Err()
	}
	c, err := dial(s.path, "")
	if err != nil {
		return fault(s.path, "open the database", err)
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if err := c.script(fmt.Sprintf("PRAGMA busy_timeout=%d; PRAGMA synchronous=FULL", s.options.Wait.Milliseconds())); err != nil {
		return fault(s.path, "prepare the database", err)
	}
	free, _, err := c.number("SELECT CASE WHEN EXISTS (SELECT 1 FROM lease) THEN 0 ELSE (SELECT freelist_count FROM pragma_freelist_count()) END")
	if err != nil {
		return fault(s.path, "count free pages", err)
	}
	all, _, err := c.number("PRAGMA page_count")
	if err != nil || free < worthwhile || free < all/4 {
		return fault(s.path, "count pages", err)
	}
	if err := c.script("VACUUM"); err != nil {
		return fault(s.path, "write the file anew", err)
	}
	_, _, err = c.number("PRAGMA wal_checkpoint(TRUNCATE)") // what readers still need stays in the log
	return fault(s.path, "copy the log back", err)
}
