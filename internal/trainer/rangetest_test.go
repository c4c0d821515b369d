package trainer

import (
	"context"
	"errors"
	"maps"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rising are n rates from low to high.
func rising(low, high float64, n int) []float64 {
	rates := make([]float64, n)
	for i := range rates {
		rates[i] = low * math.Pow(high/low, float64(i)/float64(n-1))
	}
	return rates
}

func TestARangeTestInTheMiddleChangesNothing(t *testing.T) {
	spoken := Config{
		Task: "speech-frames", Model: "bilstm", Epochs: 2, Seed: 7,
		Set: map[string]string{"hidden": "8", "dropout": "0.2", "data_fraction": "0.2", "batch_size": "2"},
	}
	for _, c := range []struct {
		name   string
		config Config
		set    map[string]string
	}{
		{"adam, batch normalisation, one cycle", busy, nil},
		{"momentum, averages, groups", busy, map[string]string{"optimizer": "sgd", "momentum": "0.9", "ema": "0.9", "lr_groups": "conv1=0.1"}},
		{"parts, balance, plateau", busy, map[string]string{"accumulate": "2", "balance": "0.5", "schedule": "plateau"}},
		{"a recurrent network", spoken, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := maps.Clone(c.config.Set)
			maps.Copy(set, c.set)
			c.config.Set = set
			want, wantResult := train(t, c.config)

			p, err := c.config.plan()
			if err != nil {
				t.Fatal(err)
			}
			r, err := newRunner(p)
			if err != nil {
				t.Fatal(err)
			}
			tester := Tester{r: r}
			tests := 0
			r.Progress = func(epoch, done, _ int) {
				if epoch+done == 4 { // the last batches of the first epoch, the first of the second
					if _, err := tester.Sweep(t.Context(), rising(1e-6, 100, 30)); err != nil {
						t.Fatal(err)
					}
					if _, err := tester.Probe(t.Context(), 0.01, 5); err != nil {
						t.Fatal(err)
					}
					tests++
				}
			}
			var got []Epoch
			result, err := r.run(t.Context(), func(e Epoch) bool {
				e.Seconds, e.Memory = 0, 0
				got = append(got, e)
				return true
			})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got) + cmp.Diff(wantResult, result); d != "" || tests == 0 {
				t.Errorf("%d range tests in a training change it (-without +with):\n%s", tests, d)
			}
		})
	}
}

func TestASweepShowsWhereTheLossFallsAndTakesOff(t *testing.T) {
	tester, err := NewTester(Config{Task: "digits", Model: "mlp", Set: map[string]string{"optimizer": "sgd", "batch_size": "32"}, Epochs: 20, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	rates := rising(1e-5, 1000, 100)
	first, err := tester.Sweep(t.Context(), rates)
	if err != nil {
		t.Fatal(err)
	}
	least := math.Inf(1)
	for i := range first[2:] {
		least = min(least, mean(first[i:i+3]))
	}
	if start := mean(first[:10]); math.Abs(start-math.Log(10)) > 0.5 || least > start-0.5 || len(first) == len(rates) {
		t.Errorf("from %.2f the loss fell to %.2f in %d of %d steps", start, least, len(first), len(rates))
	}
	second, err := tester.Sweep(t.Context(), rates)
	if err != nil {
		t.Fatal(err)
	}
	if cmp.Equal(first, second) {
		t.Error("the second sweep saw the same batches as the first")
	}
}

func TestProbesTellRatesApart(t *testing.T) {
	for _, schedule := range []string{"constant", "onecycle"} {
		tester, err := NewTester(Config{Task: "digits", Model: "mlp", Set: map[string]string{"schedule": schedule, "batch_size": "32"}, Epochs: 20, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		var ends []float64
		for _, rate := range []float64{1e-5, 1e-2, 10} {
			losses, err := tester.Probe(t.Context(), rate, 30)
			if err != nil {
				t.Fatal(err)
			}
			ends = append(ends, mean(losses[20:]))
		}
		if !(ends[1] < ends[0] && ends[1] < ends[2]) {
			t.Errorf("%s: losses at 1e-5, 1e-2 and 10 are %.3g", schedule, ends)
		}
	}
}

func TestAProbeGoesOnWhereItEnded(t *testing.T) {
	probe := func(parts ...int) (all []float64) {
		tester, err := NewTester(busy)
		if err != nil {
			t.Fatal(err)
		}
		for _, steps := range parts {
			losses, err := tester.Probe(t.Context(), 0.01, steps)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, losses...)
			if _, err := tester.Probe(t.Context(), 0.1, 3); err != nil {
				t.Fatal(err)
			}
		}
		return all
	}
	if d := cmp.Diff(probe(25), probe(4, 6, 15)); d != "" { // 9 steps an epoch
		t.Errorf("25 steps at once and in parts differ (-once +parts):\n%s", d)
	}
}

func TestAProbeThatDivergedStaysSo(t *testing.T) {
	tester, err := NewTester(Config{Task: "digits", Model: "mlp", Set: map[string]string{"optimizer": "sgd", "depth": "3", "loss": "mse"}, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	first, err := tester.Probe(t.Context(), 1e6, 50)
	if err != nil {
		t.Fatal(err)
	}
	again, err := tester.Probe(t.Context(), 1e6, 50)
	if err != nil {
		t.Fatal(err)
	}
	if len(first) == 50 || len(again) != 1 || !math.IsNaN(again[0]) {
		t.Errorf("%d steps, then %v", len(first), again)
	}
}

func TestATesterEndsWithItsContext(t *testing.T) {
	tester, err := NewTester(busy)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := tester.Sweep(ctx, rising(1e-5, 1, 9)); !errors.Is(err, context.Canceled) {
		t.Errorf("sweep: error %v", err)
	}
	if _, err := tester.Probe(ctx, 0.1, 9); !errors.Is(err, context.Canceled) {
		t.Errorf("probe: error %v", err)
	}
}
