package e2e

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// lookAtSources looks at every file of the module, once, from within a test. go
// test does not know that the program under test is made of them: without this it
// would repeat the result it remembers (cached) although the program has changed.
var lookAtSources = sync.OnceValue(func() error {
	const root = "../.."
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case os.IsNotExist(err) || path == root:
			return nil
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), "."):
			return filepath.SkipDir
		case d.Type().IsRegular():
			_, _ = os.Stat(path) // the looking is what counts
		}
		return nil
	})
})
