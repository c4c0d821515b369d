package wrapper

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// shrink gives back the pages of this program's file that starting up has
// touched, which is what the packages linked into it do for themselves. The few
// that a wrapper goes on to use come back from the page cache.
func shrink() {
	smaps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return
	}
	for _, m := range fileMappings(string(smaps)) {
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, m.from, m.to-m.from, unix.MADV_DONTNEED)
	}
}

type mapping struct{ from, to uintptr }

// fileMappings picks, from smaps (proc_pid_smaps(5)), the read-only mappings of
// files that hold nothing but what is in the file: of those a page can be dropped
// at any time. Where a loader has written, there are anonymous pages.
func fileMappings(smaps string) (clean []mapping) {
	var m mapping
	for line := range strings.Lines(smaps) {
		f := strings.Fields(line)
		switch {
		case len(f) == 3 && f[0] == "Anonymous:":
			if f[1] == "0" && m.to > 0 {
				clean = append(clean, m)
			}
		case !strings.HasSuffix(f[0], ":"): // from-to permissions offset device inode [path]
			m = mapping{}
			from, to, _ := strings.Cut(f[0], "-")
			a, errA := strconv.ParseUint(from, 16, 64)
			b, errB := strconv.ParseUint(to, 16, 64)
			if errA == nil && errB == nil && len(f) == 6 && f[5][0] == '/' && !strings.Contains(f[1], "w") {
				m = mapping{uintptr(a), uintptr(b)}
			}
		}
	}
	return clean
}
