package doctor

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"strconv"
	"strings"

	"github.com/danlu-ml/danlu/internal/provenance"
	"github.com/danlu-ml/danlu/internal/study"
)

//go:embed torch.py
var torchProgram string

// python is what the study's interpreter says of itself and of PyTorch.
type python struct {
	Version string `json:"python"`
	Torch   string `json:"torch"` // empty where it is not installed
	Error   string `json:"error"` // why it can't be imported
	CUDA    string `json:"cuda"`  // that PyTorch was built for
	GPUs    int    `json:"gpus"`  // that it sees
	Threads int    `json:"threads"`
}

// programs looks at the interpreter of the study's command, at its PyTorch, and at
// the threads that trials side by side would start.
func programs(ctx context.Context, o Options, slots int, cores float64) []Finding {
	path, err := interpreter(o)
	if path == "" {
		says := "the command starts no Python that can be seen"
		if err != nil {
			says = err.Error()
		}
		return []Finding{{Check: "python", Level: OK, Says: says}, threads(o, nil, slots, cores)}
	}
	f := Finding{Check: "python", Level: OK, Facts: map[string]any{"path": path}}
	out, err := run(ctx, pythonWithin, o.folder(), trialEnv(o, slots, cores), path, "-c", torchProgram)
	var p python
	if err == nil {
		err = json.Unmarshal([]byte(lastLine(out)), &p)
	}
	if err != nil {
		f.Level, f.Says, f.Advice = Wrong, fmt.Sprintf("%s fails: %v", path, err), "trials start with it: see `"+path+" --version`"
		return []Finding{f, threads(o, nil, slots, cores)}
	}
	f.Says = fmt.Sprintf("%s in %s", p.Version, path)
	f.Facts["version"] = p.Version
	return []Finding{f, torch(p), threads(o, &p, slots, cores)}
}

// interpreter is the study's, or the one of the PATH where there is no study.
func interpreter(o Options) (string, error) {
	if d := o.Definition; d != nil && len(d.Command) > 0 {
		return provenance.Interpreter(provenance.Options{Dir: d.Dir, File: d.File, Command: d.Command, Environ: o.Environ}), nil
	}
	for _, name := range []string{"python3", "python"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("none in the PATH")
}

func torch(p python) Finding {
	f := Finding{Check: "pytorch", Level: OK, Facts: map[string]any{"version": p.Torch, "gpus": p.GPUs, "threads": p.Threads}}
	switch {
	case p.Error != "":
		f.Level, f.Says = Wrong, "can't be imported: "+p.Error
		f.Advice = "trials that use it fail alike: install it again in this Python's environment"
	case p.Torch == "":
		f.Says = "not installed in this Python"
	case p.CUDA == "":
		f.Says = fmt.Sprintf("%s, built without CUDA; %s in a trial", p.Torch, count(p.Threads, "thread"))
	case p.GPUs == 0:
		f.Says = fmt.Sprintf("%s, built for CUDA %s, sees no GPU; %s in a trial", p.Torch, p.CUDA, count(p.Threads, "thread"))
	default:
		f.Says = fmt.Sprintf("%s with CUDA %s, sees %s; %s in a trial", p.Torch, p.CUDA, count(p.GPUs, "GPU"), count(p.Threads, "thread"))
	}
	return f
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}

// threadCounts are variables by which libraries are told how many threads to
// start; the executor sets them for trials unless somebody has.
var threadCounts = []string{"OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"}

// fair is a trial's share of the cores.
func fair(def *study.Definition, slots int, cores float64) int {
	if def != nil && def.Resources.CPUs > 0 {
		return max(1, int(def.Resources.CPUs))
	}
	return max(1, int(cores)/max(1, slots))
}

// trialEnv is the environment of a trial, as far as threads go.
func trialEnv(o Options, slots int, cores float64) []string {
	env := append([]string(nil), o.Environ...)
	if o.Definition != nil {
		for name, value := range o.Definition.Env {
			env = append(env, name+"="+value)
		}
	}
	for _, name := range threadCounts {
		if lookup(env, name) == "" {
			env = append(env, fmt.Sprintf("%s=%d", name, fair(o.Definition, slots, cores)))
		}
	}
	return env
}

// lookup is the value of a variable, the last one counting.
func lookup(env []string, name string) (value string) {
	for _, v := range env {
		if n, x, _ := strings.Cut(v, "="); n == name {
			value = x
		}
	}
	return value
}

// threads multiplies the threads of a trial by the trials at once: more than there
// are cores slows all of them.
func threads(o Options, p *python, slots int, cores float64) Finding {
	each := 0
	for _, name := range threadCounts {
		if n, err := strconv.Atoi(lookup(trialEnv(o, slots, cores), name)); err == nil {
			each = max(each, n)
		}
	}
	if p != nil { // it was asked in a trial's environment
		each = max(each, p.Threads)
	}
	f := Finding{Check: "threads", Level: OK, Facts: map[string]any{"each": each, "parallel": slots, "cores": cores}}
	f.Says = fmt.Sprintf("%s at once × %d of each = %d, on %g cores", count(slots, "trial"), each, slots*each, cores)
	if float64(slots*each) <= max(cores, 1) {
		return f
	}
	f.Level = Warning
	share := max(1, int(cores)/max(1, slots))
	switch {
	case each == 1 || share == each:
		f.Advice = fmt.Sprintf("the trials wait for each other: set parallel: %d, or leave parallel out", max(1, int(cores)/each))
	case o.Definition != nil && o.Definition.Resources.CPUs > 0:
		f.Advice = fmt.Sprintf("set OMP_NUM_THREADS=%d under env: in danlu.yaml, or lower parallel to %d", share, max(1, int(cores)/each))
	default:
		f.Advice = fmt.Sprintf("set OMP_NUM_THREADS=%d, by `export OMP_NUM_THREADS=%[1]d` or under env: in danlu.yaml; or leave it unset, then danlu sets it for each trial", share)
	}
	return f
}

// isMissing reports whether a program is not installed.
func isMissing(err error) bool {
	return errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist)
}
