//go:build !linux

package wrapper

import (
	"errors"
	"os"
)

func lock(*os.File) {}

// locked can't tell here whether a file system is shared with other machines.
func locked(string) (bool, error) { return false, errors.ErrUnsupported }
