package training

import (
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/danlu-ml/danlu/internal/space"
)

// TestMedians measures the medians that the scores rest on: 30 configurations of seed 1.
func TestMedians(t *testing.T) {
	if os.Getenv("DANLU_LONG") == "" {
		t.Skip("trains 30 times a task; DANLU_LONG=1 runs it")
	}
	for _, k := range tasks {
		p, err := k.problem()
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(1, 2))
		var losses []float64
		for range 30 {
			loss, err := k.train(draw(p.Space, rng), 1)
			if err != nil {
				t.Fatal(err)
			}
			if math.IsNaN(loss) {
				loss = math.Inf(1)
			}
			losses = append(losses, loss)
		}
		slices.Sort(losses)
		if median := (losses[14] + losses[15]) / 2; math.Abs(median/k.median-1) > .05 {
			t.Errorf("%s %s: median %.4f, written down %.4f", k.name, k.model, median, k.median)
		}
	}
}

func draw(sp *space.Space, rng *rand.Rand) space.Values {
	u := make([]float64, sp.Len())
	for i := range u {
		u[i] = rng.Float64()
	}
	return sp.At(u)
}

func TestATrainingScores(t *testing.T) {
	p, err := tasks[0].problem()
	if err != nil {
		t.Fatal(err)
	}
	in, err := p.Open(1)
	if err != nil {
		t.Fatal(err)
	}
	if got := in.Score(); got != 1 {
		t.Errorf("before any training the score is %v, want 1", got)
	}
	vs := p.Space.At(slices.Repeat([]float64{.5}, p.Space.Len()))
	vs["lr"] = space.FloatValue(.01)
	in.Start(vs)
	r := in.Train(0, 1)
	if got, want := in.Score(), min(1, r.Losses[0]/tasks[0].median); math.Abs(got-want) > 1e-12 {
		t.Errorf("a loss of %v has the score %v, want %v", r.Losses[0], got, want)
	}
}
