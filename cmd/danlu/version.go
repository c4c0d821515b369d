package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/danlu-ml/danlu/internal/trainer"
)

func newVersion(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "version, commit, Go and the kernels in use",
		Example: "  danlu version --json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			b := build()
			if asJSON {
				return json.NewEncoder(a.out).Encode(b)
			}
			_, err := fmt.Fprintf(a.out, "danlu %s\ncommit   %s\ngo       %s\nsystem   %s\nkernels  %s\n",
				b.Version, orUnknown(b.Commit), b.Go, b.System, b.Kernels)
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as an object")
	return cmd
}

// buildInfo is what this binary was made of.
type buildInfo struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
	System  string `json:"system"`
	Kernels string `json:"kernels"`
}

func build() buildInfo {
	b := buildInfo{Version: version(), Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH, Kernels: trainer.Kernels()}
	b.Commit = commit()
	return b
}

// version is the module's version where the binary was installed as one.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// commit is the commit the binary was built from, `+dirty` with changes.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	c, dirty := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			c = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+dirty"
		}
	}
	return c + dirty
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}
