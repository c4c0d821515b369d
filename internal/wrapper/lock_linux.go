package wrapper

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// lock takes the claim's lock for as long as f stays open in this process. On a
// file system that has no locks the claim does without.
func lock(f *os.File) { unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) }

// networked are the file systems on which another machine's lock may be invisible.
var networked = map[int64]bool{
	unix.NFS_SUPER_MAGIC: true, unix.SMB_SUPER_MAGIC: true, unix.CIFS_SUPER_MAGIC: true,
	unix.SMB2_SUPER_MAGIC: true, unix.FUSE_SUPER_MAGIC: true, unix.CEPH_SUPER_MAGIC: true,
	unix.AFS_SUPER_MAGIC: true, unix.V9FS_MAGIC: true, unix.OCFS2_SUPER_MAGIC: true,
	0x0bd00bd0: true, // Lustre
	0x47504653: true, // GPFS
	0x19830326: true, // BeeGFS
}

// locked reports whether a living process holds the lock of the claim at path.
// The error is [errors.ErrUnsupported] where the file system can't be trusted
// to know.
func locked(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	var fsys unix.Statfs_t
	if err := unix.Fstatfs(int(f.Fd()), &fsys); err != nil || networked[int64(fsys.Type)] {
		return false, errors.ErrUnsupported
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return true, nil
	}
	return false, err
}
