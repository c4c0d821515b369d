package local

import (
	"os"
	"path"
	"runtime"
	"strconv"
	"strings"
)

// cores is how many processors this process may keep busy: those of its affinity
// mask, or less where a control group grants less time (cpu.max of version 2,
// cpu.cfs_quota_us of version 1, on any level).
func cores() float64 {
	n := float64(runtime.NumCPU())
	groups, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return n
	}
	for line := range strings.Lines(string(groups)) {
		f := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(f) != 3 {
			continue
		}
		switch controllers := "," + f[1] + ","; {
		case f[0] == "0":
			n = min(n, leastQuota("/sys/fs/cgroup", f[2], n, quota2))
		case strings.Contains(controllers, ",cpu,"):
			n = min(n, leastQuota("/sys/fs/cgroup/cpu", f[2], n, quota1))
		}
	}
	return n
}

// leastQuota is the smallest quota from the group up to the root of the mount. In
// a container the group's path may not exist, and the root is the container's.
func leastQuota(root, group string, most float64, quota func(dir string) (float64, bool)) float64 {
	for ; ; group = path.Dir(group) {
		if q, ok := quota(path.Join(root, group)); ok {
			most = min(most, q)
		}
		if group == "/" || group == "." {
			return most
		}
	}
}

// quota2 reads "max 100000" or "150000 100000": time granted a period, in µs.
func quota2(dir string) (float64, bool) {
	b, err := os.ReadFile(path.Join(dir, "cpu.max"))
	f := strings.Fields(string(b))
	if err != nil || len(f) != 2 {
		return 0, false
	}
	return ratio(f[0], f[1])
}

func quota1(dir string) (float64, bool) {
	quota, err := os.ReadFile(path.Join(dir, "cpu.cfs_quota_us"))
	if err != nil {
		return 0, false
	}
	period, err := os.ReadFile(path.Join(dir, "cpu.cfs_period_us"))
	if err != nil {
		return 0, false
	}
	return ratio(strings.TrimSpace(string(quota)), strings.TrimSpace(string(period)))
}

// ratio is quota over period; "max" and -1 mean no limit.
func ratio(quota, period string) (float64, bool) {
	q, err := strconv.ParseFloat(quota, 64)
	p, err2 := strconv.ParseFloat(period, 64)
	return q / p, err == nil && err2 == nil && q > 0 && p > 0
}
