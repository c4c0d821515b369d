package local

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/google/go-cmp/cmp"
)

func TestFit(t *testing.T) {
	for name, c := range map[string]struct {
		cores   float64
		devices int
		ask     executor.Resources
		slots   int
		why     string
	}{
		"a core each unless said otherwise": {4, 0, executor.Resources{}, 4, "4 cores, 1 a trial"},
		"several cores each":                {5, 0, executor.Resources{CPUs: 2}, 2, "5 cores, 2 a trial"},
		"a part of a core each":             {2, 0, executor.Resources{CPUs: 0.1}, 20, "2 cores, 0.1 a trial"},
		"half a core granted":               {0.5, 0, executor.Resources{}, 1, "0.5 cores, 1 a trial"},
		"more cores than there are":         {2, 0, executor.Resources{CPUs: 8}, 1, "2 cores, 8 a trial"},
		"devices":                           {4, 2, executor.Resources{GPUs: 1}, 2, "2 devices, 1 a trial"},
		"devices bound before cores":        {64, 8, executor.Resources{GPUs: 2, CPUs: 4}, 4, "8 devices, 2 a trial; 64 cores, 4 a trial"},
		"cores bound before devices":        {4, 8, executor.Resources{GPUs: 1, CPUs: 2}, 2, "8 devices, 1 a trial; 4 cores, 2 a trial"},
		"devices shared":                    {4, 2, executor.Resources{GPUs: 1, Share: 0.34}, 4, "2 devices, 1 a trial, 2 trials on each"},
		"thirds add up":                     {4, 1, executor.Resources{GPUs: 1, Share: 1. / 3}, 3, "1 devices, 1 a trial, 3 trials on each"},
		"more devices than there are":       {4, 1, executor.Resources{GPUs: 2}, 0, "1 devices, 2 a trial"},
		"none":                              {4, 0, executor.Resources{GPUs: 1}, 0, "0 devices, 1 a trial"},
	} {
		t.Run(name, func(t *testing.T) {
			slots, why := fit(c.cores, c.devices, c.ask)
			if slots != c.slots || why != c.why {
				t.Errorf("fit = %d, %q; want %d, %q", slots, why, c.slots, c.why)
			}
		})
	}
}

func TestVisibleDevices(t *testing.T) {
	for v, want := range map[string][]string{
		"":                   nil,
		"-1":                 nil,
		"NoDevFiles":         nil,
		"0,1":                {"0", "1"},
		" 2, 3 ":             {"2", "3"},
		"0,-1,1":             {"0"},
		"GPU-8a,MIG-GPU/1/0": {"GPU-8a", "MIG-GPU/1/0"},
	} {
		if d := cmp.Diff(want, parseVisible(v)); d != "" {
			t.Errorf("CUDA_VISIBLE_DEVICES=%s (-want +got):\n%s", v, d)
		}
	}
}

func TestListedDevices(t *testing.T) {
	const out = `GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5c89852c)
GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-b1d3eb9e)
  MIG 3g.20gb     Device  0: (UUID: MIG-c6d4f1ef)
  MIG 1g.5gb      Device  1: (UUID: MIG-cba663e8)
GPU 2: NVIDIA A100-SXM4-40GB (UUID: GPU-0000)
`
	if d := cmp.Diff([]string{"0", "MIG-c6d4f1ef", "MIG-cba663e8", "2"}, parseList(out)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if got := parseList("No devices found.\n"); got != nil {
		t.Errorf("no devices read as %v", got)
	}
}

func TestTheLeastQuotaCounts(t *testing.T) {
	root := t.TempDir()
	for path, content := range map[string]string{
		"cpu.max": "max 100000\n", "a/cpu.max": "150000 100000\n", "a/b/cpu.max": "300000 100000\n",
		"cpu.cfs_quota_us": "-1\n", "cpu.cfs_period_us": "100000\n",
		"a/cpu.cfs_quota_us": "50000\n", "a/cpu.cfs_period_us": "100000\n",
	} {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name, group string
		quota       func(string) (float64, bool)
		want        float64
	}{
		{"version 2, below a limit", "/a/b", quota2, 1.5},
		{"version 2, without one", "/", quota2, 8},
		{"version 2, a group that is not visible here", "/host/path", quota2, 8},
		{"version 1", "/a", quota1, 0.5},
		{"version 1, without one", "/", quota1, 8},
	} {
		if got := leastQuota(root, c.group, 8, c.quota); got != c.want {
			t.Errorf("%s: %v cores, want %v", c.name, got, c.want)
		}
	}
}
