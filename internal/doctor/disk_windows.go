package doctor

import "golang.org/x/sys/windows"

// space is what a folder's disk has left for this user, and in all, in bytes.
func space(dir string) (free, total uint64, err error) {
	path, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, 0, err
	}
	err = windows.GetDiskFreeSpaceEx(path, &free, &total, nil)
	return free, total, err
}
