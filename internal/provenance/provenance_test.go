package provenance

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var sorted = cmpopts.SortSlices(strings.Compare)

func TestCollectKnowsTheMachine(t *testing.T) {
	p := Collect(t.Context(), Options{
		Dir: t.TempDir(), Version: "1.2", Args: []string{"danlu", "tune"}, Environ: []string{"OMP_NUM_THREADS=2", "HOME=/x"},
	})
	if p.Danlu != "1.2" || p.Host == "" || !strings.HasPrefix(p.OS, runtime.GOOS+"/"+runtime.GOARCH) || !strings.Contains(p.CPU, " × ") {
		t.Errorf("got %+v", p)
	}
	if d := cmp.Diff(map[string]string{"OMP_NUM_THREADS": "2"}, p.Env); d != "" {
		t.Errorf("environment (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"danlu", "tune"}, p.Args); d != "" {
		t.Errorf("command line (-want +got):\n%s", d)
	}
}

func TestCollectLeavesOutWhatCannotBeHad(t *testing.T) {
	t.Setenv("PATH", "")
	p := Collect(t.Context(), Options{Dir: filepath.Join(t.TempDir(), "gone"), Command: []string{"python", "train.py"}})
	if p.Commit != "" || p.GPUs != nil || p.Toolchain != nil || p.Host == "" {
		t.Errorf("got %+v", p)
	}
}

func TestSecretsStayOut(t *testing.T) {
	env := relevant([]string{
		"CUDA_VISIBLE_DEVICES=0,1", "HF_HOME=/models", "HF_TOKEN=hf_1", "TF_API_KEY=2", "JAX_SECRET=3",
		"TORCH_PASSWORD=4", "SLURM_JOB_ID=7", "SLURM_JWT=eyJ", "HOME=/home/a", "AWS_SECRET_ACCESS_KEY=5", "CONDA_PREFIX=/opt/conda",
		"TORCH_HUB=https://me:6@hub.example.org/x", "PYTHONPATH=", "NCCL_LONG=" + strings.Repeat("é", 2000),
	})
	if long := env["NCCL_LONG"]; len(long) > maxValue+8 || !strings.HasSuffix(long, "…") {
		t.Errorf("a long value is kept with %d bytes", len(long))
	}
	delete(env, "NCCL_LONG")
	want := map[string]string{
		"CUDA_VISIBLE_DEVICES": "0,1", "HF_HOME": "/models", "SLURM_JOB_ID": "7", "CONDA_PREFIX": "/opt/conda",
		"TORCH_HUB": "https://hub.example.org/x",
	}
	if d := cmp.Diff(want, env); d != "" {
		t.Errorf("environment (-want +got):\n%s", d)
	}
}

func TestSecretsOfTheCommandLineStayOut(t *testing.T) {
	got := redactArgs([]string{"danlu", "tune", "--api-key", "s1", "--password=s2", "WANDB_TOKEN=s3", "--store", "postgres://me:s4@db/x", "--secret", "--json"})
	want := []string{"danlu", "tune", "--api-key", redacted, "--password=" + redacted, "WANDB_TOKEN=" + redacted, "--store", "postgres://db/x", "--secret", "--json"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("command line (-want +got):\n%s", d)
	}
}

// The user's folder has a json.py and a torch: asking for versions must run
// neither.
func TestVersionsAreReadWithoutImportingAnything(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("Python is not installed")
	}
	f, o := project(t)
	trap := "import os; open(os.path.join(" + pyString(f.dir) + ", 'imported'), 'w')\n"
	for _, name := range []string{"exp/json.py", "exp/platform.py", "site/email/__init__.py", "site/torch/__init__.py"} {
		f.write(name, trap)
	}
	f.write("site/torch-2.9.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: torch\nVersion: 2.9.0\n")
	o.Command = []string{"python3", "train.py"}
	o.Environ = append(os.Environ(), "PYTHONPATH="+filepath.Join(f.dir, "site")+string(os.PathListSeparator)+o.Dir)
	got := versions(t.Context(), o)
	if got["torch"] != "2.9.0" || !strings.HasPrefix(got["python"], "3.") {
		t.Errorf("got %v, want torch 2.9.0 and a Python 3", got)
	}
	if _, err := os.Stat(filepath.Join(f.dir, "imported")); err == nil {
		t.Error("the user's code was imported")
	}
}

func pyString(s string) string { return "r'" + s + "'" }

func TestInterpreterIsFoundInTheCommand(t *testing.T) {
	f, o := project(t)
	bin := filepath.Join(f.dir, "bin")
	for _, name := range []string{"bin/python3.12", "bin/python", "exp/.venv/bin/python"} {
		f.write(name, "")
		f.chmod(name, 0o755)
	}
	f.write("bin/torchrun", "#!"+filepath.Join(bin, "python3.12")+"\n")
	f.chmod("bin/torchrun", 0o755)
	f.write("exp/main.py", "#!/usr/bin/env python3.12\n")
	t.Setenv("PATH", bin)
	tests := []struct {
		command string
		want    string
	}{
		{"python train.py", "BIN/python"},
		{"python3.12 -m train", "BIN/python3.12"},
		{".venv/bin/python train.py", "DIR/.venv/bin/python"},
		{"nice -n 5 python train.py", "BIN/python"},
		{"torchrun --nproc 2 train.py", "BIN/python3.12"},
		{"./main.py", "BIN/python3.12"},
		{"conda run -n x python train.py", ""},
		{"./train --engine python", ""},
		{"nothere train.py python", ""},
		{"", ""},
	}
	for _, tt := range tests {
		t.Run(tt.command, func(t *testing.T) {
			o.Command = strings.Fields(tt.command)
			got := strings.NewReplacer(bin, "BIN", o.Dir, "DIR").Replace(Interpreter(o))
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
