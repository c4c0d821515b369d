package sqlite

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

// networkOf names the network file system a folder is on, "" if it is local.
func networkOf(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	root, err := windows.UTF16PtrFromString(filepath.VolumeName(abs) + `\`)
	if err != nil || windows.GetDriveType(root) != windows.DRIVE_REMOTE {
		return ""
	}
	return "network drive"
}
