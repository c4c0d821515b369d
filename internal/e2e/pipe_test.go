package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
)

const piped = `
name: piped
objective: loss min
params: {x: {float: [0, 1], default: 0.5}, n: {int: [1, 9]}}
fidelity: {step: epoch, max: 9}
budget: {trials: 4}
scheduler: none
`

// pipe sends lines to danlu pipe and returns its answers.
func (p project) pipe(lines ...string) (answers []map[string]any) {
	p.t.Helper()
	cmd := p.command("pipe", "danlu.yaml")
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n"))
	r := p.finish(cmd)
	if r.code != 0 {
		p.t.Fatalf("exit code %d\n%s", r.code, r.errOut)
	}
	for _, line := range strings.Split(strings.TrimSpace(r.out), "\n") {
		var answer map[string]any
		if err := json.Unmarshal([]byte(line), &answer); err != nil {
			p.t.Fatalf("answered %q: %v", line, err)
		}
		answers = append(answers, answer)
	}
	return answers
}

// What a program was working on when its input ended is offered again by a later
// run; what it told stays.
func TestAPipeOffersAgainWhatWasNotTold(t *testing.T) {
	p := newProject(t, piped, nil)
	first := p.pipe(`{"ask":3}`, `{"report":1,"step":1,"values":{"loss":0.4}}`, `{"tell":0,"state":"completed","values":{"loss":0.3}}`)
	if len(first) != 5 || first[4]["ok"] != true {
		t.Fatalf("answers: %v", first)
	}
	again := p.pipe(`{"ask":5}`, `{"best":true}`)
	got := ""
	for _, answer := range again[:5] {
		got += fmt.Sprintf("%v %v, ", answer["trial"], answer["reason"])
	}
	if want := "1 <nil>, 2 <nil>, 3 <nil>, <nil> budget, <nil> budget, "; got != want {
		t.Errorf("offered %s, want %s", got, want)
	}
	for i, answer := range again[:2] {
		if fmt.Sprint(answer["params"]) != fmt.Sprint(first[i+1]["params"]) || answer["seed"] != first[i+1]["seed"] {
			t.Errorf("trial %v was %v and is offered again as %v", answer["trial"], first[i+1], answer)
		}
	}
	best, _ := again[5]["best"].(map[string]any)
	if best["trial"] != 0.0 {
		t.Errorf("the best is %v", again[5])
	}
}

// Each odd line is answered by one error, and changes nothing.
func TestAPipeAnswersOddLinesInOrder(t *testing.T) {
	p := newProject(t, piped, nil)
	odd := []string{
		`{"ask":0}`, `{"ask":-1}`, `{"ask":1.5}`, `{"ask":"2"}`, `{"ask":1,"best":true}`, `{"best":false}`, `{}`, `[]`, `null`, `nonsense`,
		`{"report":0}`, `{"report":0,"step":1}`, `{"report":0,"step":-1,"values":{"loss":1}}`, `{"report":0,"step":1,"values":{"loss":"x"}}`,
		`{"report":99,"step":1,"values":{"loss":1}}`, `{"report":0,"step":1,"values":{"loss":1},"params":{"zz":1}}`,
		`{"tell":0,"state":"done"}`, `{"tell":0}`, `{"tell":99,"state":"failed"}`, `{"what":1}`, "\xff\xfe", strings.Repeat("[", 100_000),
	}
	answers := p.pipe(append(append([]string{`{"ask":1}`}, odd...), `{"best":true}`)...)
	if len(answers) != len(odd)+2 {
		t.Fatalf("%d answers to %d lines", len(answers), len(odd)+2)
	}
	for i, line := range odd {
		if why, _ := answers[i+1]["error"].(string); why == "" {
			t.Errorf("%.60s is answered %v", line, answers[i+1])
		}
	}
	if rows := p.export("--points"); len(rows) != 1 || rows[0].State != "running" || len(rows[0].Points) != 0 {
		t.Errorf("the study is now %+v", rows)
	}
}

// While a pipe has a study nobody else drives it; with --memory nothing is kept.
func TestAPipeHasItsStudyAlone(t *testing.T) {
	p := newProject(t, piped, nil)
	first := p.command("pipe", "danlu.yaml")
	in, err := first.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := first.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(in, `{"ask":1}`+"\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil { // it has answered
		t.Fatal(err)
	}
	second := p.command("pipe", "danlu.yaml")
	second.Stdin = strings.NewReader(`{"ask":1}`)
	if r := p.finish(second); r.code != 1 || !strings.Contains(r.errOut, "danlu pipe") || r.out != "" {
		t.Errorf("a second pipe: exit code %d\n%s%s", r.code, r.out, r.errOut)
	}
	memory := p.command("pipe", "danlu.yaml", "--memory")
	memory.Stdin = strings.NewReader(`{"ask":2}`)
	if r := p.finish(memory); r.code != 0 || strings.Count(r.out, "\n") != 2 {
		t.Errorf("a pipe in memory: exit code %d\n%s%s", r.code, r.out, r.errOut)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, out) // until its end
	if err := first.Wait(); err != nil {
		t.Errorf("the first pipe: %v", err)
	}
	if rows := p.export(); len(rows) != 1 {
		t.Errorf("%d trials are kept, want 1", len(rows))
	}
}
