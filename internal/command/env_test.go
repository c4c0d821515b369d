package command_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/command"
	"github.com/danlu-ml/danlu/internal/space"
)

func TestEnvironmentOfATrial(t *testing.T) {
	inherited := []string{
		"PATH=/bin", "HOME=/home/a", "DANLU_TRIAL=3", "DANLU_PARAM_OLD=1", "DANLU_ENDPOINT=/outer", "DANLU_MAX_STEP=9",
		"DANLU_HUB_TOKEN=t", "DANLU_STORE=postgres://me:pw@host/db", "DANLU_KERNELS=avx2", "PATH=/usr/bin", "HF_TOKEN=mine", "odd", "=C:=x",
	}
	v := command.Vars{
		Study: "frames", Trial: 7, Attempt: 2, Dir: "/runs/7", Seed: 42, Resume: "", MaxStep: 0, Spool: "/runs/7/s",
		Params: space.Values{"lr": space.FloatValue(1), "optim.name": space.StringValue("a=b\nc"), "n-frames": space.IntValue(13), "amp": space.BoolValue(true)},
	}
	got, err := command.Env(inherited, map[string]string{"HOME": "/tmp", "EXTRA": "x=y"}, v)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"PATH=/usr/bin", "HOME=/tmp", "DANLU_KERNELS=avx2", "HF_TOKEN=mine", "PYTHONUNBUFFERED=1", "EXTRA=x=y",
		"DANLU_STUDY=frames", "DANLU_TRIAL=7", "DANLU_ATTEMPT=2",
		`DANLU_PARAMS={"amp":true,"lr":1.0,"n-frames":13,"optim.name":"a=b\nc"}`,
		"DANLU_SEED=42", "DANLU_RESUME=", "DANLU_DIR=/runs/7", "DANLU_SPOOL=/runs/7/s",
		"DANLU_PARAM_AMP=true", "DANLU_PARAM_LR=1", "DANLU_PARAM_N_FRAMES=13", "DANLU_PARAM_OPTIM_NAME=a=b\nc",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("environment (-want +got):\n%s", d)
	}
}

func TestEnvironmentLeavesAUsersOwnWordOnBuffering(t *testing.T) {
	for name, c := range map[string]struct {
		inherited []string
		file      map[string]string
		want      string
	}{
		"inherited":   {[]string{"PYTHONUNBUFFERED="}, nil, "PYTHONUNBUFFERED="},
		"in the file": {nil, map[string]string{"PYTHONUNBUFFERED": "0"}, "PYTHONUNBUFFERED=0"},
	} {
		t.Run(name, func(t *testing.T) {
			env, err := command.Env(c.inherited, c.file, command.Vars{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, entry := range env {
				if strings.HasPrefix(entry, "PYTHONUNBUFFERED") {
					got = append(got, entry)
				}
			}
			if d := cmp.Diff([]string{c.want}, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestEnvironmentRefusesParametersThatAreNoNumbers(t *testing.T) {
	_, err := command.Env(nil, nil, command.Vars{Params: space.Values{"lr": space.FloatValue(math.Inf(1))}})
	if err == nil || !strings.Contains(err.Error(), "parameters of trial 0") {
		t.Errorf("error is %v", err)
	}
}
