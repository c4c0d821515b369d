package inbox_test

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/danlu-ml/danlu/internal/inbox"
)

// python runs a program that imports danlu as trial 7, attempt 1 would, and
// returns what it writes to stdout and stderr. It skips the test where there is no python3.
func python(t testing.TB, dir, program string) (stdout, stderr string) {
	t.Helper()
	python3, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 on PATH: the Python client was not tried against this server")
	}
	client, err := filepath.Abs("../../python")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python3, "-c", program)
	cmd.Env = append(os.Environ(), "PYTHONPATH="+client, "PYTHONDONTWRITEBYTECODE=1", "RANK=", "SLURM_PROCID=",
		"OMPI_COMM_WORLD_RANK=", "PMI_RANK=", "DANLU_TRIAL=7", "DANLU_ATTEMPT=1", "DANLU_DIR="+dir,
		"DANLU_PARAMS={\"lr\":1e-4}", "DANLU_ENDPOINT="+filepath.Join(dir, inbox.EndpointFile),
		"DANLU_SPOOL="+filepath.Join(dir, "spool.jsonl"))
	var out, complaints strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil {
		t.Fatalf("python3: %v\n%s", err, &complaints)
	}
	return out.String(), complaints.String()
}

// The Python client and this server mean the same: what is said over HTTP, and
// what is spooled while there is no endpoint, arrives as it was said.
func TestPythonClient(t *testing.T) {
	const program = `
import os, math, danlu
p = danlu.params(lr=1e-3, optimizer="adamw")
print(p.lr, p.optimizer, danlu.report(1, {"损失": 0.1, "a\"b": 5e-324}, acc=math.nan))
os.rename(os.environ["DANLU_ENDPOINT"], os.environ["DANLU_ENDPOINT"] + ".away")
danlu._trial._link._hang_up()
print(danlu.report(2, {"损失": math.inf}), danlu.should_stop())
danlu.checkpoint(os.environ["DANLU_ENDPOINT"] + ".away", step=2)
`
	dir := t.TempDir()
	sink := &memory{answer: inbox.Answer{Decision: inbox.Pause}}
	s := listen(t, sink)
	if err := inbox.WriteEndpoint(dir, s.Endpoint(7, 1)); err != nil {
		t.Fatal(err)
	}
	stdout, stderr := python(t, dir, program)
	spool := filepath.Join(dir, "spool.jsonl")
	if want := "0.0001 adamw pause\npause True\n"; stdout != want {
		t.Errorf("the program prints %q, want %q", stdout, want)
	}
	if strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "reports wait in "+spool) {
		t.Errorf("the person is told %q, want one line naming the spool", stderr)
	}
	reports := []inbox.Report{{Step: 1, Values: map[string]float64{"损失": 0.1, `a"b`: 5e-324, "acc": math.NaN()}}}
	if d := cmp.Diff(reports, sink.reports, cmpopts.EquateNaNs()); d != "" {
		t.Errorf("over HTTP (-want +got):\n%s", d)
	}
	tail := inbox.NewTail(spool, 7, 1)
	if n, err := tail.Drain(t.Context(), sink); n != 2 || err != nil {
		t.Errorf("%d in the spool, error %v; want a report and a checkpoint", n, err)
	}
	reports = append(reports, inbox.Report{Step: 2, Values: map[string]float64{"损失": math.Inf(1)}})
	if d := cmp.Diff(reports, sink.reports, cmpopts.EquateNaNs()); d != "" {
		t.Errorf("in all (-want +got):\n%s", d)
	}
	if len(sink.checkpoints) != 1 {
		t.Errorf("checkpoints %v", sink.checkpoints)
	}
}

// BenchmarkPythonReport is what a report costs a Python training, this server's
// time included.
func BenchmarkPythonReport(b *testing.B) {
	dir := b.TempDir()
	s, err := inbox.Listen(inbox.Config{Sink: nullSink{}})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close(b.Context())
	if err := inbox.WriteEndpoint(dir, s.Endpoint(7, 1)); err != nil {
		b.Fatal(err)
	}
	const reports = 1000
	for b.Loop() {
		var seconds float64
		out, _ := python(b, dir, fmt.Sprintf(`
import time, danlu
danlu.report(0, a=1)
began = time.perf_counter()
for i in range(%d): danlu.report(i, a=1)
print(time.perf_counter() - began)
`, reports))
		if _, err := fmt.Sscan(out, &seconds); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		b.ReportMetric(seconds/reports*1e6, "µs/report")
	}
}
