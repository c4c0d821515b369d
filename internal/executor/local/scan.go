package local

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/danlu-ml/danlu/internal/wrapper"
)

// scan calls found for every attempt under the root that is claimed and has no
// exit record.
func (e *Executor) scan(ctx context.Context, found func(dir string, c wrapper.Claim)) error {
	if e.root == "" {
		return nil
	}
	trials, err := os.ReadDir(e.root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, t := range trials {
		if err := ctx.Err(); err != nil {
			return err
		}
		attempts, err := os.ReadDir(filepath.Join(e.root, t.Name()))
		if err != nil {
			continue // no folder, or one just deleted
		}
		for _, a := range attempts {
			if !strings.HasPrefix(a.Name(), "attempt-") {
				continue
			}
			dir := filepath.Join(e.root, t.Name(), a.Name())
			if _, err := os.Lstat(wrapper.ExitFile(dir)); err == nil {
				continue
			}
			c, err := wrapper.ReadClaim(dir)
			if err == nil {
				found(dir, c)
			} else if !errors.Is(err, fs.ErrNotExist) {
				e.log.Warn("an attempt's claim can't be read", "dir", dir, "error", err)
			}
		}
	}
	return nil
}
