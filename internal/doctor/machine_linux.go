package doctor

import (
	"bufio"
	"os"
	"strconv"
	"strings"
)

// memoryOf is the memory of this machine in bytes, or of the container it runs in,
// and how much of it is free.
func memoryOf() (total, free uint64, ok bool) {
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0, 0, false
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) < 2 {
			continue
		}
		n, _ := strconv.ParseUint(words[1], 10, 64)
		switch words[0] {
		case "MemTotal:":
			total = n << 10
		case "MemAvailable:":
			free = n << 10
		}
	}
	for _, limit := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		if n, ok := numberIn(limit); ok && n < total {
			total, free = n, min(free, n)
		}
	}
	return total, free, total > 0
}

func numberIn(path string) (uint64, bool) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	return n, err == nil
}
