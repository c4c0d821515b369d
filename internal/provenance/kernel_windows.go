package provenance

import (
	"fmt"

	"golang.org/x/sys/windows"
)

func kernel() string {
	major, minor, build := windows.RtlGetNtVersionNumbers()
	return fmt.Sprintf("%d.%d.%d", major, minor, build)
}
