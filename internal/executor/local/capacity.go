package local

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/wrapper"
)

// Capacity implements [executor.Executor]. An attempt that asks for more cores
// than there are still gets a slot, for it runs, if slowly; one that asks for
// more devices than there are gets none.
func (e *Executor) Capacity(_ context.Context, r executor.Resources) (executor.Capacity, error) {
	c := executor.Capacity{CPUs: e.cores, GPUs: len(e.devices.list())}
	c.Slots, c.Why = fit(c.CPUs, c.GPUs, r)
	if e.slots > 0 && c.Slots > e.slots {
		c.Slots, c.Why = e.slots, fmt.Sprintf("%d at once asked for; %s", e.slots, c.Why)
	}
	return c, nil
}

// fit is how many attempts run side by side on so many cores and devices.
func fit(cores float64, devices int, r executor.Resources) (slots int, why string) {
	slots = math.MaxInt
	if r.GPUs > 0 {
		slots = devices * perDevice(r) / r.GPUs
		why = fmt.Sprintf("%d devices, %d a trial", devices, r.GPUs)
		if n := perDevice(r); n > 1 {
			why += fmt.Sprintf(", %d trials on each", n)
		}
		if r.CPUs <= 0 {
			return slots, why
		}
		why += "; "
	}
	each := r.CPUs
	if each <= 0 {
		each = 1
	}
	slots = min(slots, max(1, int(cores/each+1e-9)))
	return slots, why + fmt.Sprintf("%g cores, %g a trial", math.Round(cores*100)/100, each)
}

// place gives the attempt its devices and adds to l.Env what depends on the
// place.
func (e *Executor) place(ctx context.Context, dir string, l *executor.Launch) (devices []string, err error) {
	if l.Resources.GPUs > 0 {
		if err := e.takeUpAll(ctx); err != nil {
			return nil, err
		}
		devices, err = e.devices.take(dir, l.Resources)
		if err != nil {
			return nil, err
		}
	}
	capacity, err := e.Capacity(ctx, l.Resources)
	if err != nil {
		return nil, err
	}
	l.Env = environment(l.Env, devices, threads(capacity, l.Resources))
	return devices, nil
}

// threads is how many a numerical library should start in one of these attempts.
func threads(c executor.Capacity, r executor.Resources) int {
	if r.CPUs > 0 {
		return max(1, int(r.CPUs))
	}
	return max(1, int(c.CPUs)/max(1, c.Slots))
}

// environment adds devices and thread counts. Libraries that each start a thread
// a core make trials side by side many times slower than one after the other;
// whoever set a count of their own is left in peace.
func environment(env []string, devices []string, threads int) []string {
	set := make(map[string]bool)
	var out []string
	for _, v := range env {
		name, _, _ := strings.Cut(v, "=")
		set[name] = true
		if name != "CUDA_VISIBLE_DEVICES" || len(devices) == 0 {
			out = append(out, v)
		}
	}
	if len(devices) > 0 {
		out = append(out, "CUDA_VISIBLE_DEVICES="+strings.Join(devices, ","))
	}
	n := strconv.Itoa(threads)
	for _, d := range [][2]string{
		{"OMP_NUM_THREADS", n},
		{"OPENBLAS_NUM_THREADS", n},
		{"MKL_NUM_THREADS", n},
		{"OMP_WAIT_POLICY", "PASSIVE"},
	} {
		if !set[d[0]] {
			out = append(out, d[0]+"="+d[1])
		}
	}
	return out
}

// takeUpAll learns, once, which devices attempts of earlier drivers hold.
func (e *Executor) takeUpAll(ctx context.Context) error {
	e.scanning.Lock()
	defer e.scanning.Unlock()
	if e.scanned {
		return nil
	}
	err := e.scan(ctx, func(dir string, c wrapper.Claim) {
		if c.Life() == wrapper.Alive {
			e.holdDevices(dir, c)
			e.takeUp(dir, executor.Job{Key: c.Key, Dir: filepath.Dir(dir)}, c)
		}
	})
	e.scanned = err == nil
	return err
}

// holdDevices notes the devices of an attempt that another driver started.
func (e *Executor) holdDevices(dir string, c wrapper.Claim) {
	if spec, err := wrapper.ReadSpec(dir); err == nil {
		e.devices.hold(dir, c.Devices, spec.Resources)
	}
}
