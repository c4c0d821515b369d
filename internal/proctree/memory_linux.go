package proctree

import (
	"bytes"
	"os"
	"strconv"
)

// Memory is what a process holds in the machine's memory, in bytes, shared pages
// included; 0 where that is not known (it has ended, or the platform does not say).
func Memory(pid int) int64 {
	text, err := readProc(pid, "statm") // proc_pid_statm(5): size, resident, … in pages
	if err != nil {
		return 0
	}
	fields := bytes.Fields(text)
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
