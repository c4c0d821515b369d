package sqlite

import "golang.org/x/sys/unix"

// networkOf names the network file system a folder is on, "" if it is local.
func networkOf(dir string) string {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil || s.Flags&unix.MNT_LOCAL != 0 {
		return ""
	}
	return unix.ByteSliceToString(s.Fstypename[:])
}
