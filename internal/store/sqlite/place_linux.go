package sqlite

import "golang.org/x/sys/unix"

// shared are the file systems on which several machines, or something other than
// this kernel, may have the same file: neither its locks nor shared memory can
// be trusted there. Numbers are f_type of statfs(2).
var shared = map[uint32]string{
	0x00006969: "nfs", 0x0000517b: "smb", 0xfe534d42: "smb2", 0xff534d42: "cifs",
	0x65735546: "fuse", 0x01021997: "9p", 0x0bd00bd0: "lustre", 0x19830326: "beegfs",
	0x00c36400: "ceph", 0x47504653: "gpfs", 0x5346414f: "afs", 0x6b414653: "afs",
	0xaad7aaea: "panfs", 0x7461636f: "ocfs2", 0x01161970: "gfs2", 0x73757245: "coda",
	0x786f4256: "vboxsf", 0xbacbacbc: "vmhgfs", 0x20030528: "orangefs", 0x0000564c: "ncp",
}

// networkOf names the network file system a folder is on, "" if it is local.
func networkOf(dir string) string {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return ""
	}
	return shared[uint32(s.Type)]
}
