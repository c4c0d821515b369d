package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A program can do anything; the study goes on, and says what was wrong.
func TestProgramsThatMisbehave(t *testing.T) {
	report := `i=1; while [ $i -le 3 ]; do echo "step=$i loss=0.$((9-i))"; i=$((i+1)); done`
	tests := []struct {
		name   string
		script string // of trial 1; trial 0 behaves
		extra  string // lines of danlu.yaml
		state  string
		why    string // part of the reason
	}{
		{"ignores SIGTERM", `trap '' TERM; ` + report + `; while :; do sleep 0.1; done`, "deadline: 1s\ngrace: 1s", "failed", "deadline"},
		{"leaves grandchildren", report + `; (setsid sh -c 'trap "" TERM; while :; do sleep 0.1; done' &) ; (sleep 1000 &)`, "", "completed", ""},
		{"writes without end", `i=0; while [ $i -lt 60 ]; do head -c 1048576 /dev/zero | tr '\0' x; i=$((i+1)); done; echo; ` + report, "", "completed", ""},
		{"reports NaN", `echo "step=1 loss=nan"; sleep 60`, "", "diverged", "not finite"},
		{"steps backwards", `echo "step=3 loss=0.3"; echo "step=2 loss=0.1"; echo "step=1 loss=0.2"`, "", "completed", ""},
		{"reports twice", report + "; " + report, "", "completed", ""},
		{"says nothing", `exit 0`, "", "failed", "without reporting loss"},
		{"fails after it was fine", report + `; echo "RuntimeError: boom" >&2; exit 7`, "retries: 0", "failed", "exit status 7: RuntimeError: boom"},
		{"kills itself", report + `; kill -9 $$`, "retries: 0", "failed", "SIGKILL"},
		{"runs out of memory", `echo "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20 GiB" >&2; exit 1`, "", "infeasible", "out of memory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newProject(t, `
command: [./train.sh, "{trial}"]
objective: loss min
params:
  x: {float: [0, 1], default: 0.5}
observe: {stdout: 'step=(?P<step>\d+) loss=(?P<loss>\S+)'}
budget: {trials: 2}
parallel: 1
scheduler: none
`+tt.extra+"\n", map[string]string{"train.sh": "#!/bin/sh\nif [ $1 = 0 ]; then " + report + "; exit; fi\n" + tt.script + "\n"})
			p.must(0, "tune")
			row := p.export()[1]
			if row.State != tt.state || !strings.Contains(row.Reason, tt.why) {
				t.Errorf("the trial is %s (%s), want %s (…%s…)", row.State, row.Reason, tt.state, tt.why)
			}
			if size := folderSize(t, p.dir); size > 45<<20 {
				t.Errorf("the project's folder has %d bytes", size)
			}
		})
	}
}

func folderSize(t *testing.T, dir string) (size int64) {
	t.Helper()
	err := filepath.Walk(dir, func(_ string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			size += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return size
}

// A program that can't even be started is said before a trial is tried, in words that
// help.
func TestAProgramThatCannotStart(t *testing.T) {
	p := newProject(t, `
command: [./train.py, "{params}"]
objective: loss min
params: {x: {float: [0, 1], default: 0.5}}
budget: {trials: 20}
parallel: 1
`, map[string]string{"train.py": "print(1)"})
	r := p.must(2, "tune")
	if !strings.HasPrefix(r.errOut, "danlu.yaml:2: ./train.py has no execute bit: chmod +x ./train.py") {
		t.Errorf("danlu said:\n%s", r.errOut)
	}
	p.must(1, "ls") // there is no store
}

// A program that never reports the objective is said after the first trial.
func TestAnObjectiveThatNeverComes(t *testing.T) {
	p := newProject(t, `
command: [./train.sh]
objective: val_accuracy max
params: {x: {float: [0, 1], default: 0.5}}
observe: {stdout: 'val_acc=(?P<val_acc>\S+)'}
budget: {trials: 50}
parallel: 1
`, map[string]string{"train.sh": "#!/bin/sh\necho val_acc=0.5\n"})
	r := p.run("tune")
	if r.code != 2 && r.code != 3 {
		t.Fatalf("exit code %d\n%s%s", r.code, r.out, r.errOut)
	}
	if all := r.out + r.errOut; !strings.Contains(all, "val_acc") {
		t.Errorf("danlu said:\n%s", all)
	}
}

// Parameters reach the program as they are, whatever is in them.
func TestParametersWithOddCharacters(t *testing.T) {
	p := newProject(t, `
command: [./train.sh, "{params}", "--note", "a b"]
objective: loss min
params:
  text: {choice: ["it's \"two\" words", "line\nbreak", "$HOME;*"], default: "it's \"two\" words"}
observe: {stdout: 'loss=(?P<loss>\S+)'}
sampler: grid
parallel: 1
`, map[string]string{"train.sh": `#!/bin/sh
printf '%s|%s|%s\n' "$1" "$3" "$DANLU_PARAM_TEXT" >> seen
echo loss=1
`})
	p.must(0, "tune")
	seen, err := os.ReadFile(filepath.Join(p.dir, "seen"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{`it's "two" words`, "line\nbreak", "$HOME;*"} {
		if want := "--text=" + text + "|a b|" + text + "\n"; !strings.Contains(string(seen), want) {
			t.Errorf("the program did not see %q, but\n%s", want, seen)
		}
	}
}

// Two drivers of one study: the second is told who has it, and since when.
func TestASecondDriverIsToldWhoHasTheStudy(t *testing.T) {
	p := newProject(t, `
command: [./train.sh]
objective: loss min
params: {x: {float: [0, 1], default: 0.5}}
observe: {stdout: 'loss=(?P<loss>\S+)'}
budget: {trials: 1}
`, map[string]string{"train.sh": "#!/bin/sh\ntouch began; while [ ! -e go ]; do sleep 0.05; done; echo loss=1\n"})
	first := p.command("tune")
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	p.await("began")
	r := p.must(1, "tune")
	if !strings.Contains(r.errOut, "danlu tune") || !strings.Contains(r.errOut, "since") {
		t.Errorf("the second driver says:\n%s", r.errOut)
	}
	p.write("go", "")
	if err := first.Wait(); err != nil {
		t.Errorf("the first driver: %v", err)
	}
}
