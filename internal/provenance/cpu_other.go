//go:build !linux && !darwin

package provenance

import "os"

func cpuModel() string { return os.Getenv("PROCESSOR_IDENTIFIER") } // set on Windows
