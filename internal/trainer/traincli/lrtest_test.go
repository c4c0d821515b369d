package traincli

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/danlu-ml/danlu/internal/trainer"
)

func TestATrialAskedForItsRateTellsItAndEnds(t *testing.T) {
	for _, c := range []struct {
		name   string
		epochs int
	}{
		{"long enough for short trainings", 60},
		{"a sweep alone", 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("DANLU_LR_TEST", "1")
			dir := t.TempDir()
			o := Options{Config: trainer.Config{Task: "digits", Model: "softmax", Epochs: c.epochs}, Out: &bytes.Buffer{}, Trial: trialIn(dir, "{}", nil)}
			if err := Run(t.Context(), o); err != nil {
				t.Fatal(err)
			}
			spool, err := os.ReadFile(filepath.Join(dir, "spool.jsonl"))
			if err != nil {
				t.Fatal(err)
			}
			points, suggestions := bytes.Count(spool, []byte(`"lr_test/lr"`)), bytes.Count(spool, []byte(`"lr_test/suggestion"`))
			if points < 12 || suggestions != 1 || bytes.Contains(spool, []byte("val_loss")) {
				t.Errorf("%d points, %d suggestions:\n%s", points, suggestions, spool)
			}
		})
	}
}
