package rerun

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

func view(t *testing.T, change func(*study.Definition)) *study.View {
	t.Helper()
	s, err := space.New([]space.Param{
		{Name: "lr", Domain: space.Float{Low: 1e-5, High: 1, Log: true}},
		{Name: "tag", Domain: space.Choice{Values: []space.Value{space.StringValue("it's a\nlong one"), space.StringValue("b")}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	def := &study.Definition{Name: "s", Objectives: []study.Objective{{Metric: "loss"}}, Space: s, Dir: "/home/a b", Fidelity: study.Fidelity{Max: 9}}
	change(def)
	l := studytest.New(def)
	l.Append(study.Planned{Trial: 0, Name: "x", Seed: 42, Params: space.Values{"lr": space.FloatValue(0.001), "tag": space.StringValue("it's a\nlong one")}})
	return l.Append(study.Started{Trial: 0, Attempt: 1, Dir: "/runs/x"}).View()
}

func TestTheLineThatReproducesATrial(t *testing.T) {
	const tag = `'--tag=it'\''s a` + "\n" + `long one'`
	for _, tc := range []struct {
		name    string
		command string
		env     map[string]string
		cwd     string
		want    string
	}{
		{"all parameters", "python train.py {params} --seed {seed}", nil, "/home/a b", "python train.py --lr=0.001 " + tag + " --seed 42"},
		{"from elsewhere", "python {params} {seed}", nil, "/", "cd '/home/a b' && python --lr=0.001 " + tag + " 42"},
		{"with the study's environment", "python {params} {seed}", map[string]string{"B": "2", "A": "x y"}, "/home/a b", "env 'A=x y' B=2 python --lr=0.001 " + tag + " 42"},
		{"the trial's folder", "python {params} {seed} --out {dir}", nil, "/home/a b", "python --lr=0.001 " + tag + " 42 --out /runs/x"},
		{
			"the seed in the environment alone", "python {params}", nil, "/home/a b",
			"env DANLU_TRIAL=0 " + `'DANLU_PARAMS={"lr":0.001,"tag":"it'\''s a\nlong one"}' DANLU_SEED=42 DANLU_MAX_STEP=9 python --lr=0.001 ` + tag,
		},
		{
			"parameters in the environment alone", "python train.py --lr {lr}", nil, "/home/a b",
			"env DANLU_TRIAL=0 " + `'DANLU_PARAMS={"lr":0.001,"tag":"it'\''s a\nlong one"}' DANLU_SEED=42 DANLU_MAX_STEP=9 DANLU_PARAM_LR=0.001 'DANLU_PARAM_TAG=it'\''s a` + "\nlong one' python train.py --lr 0.001",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v := view(t, func(d *study.Definition) { d.Command, d.Env = strings.Fields(tc.command), tc.env })
			got, err := Line(v, v.Trials[0], tc.cwd)
			if err != nil || got != tc.want {
				t.Errorf("got  %s\nwant %s\n%v", got, tc.want, err)
			}
		})
	}
}

func TestTheLineMeansTheSameToAShell(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no shell here")
	}
	v := view(t, func(d *study.Definition) {
		d.Dir, d.Env, d.Command = "/", map[string]string{"ODD": "a 'b' \"c\" $d"}, []string{"sh", "-c", `printf '%s|' "$ODD" "$@"`, "sh", "{params}"}
	})
	line, err := Line(v, v.Trials[0], "/tmp")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("sh", "-c", line).Output()
	if want := "a 'b' \"c\" $d|--lr=0.001|--tag=it's a\nlong one|"; err != nil || string(out) != want {
		t.Errorf("%s\nprints %q, want %q; %v", line, out, want, err)
	}
}

func TestAStudyWithoutCommandSaysSo(t *testing.T) {
	v := view(t, func(*study.Definition) {})
	if _, err := Line(v, v.Trials[0], "/"); err == nil || !strings.Contains(err.Error(), "has no command") {
		t.Errorf("got %v", err)
	}
}
