package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// endpoint is what a trial finds in the file that DANLU_ENDPOINT names.
type endpoint struct{ Address, Token string }

// endpoint waits for that of a trial: its token begins with the trial's number.
func (p project) endpoint(trial string) (e endpoint) {
	p.t.Helper()
	for range 600 {
		found, err := filepath.Glob(filepath.Join(p.dir, "danlu-runs", "*", "*", "endpoint.json"))
		if err != nil {
			p.t.Fatal(err)
		}
		for _, path := range found {
			text, err := os.ReadFile(path)
			if err == nil && json.Unmarshal(text, &e) == nil && strings.HasPrefix(e.Token, trial+".") {
				return e
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	p.t.Fatalf("trial %s has no endpoint", trial)
	return e
}

// post sends a message and returns the status and the answer.
func (e endpoint) post(t *testing.T, path, token, body string) (int, map[string]any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, e.Address+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var answer map[string]any
	if err := json.Unmarshal(text, &answer); err != nil {
		t.Errorf("%s is answered %q, which is not JSON", body, text)
	}
	return resp.StatusCode, answer
}

// What a program says over HTTP is answered as the contract has it, and nobody
// but the trial itself can speak for it.
func TestReportsOverHTTP(t *testing.T) {
	p := newProject(t, `
name: http
command: [./train.sh, "{trial}"]
objective: loss min
params: {x: {float: [0, 1], default: 0.5}}
fidelity: {step: epoch, max: 9}
budget: {trials: 2}
parallel: 2
scheduler: none
`, map[string]string{"train.sh": slowFiles["train.sh"]})
	cmd := p.command("tune", "--json")
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.await("began-0")
	p.await("began-1")
	zero, one := p.endpoint("0"), p.endpoint("1")
	if !strings.HasPrefix(zero.Address, "http://127.0.0.1:") {
		t.Errorf("the driver listens at %s", zero.Address)
	}
	const reports, checkpoints = "/v1/reports", "/v1/checkpoints"
	says := func(step, loss string) string {
		return `{"trial":0,"attempt":1,"reports":[{"step":` + step + `,"values":{"loss":` + loss + `}}]}`
	}
	tests := []struct {
		name, path, token, body string
		status                  int
		decision                string
	}{
		{"a report", reports, zero.Token, says("1", "0.5"), 200, "continue"},
		{"the same again with another value", reports, zero.Token, says("1", "0.9"), 200, "continue"},
		{"no token", reports, "", says("2", "0.5"), 401, ""},
		{"a wrong token", reports, "0.1.abcdef", says("2", "0.5"), 401, ""},
		{"for another trial", reports, one.Token, says("2", "0.5"), 403, ""},
		{"for another attempt", reports, zero.Token, strings.Replace(says("2", "0.5"), `"attempt":1`, `"attempt":2`, 1), 403, ""},
		{"a checkpoint for another trial", checkpoints, one.Token, `{"trial":0,"attempt":1,"step":1,"path":"/tmp"}`, 403, ""},
		{"a relative path of a checkpoint", checkpoints, zero.Token, `{"trial":0,"attempt":1,"step":1,"path":"x"}`, 400, ""},
		{"nothing", reports, zero.Token, "", 400, ""},
		{"no JSON", reports, zero.Token, "loss=3", 400, ""},
		{"a negative step", reports, zero.Token, says("-1", "1"), 400, ""},
		{"half a step", reports, zero.Token, says("1.5", "1"), 400, ""},
		{"a word for a value", reports, zero.Token, says("2", `"high"`), 400, ""},
		{"no values", reports, zero.Token, `{"trial":0,"attempt":1,"reports":[{"step":2,"values":{}}]}`, 400, ""},
		{"more than fits", reports, zero.Token, says("2", strings.Repeat(" ", 2<<20)+"1"), 413, ""},
		{"a value that isn't finite", reports, zero.Token, says("3", `"nan"`), 200, "stop"},
		{"more after it", reports, zero.Token, says("4", "0.1"), 200, "stop"},
	}
	for _, tt := range tests {
		status, answer := zero.post(t, tt.path, tt.token, tt.body)
		if status != tt.status || tt.decision != "" && answer["decision"] != tt.decision {
			t.Errorf("%s: answered %d %v, want %d %s", tt.name, status, answer, tt.status, tt.decision)
		}
		if why, _ := answer["error"].(string); status != 200 && why == "" {
			t.Errorf("%s: %d without a reason", tt.name, status)
		}
	}
	p.must(0, "stop", "1")
	for status := 0; status != 409; time.Sleep(20 * time.Millisecond) {
		status, _ = one.post(t, reports, one.Token, `{"trial":1,"attempt":1,"reports":[{"step":2,"values":{"loss":1}}]}`)
		if status != 200 && status != 409 {
			t.Fatalf("a stopped trial is answered %d", status)
		}
	}
	p.write("go", "")
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 3 { // no trial is usable
		t.Errorf("exit code %d, want 3\n%s", code, errOut.String())
	}
	rows := p.export("--points")
	if rows[0].State != "diverged" || rows[1].State != "stopped" {
		t.Errorf("the trials are %s and %s", rows[0].State, rows[1].State)
	}
	if first := rows[0].Points[0]["values"].(map[string]any)["loss"]; first != 0.5 {
		t.Errorf("the first value was 0.5, and %v is stored", first)
	}
	p.checkStream(out.String())
	p.holdsNoSecret(zero.Token, one.Token, out.String()+errOut.String())
}

// checkStream checks that the lines of --json are as the contract has them.
func (p project) checkStream(out string) {
	p.t.Helper()
	keys := map[string][]string{
		"trial_started": {"trial", "attempt", "params", "sampler", "why"},
		"report":        {"trial", "attempt", "step", "values"},
		"trial_ended":   {"trial", "attempt", "state", "values", "reason"},
		"study_ended":   {"reason", "trials", "best", "default"},
	}
	seen := map[string]int{}
	last := ""
	for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
		var object map[string]any
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			p.t.Errorf("the line %q: %v", line, err)
			continue
		}
		last, _ = object["event"].(string)
		seen[last]++
		for _, key := range keys[last] {
			if _, ok := object[key]; !ok {
				p.t.Errorf("%s has no %s: %s", last, key, line)
			}
		}
	}
	for event := range keys {
		if seen[event] == 0 {
			p.t.Errorf("there is no %s", event)
		}
	}
	if last != "study_ended" || seen[last] != 1 {
		p.t.Errorf("the stream ends with %s; %d times study_ended", last, seen["study_ended"])
	}
}

// holdsNoSecret checks that the tokens' secret parts are in no file and no output.
func (p project) holdsNoSecret(a, b, said string) {
	p.t.Helper()
	err := filepath.WalkDir(p.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		said += string(text)
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	for _, token := range []string{a, b} {
		if secret := token[strings.LastIndex(token, ".")+1:]; strings.Contains(said, secret) {
			p.t.Errorf("the token %s is in what was kept or said", token)
		}
	}
}
