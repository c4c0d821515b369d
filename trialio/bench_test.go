package trialio_test

import (
	"context"
	"testing"

	"github.com/danlu-ml/danlu/internal/inbox"
	"github.com/danlu-ml/danlu/trialio"
)

// BenchmarkReport is what a report costs a training program: with a driver that
// answers at once, both sides counted, and with none.
func BenchmarkReport(b *testing.B) {
	values := map[string]float64{"val_loss": 0.41, "val_accuracy": 0.9}
	run := func(b *testing.B, there bool) {
		dir := b.TempDir()
		d := &driver{dir: dir, steps: map[int64]map[string]float64{}}
		if there {
			s, err := inbox.Listen(inbox.Config{Sink: d})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close(context.Background())
			if err := inbox.WriteEndpoint(dir, s.Endpoint(7, 1)); err != nil {
				b.Fatal(err)
			}
		}
		trial := trialio.Impatient(d.env, 1e9, &d.stderr)
		for b.Loop() {
			trial.Report(1, values)
		}
	}
	b.Run("answered", func(b *testing.B) { run(b, true) })
	b.Run("spooled", func(b *testing.B) { run(b, false) })
}
