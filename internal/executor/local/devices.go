package local

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/danlu-ml/danlu/internal/executor"
)

// ErrNoDevice is wrapped by Submit's error when the devices an attempt asks for
// are all taken, or there are none.
var ErrNoDevice = errors.New("no free device")

// pool shares out devices: whole ones, or parts of one to several attempts.
type pool struct {
	list func() []string // the ids; asked for when first needed

	mu   sync.Mutex
	held map[string]grant // by the attempt's folder
}

// grant is what an attempt holds: part (0–1] of each device.
type grant struct {
	devices []string
	part    float64
}

func newPool(ids []string) *pool {
	list := sync.OnceValue(visibleDevices)
	if ids != nil {
		list = func() []string { return ids }
	}
	return &pool{list: list, held: make(map[string]grant)}
}

// part is how much of each of its devices an attempt takes.
func part(r executor.Resources) float64 {
	if r.Share <= 0 || r.Share > 1 {
		return 1
	}
	return r.Share
}

// perDevice is how many attempts run on one device.
func perDevice(r executor.Resources) int { return int(1/part(r) + 1e-9) }

// take gives the attempt r.GPUs devices, the least used first.
func (p *pool) take(dir string, r executor.Resources) ([]string, error) {
	ids := p.list()
	if r.GPUs > len(ids) {
		return nil, fmt.Errorf("%w: it asks for %d and this machine has %d to give: lower resources.gpus, or set CUDA_VISIBLE_DEVICES", ErrNoDevice, r.GPUs, len(ids))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	used := make(map[string]float64)
	for _, g := range p.held {
		for _, d := range g.devices {
			used[d] += g.part
		}
	}
	free := slices.DeleteFunc(slices.Clone(ids), func(d string) bool { return used[d]+part(r) > 1+1e-9 })
	slices.SortStableFunc(free, func(a, b string) int { return cmp.Compare(used[a], used[b]) })
	if len(free) < r.GPUs {
		return nil, fmt.Errorf("%w: it asks for %d and %d of %d have room: submit it again when another has ended", ErrNoDevice, r.GPUs, len(free), len(ids))
	}
	free = free[:r.GPUs]
	p.held[dir] = grant{free, part(r)}
	return free, nil
}

// hold notes what an attempt of an earlier driver was given.
func (p *pool) hold(dir string, devices []string, r executor.Resources) {
	if len(devices) == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held[dir] = grant{devices, part(r)}
}

func (p *pool) release(dir string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.held, dir)
}

// visibleDevices are the ids this process may use.
func visibleDevices() []string {
	if v, ok := os.LookupEnv("CUDA_VISIBLE_DEVICES"); ok {
		return parseVisible(v)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "nvidia-smi", "-L").Output()
	if err != nil {
		return nil // no driver, no devices
	}
	return parseList(string(out))
}

// parseVisible reads CUDA_VISIBLE_DEVICES as CUDA does: what follows an id that
// can't be one, -1 by custom, is not visible.
func parseVisible(v string) (ids []string) {
	for id := range strings.SplitSeq(v, ",") {
		id = strings.TrimSpace(id)
		named := strings.HasPrefix(id, "GPU-") || strings.HasPrefix(id, "MIG-")
		if id == "" || (!named && strings.Trim(id, "0123456789") != "") {
			break
		}
		ids = append(ids, id)
	}
	return ids
}

// parseList reads nvidia-smi -L. A device that is split into MIG instances is
// not usable as a whole: its instances stand in its place.
func parseList(out string) (ids []string) {
	for line := range strings.Lines(out) {
		switch name, rest, _ := strings.Cut(strings.TrimSpace(line), " "); name {
		case "GPU":
			index, _, _ := strings.Cut(rest, ":")
			ids = append(ids, index)
		case "MIG":
			_, uuid, _ := strings.Cut(rest, "UUID: ")
			if n := len(ids); n > 0 && !strings.HasPrefix(ids[n-1], "MIG-") {
				ids = ids[:n-1]
			}
			ids = append(ids, strings.TrimSuffix(uuid, ")"))
		}
	}
	return ids
}
