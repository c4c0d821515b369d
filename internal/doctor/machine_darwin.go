package doctor

import "golang.org/x/sys/unix"

// memoryOf is the memory of this machine in bytes. How much is free is not known.
func memoryOf() (total, free uint64, ok bool) {
	total, err := unix.SysctlUint64("hw.memsize")
	return total, 0, err == nil
}
