package provenance

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

func host() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}

// system is the platform and its kernel: linux/amd64, 6.1.0.
func system() string {
	s := runtime.GOOS + "/" + runtime.GOARCH
	if k := kernel(); k != "" {
		s += ", " + k
	}
	return s
}

// cpu is the processor and how many cores of it danlu may use.
func cpu() string {
	model := cpuModel()
	if model == "" {
		model = runtime.GOARCH
	}
	return fmt.Sprintf("%s × %d", strings.Join(strings.Fields(model), " "), runtime.NumCPU())
}

// gpus lists the graphics cards as NVIDIA's tool names them, none without it.
func gpus(ctx context.Context) []string {
	ctx, cancel := context.WithTimeout(ctx, gpusWithin)
	defer cancel()
	cmd := exec.CommandContext(ctx, "nvidia-smi", "-L")
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return nil
	}
	var list []string
	for line := range strings.Lines(string(out)) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}
