package reportcli

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/inbox"
	"github.com/danlu-ml/danlu/trialio"
)

// sink answers with one decision and remembers what it heard last.
type sink struct {
	decision   string
	report     inbox.Report
	checkpoint string
}

func (s *sink) Reports(_ context.Context, _, _ int, rs []inbox.Report) (inbox.Answer, error) {
	s.report = rs[0]
	return inbox.Answer{Decision: s.decision, Step: rs[0].Step}, nil
}

func (s *sink) Checkpoint(_ context.Context, _, _ int, _ int64, path string) error {
	s.checkpoint = path
	return nil
}

// inTrial makes a trial whose driver is s.
func inTrial(t *testing.T, s *sink) *trialio.Trial {
	t.Helper()
	dir := t.TempDir()
	server, err := inbox.Listen(inbox.Config{Sink: s})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close(context.Background()) })
	if err := inbox.WriteEndpoint(dir, server.Endpoint(7, 1)); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{
		"DANLU_TRIAL": "7", "DANLU_ATTEMPT": "1", "DANLU_DIR": dir,
		"DANLU_ENDPOINT": filepath.Join(dir, inbox.EndpointFile), "DANLU_SPOOL": filepath.Join(dir, "spool.jsonl"),
	}
	return trialio.New(func(name string) string { return env[name] })
}

func TestDecisionIsPrintedAndExitedWith(t *testing.T) {
	for decision, code := range map[string]int{"continue": 0, "stop": 10, "pause": 11} {
		s := &sink{decision: decision}
		var stdout, stderr bytes.Buffer
		got := run(inTrial(t, s), []string{"val_loss=0.4", "--step", "3", "acc=.9", "--checkpoint=reportcli.go"}, &stdout, &stderr)
		if got != code || stdout.String() != decision+"\n" || stderr.Len() > 0 {
			t.Errorf("%s: exit code %d, want %d; stdout %q, stderr %q", decision, got, code, &stdout, &stderr)
		}
		want := inbox.Report{Step: 3, Values: map[string]float64{"val_loss": 0.4, "acc": 0.9}}
		if d := cmp.Diff(want, s.report); d != "" {
			t.Errorf("reported (-want +got):\n%s", d)
		}
		if !filepath.IsAbs(s.checkpoint) || filepath.Base(s.checkpoint) != "reportcli.go" {
			t.Errorf("checkpoint %q", s.checkpoint)
		}
	}
}

func TestOutsideATrialItSaysSoAndGoesOn(t *testing.T) {
	trial := trialio.New(func(string) string { return "" })
	var stdout, stderr bytes.Buffer
	code := run(trial, []string{"--step=3", "val_loss=nan"}, &stdout, &stderr)
	if code != 0 || stdout.String() != "continue\n" || !strings.Contains(stderr.String(), "not in a trial") {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, &stdout, &stderr)
	}
}

func TestWrongUsage(t *testing.T) {
	for name, c := range map[string]struct{ args, says string }{
		"nothing":             {"", "--step is missing"},
		"no step":             {"val_loss=0.4", "--step is missing, the step that the values belong to"},
		"a step without one":  {"val_loss=0.4 --step", "--step needs a value"},
		"half a step":         {"--step 1.5 a=1", `"1.5" is not a whole number`},
		"a negative step":     {"--step=-1 a=1", `"-1" is not a whole number`},
		"no values":           {"--step 3", "nothing to report"},
		"no number":           {"--step 3 a=high", `a: "high" is not a number`},
		"no name":             {"--step 3 =1", `"=1" is not METRIC=VALUE`},
		"no value":            {"--step 3 loss", `"loss" is not METRIC=VALUE`},
		"an unknown option":   {"--steps 3 a=1", "unknown option --steps"},
		"an option with sign": {"--step 3 --loss=1", "unknown option --loss"},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run(trialio.New(func(string) string { return "" }), strings.Fields(c.args), &stdout, &stderr)
			if code != ExitUsage || stdout.Len() > 0 || !strings.Contains(stderr.String(), c.says) {
				t.Errorf("exit code %d, stdout %q, stderr %q; want %q", code, &stdout, &stderr, c.says)
			}
		})
	}
}

func TestMissingCheckpointFails(t *testing.T) {
	var stdout, stderr bytes.Buffer
	code := run(inTrial(t, &sink{}), []string{"--step", "3", "--checkpoint", "missing"}, &stdout, &stderr)
	if code != ExitFailed || !strings.Contains(stderr.String(), "missing") {
		t.Errorf("exit code %d, stderr %q", code, &stderr)
	}
}

func TestHelp(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if code := Run([]string{"--help"}, &stdout, &stderr); code != 0 || stdout.String() != Usage {
		t.Errorf("exit code %d, stdout %q", code, &stdout)
	}
}
