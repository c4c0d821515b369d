package sqlite

import "testing"

// WithMigrations adds migrations to those there are, for one test.
func WithMigrations(t *testing.T, more ...string) {
	before := migrations
	migrations = append(before[:len(before):len(before)], more...)
	t.Cleanup(func() { migrations = before })
}

// SchemaVersion is the version of a new file.
func SchemaVersion() int { return len(migrations) }
