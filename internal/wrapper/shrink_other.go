//go:build !linux

package wrapper

func shrink() {}
