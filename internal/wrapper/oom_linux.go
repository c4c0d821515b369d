package wrapper

import (
	"bytes"
	"os"
	"path"
	"strconv"
	"strings"
)

// oomCounter remembers how many processes the kernel had killed for memory when
// it was made.
type oomCounter struct {
	file   string
	before int64
}

// newOOMCounter takes the counter nearest to this process: its memory control
// group's (version 2, then 1), else the whole machine's.
func newOOMCounter() oomCounter {
	for _, file := range append(oomFiles(), "/proc/vmstat") {
		if n, ok := readOOM(file); ok {
			return oomCounter{file, n}
		}
	}
	return oomCounter{}
}

// rose reports whether the kernel has killed since.
func (c oomCounter) rose() bool {
	n, ok := readOOM(c.file)
	return ok && n > c.before
}

// oomFiles are the places where the control group's counter may be. Within a
// container the path in /proc/self/cgroup may be the host's, of which only a
// lower part, or nothing, is visible.
func oomFiles() (files []string) {
	groups, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(groups)) {
		f := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(f) != 3 {
			continue
		}
		var root, name string
		switch {
		case f[0] == "0":
			root, name = "/sys/fs/cgroup", "memory.events"
		case f[1] == "memory":
			root, name = "/sys/fs/cgroup/memory", "memory.oom_control"
		default:
			continue
		}
		files = append(files, path.Join(root, f[2], name), path.Join(root, name))
	}
	return files
}

// readOOM reads the line "oom_kill N", which all of these files have.
func readOOM(file string) (int64, bool) {
	b, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	for line := range bytes.Lines(b) {
		if n, ok := bytes.CutPrefix(line, []byte("oom_kill ")); ok {
			v, err := strconv.ParseInt(string(bytes.TrimSpace(n)), 10, 64)
			return v, err == nil
		}
	}
	return 0, false
}
