// Package doctor looks at a machine as trials will find it: cores, memory, GPUs,
// the Python and PyTorch of the study's own command, threads, disk, git.
//
// It looks and changes nothing, and whatever it starts has its time: a driver or a
// file system that hangs is something to be told, not to hang with. What is in the
// store is told by package salvage.
//
// Start reading at [Machine].
package doctor

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/executor/local"
	"github.com/danlu-ml/danlu/internal/study"
)

// Level is how much a finding matters.
type Level string

// The levels of a finding.
const (
	OK      Level = "ok"
	Warning Level = "warning" // trials run, and would run better
	Wrong   Level = "wrong"   // trials can't run
)

// Finding is one thing that was looked at.
type Finding struct {
	Check  string `json:"check"`
	Level  Level  `json:"level"`
	Says   string `json:"says"`
	Advice string `json:"advice,omitempty"` // what to do about it
	// Facts are the numbers in it, for programs.
	Facts map[string]any `json:"facts,omitempty"`
}

// Options say for whom to look. The zero value looks for any study in the current
// folder.
type Options struct {
	// Definition is the study's, nil where there is none.
	Definition *study.Definition
	Environ    []string // nil: os.Environ()
}

// Time allowed for each thing that may hang.
const (
	toolWithin   = 5 * time.Second
	pythonWithin = 60 * time.Second // importing PyTorch on a cold disk
	diskWithin   = 5 * time.Second
)

// Machine looks at everything at once. Findings come in the order of reading.
func Machine(ctx context.Context, o Options) ([]Finding, error) {
	if o.Environ == nil {
		o.Environ = os.Environ()
	}
	slots, cores, err := places(ctx, o.Definition)
	if err != nil {
		return nil, err
	}
	looks := []func() []Finding{
		func() []Finding { return []Finding{coresOf(cores, slots)} },
		func() []Finding { return []Finding{memory()} },
		func() []Finding { return []Finding{graphics(ctx)} },
		func() []Finding { return programs(ctx, o, slots, cores) },
		func() []Finding { return []Finding{disk(ctx, o.folder())} },
		func() []Finding { return []Finding{git(ctx, o.folder())} },
	}
	found := make([][]Finding, len(looks))
	var wg sync.WaitGroup
	for i, look := range looks {
		wg.Go(func() { found[i] = look() })
	}
	wg.Wait()
	var all []Finding
	for _, f := range found {
		all = append(all, f...)
	}
	return all, nil
}

// folder is where the study's file is.
func (o Options) folder() string {
	if o.Definition != nil && o.Definition.Dir != "" {
		return o.Definition.Dir
	}
	dir, err := os.Getwd()
	if err != nil {
		return "."
	}
	return dir
}

// places are how many trials run side by side, and on how many cores.
func places(ctx context.Context, def *study.Definition) (slots int, cores float64, err error) {
	if def == nil {
		def = &study.Definition{}
	}
	ex, err := local.New(local.Options{Slots: def.Parallel})
	if err != nil {
		return 0, 0, err
	}
	defer ex.Close()
	c, err := ex.Capacity(ctx, executor.Resources(def.Resources))
	if def.Parallel > 0 {
		c.Slots = def.Parallel // who says how many may overcommit cores
	}
	return c.Slots, c.CPUs, err
}

func coresOf(cores float64, slots int) Finding {
	f := Finding{Check: "cores", Level: OK, Facts: map[string]any{"cores": cores, "machine": runtime.NumCPU(), "parallel": slots}}
	f.Says = fmt.Sprintf("%g", cores)
	if n := runtime.NumCPU(); float64(n) > cores {
		f.Says += fmt.Sprintf(" of the machine's %d", n)
	}
	f.Says += fmt.Sprintf("; %s at once", count(slots, "trial"))
	return f
}

func memory() Finding {
	total, free, ok := memoryOf()
	f := Finding{Check: "memory", Level: OK, Says: "not known"}
	if !ok {
		return f
	}
	f.Facts = map[string]any{"total_bytes": total, "free_bytes": free}
	f.Says = bytes(total)
	if free > 0 {
		f.Says += ", " + bytes(free) + " free"
		if free < total/20 {
			f.Level, f.Advice = Warning, "trials that need more are killed, and count as infeasible: end what else runs here, or lower parallel"
		}
	}
	return f
}

func graphics(ctx context.Context) Finding {
	f := Finding{Check: "gpus", Level: OK, Facts: map[string]any{"gpus": 0}}
	out, err := run(ctx, toolWithin, "", nil, "nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader")
	switch {
	case isMissing(err):
		f.Says = "none: nvidia-smi is not here"
	case err != nil:
		f.Level, f.Says = Warning, "nvidia-smi fails: "+err.Error()
		f.Advice = "trials will find no GPU: see that the driver is loaded"
	default:
		list := strings.FieldsFunc(strings.TrimSpace(out), func(r rune) bool { return r == '\n' || r == '\r' })
		f.Facts = map[string]any{"gpus": len(list), "list": list}
		f.Says = "none, though nvidia-smi is here"
		if len(list) > 0 {
			f.Says = fmt.Sprintf("%d: %s", len(list), strings.Join(list, "; "))
		}
	}
	if v, set := os.LookupEnv("CUDA_VISIBLE_DEVICES"); set {
		f.Says += fmt.Sprintf("; CUDA_VISIBLE_DEVICES=%q", v)
	}
	return f
}

// least is the space below which a disk is worth a word: checkpoints are large.
const least = 1 << 30

// disk looks at the disk that the trials' folder is on, or will be.
func disk(ctx context.Context, dir string) Finding {
	if runs := filepath.Join(dir, "danlu-runs"); isFolder(runs) { // perhaps a link to another disk
		dir = runs
	}
	f := Finding{Check: "disk", Level: OK}
	type answer struct {
		free, total uint64
		err         error
	}
	asked := make(chan answer, 1) // a dead network disk answers never: its goroutine is given up
	go func() {
		var a answer
		a.free, a.total, a.err = space(dir)
		asked <- a
	}()
	ctx, cancel := context.WithTimeout(ctx, diskWithin)
	defer cancel()
	select {
	case a := <-asked:
		if a.err != nil {
			f.Says = "not known: " + a.err.Error()
			return f
		}
		f.Facts = map[string]any{"free_bytes": a.free, "total_bytes": a.total, "folder": dir}
		f.Says = fmt.Sprintf("%s of %s free in %s", bytes(a.free), bytes(a.total), dir)
		if a.free < least {
			f.Level, f.Advice = Warning, "checkpoints and output may fill it: make room, or `danlu delete` what is not needed"
		}
	case <-ctx.Done():
		f.Level, f.Says = Wrong, fmt.Sprintf("%s does not answer", dir)
		f.Advice = "see whether its network disk is there"
	}
	return f
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func git(ctx context.Context, dir string) Finding {
	f := Finding{Check: "git", Level: OK}
	version, err := run(ctx, toolWithin, dir, nil, "git", "--version")
	if err != nil {
		f.Level, f.Says = Warning, "not here"
		if !isMissing(err) {
			f.Says = err.Error()
		}
		f.Advice = "without it, results are tied to the digests of files instead of commits"
		return f
	}
	version = strings.TrimPrefix(strings.TrimSpace(version), "git version ")
	f.Facts = map[string]any{"version": version}
	commit, err := run(ctx, toolWithin, dir, nil, "git", "rev-parse", "--short", "HEAD")
	if err != nil {
		f.Says = version + "; this folder is in no repository with a commit"
		return f
	}
	commit = strings.TrimSpace(commit)
	f.Facts["commit"] = commit
	f.Says = fmt.Sprintf("%s; this folder is at commit %s", version, commit)
	return f
}

// run starts a program that has its time. The error of one that fails ends with
// its last line.
func run(ctx context.Context, within time.Duration, dir string, env []string, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = dir, env, time.Second
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	switch last := lastLine(stderr.String()); {
	case err == nil:
	case ctx.Err() != nil:
		err = fmt.Errorf("it does not answer within %v", within)
	case last != "":
		err = fmt.Errorf("%w: %s", err, last)
	}
	return string(out), err
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}

// bytes shows a size: 15.6 GiB.
func bytes(n uint64) string {
	if n < 1<<30 {
		return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
}
