//go:build !unix

package executortest

import "errors"

func orphan(string, string) error { return errors.ErrUnsupported }
