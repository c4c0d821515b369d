package e2e

import (
	"os"
	"strings"
	"testing"
)

// A file that can't be right is refused with its line and exit code 2, before
// anything is started or made.
func TestARefusedFileLeavesNothingBehind(t *testing.T) {
	const head = "command: [./train.sh]\nobjective: loss min\nobserve: {stdout: 'loss=(?P<loss>\\S+)'}\n"
	const params = "params: {x: {float: [0, 1], default: 0.5}}\nbudget: {trials: 1}\n"
	tests := []struct{ name, yaml, where, says string }{
		{"an unknown key", head + params + "schedular: none", "danlu.yaml:6:", "scheduler"},
		{"a key of a parameter with letters swapped", head + "params: {x: {flaot: [0, 1]}}", "danlu.yaml:4:", "float"},
		{"low above high", head + "params: {x: {float: [1, 0]}}", "danlu.yaml:4:", "[0, 1]"},
		{"an option that the scheduler has not", head + params + "scheduler: {asha: {etaa: 3}}", "danlu.yaml:6:", "eta"},
		{"an option of the scheduler out of range", head + params + "scheduler: {asha: {eta: 1}}", "danlu.yaml:6:", "eta"},
		{"an option that the sampler has not", head + params + "sampler: {random: {foo: 1}}", "danlu.yaml:6:", "foo"},
		{"devices that this machine has not", head + params + "resources: {gpus: 1}", "danlu.yaml:6:", "gpus"},
		{"devices that this machine has not, and parallel", head + params + "parallel: 2\nresources: {gpus: 1}", "danlu.yaml:7:", "gpus"},
		{"what a later version may do", head + params + "mode: staged", "danlu.yaml:6:", "mode"},
		{"a name that leaves its folder", head + params + "name: ../evil", "danlu.yaml:6:", "evil"},
		{"an argument that may have no value", strings.Replace(head, "./train.sh", `./train.sh, "{m}"`, 1) + "params: {o: {choice: [a, b]}, m: {float: [0, 1], when: {o: a}}}", "danlu.yaml:1:", "{params}"},
		{"aliases that explode", "a: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\nparams: {x: {choice: *f}}", "danlu.yaml:", "alias"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newProject(t, tt.yaml+"\n", map[string]string{"train.sh": "#!/bin/sh\necho loss=1\n"})
			cmd := p.command("tune")
			cmd.Env = append(cmd.Env, "CUDA_VISIBLE_DEVICES=")
			r := p.finish(cmd)
			if r.code != 2 || r.out != "" {
				t.Errorf("exit code %d, want 2; stdout: %s", r.code, r.out)
			}
			if !strings.HasPrefix(r.errOut, tt.where) || !strings.Contains(r.errOut, tt.says) {
				t.Errorf("danlu says\n%swant %s …%s…", r.errOut, tt.where, tt.says)
			}
			entries, err := os.ReadDir(p.dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				if e.Name() != "danlu.yaml" && e.Name() != "train.sh" {
					t.Errorf("%s was left behind", e.Name())
				}
			}
		})
	}
}
