package trainer

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAnEpochTellsWhatAnExpertLooksAt(t *testing.T) {
	epochs, result := train(t, Config{Task: "digits", Model: "mlp", Epochs: 2, Seed: 1, Set: map[string]string{"depth": "2"}})
	for _, e := range epochs {
		if math.Abs(e.ChanceLoss-math.Log(10)) > 1e-9 || math.Abs(e.InitialLoss-e.ChanceLoss) > 0.3 {
			t.Errorf("epoch %d: initial loss %.3f, chance %.3f; want both near ln 10", e.Epoch, e.InitialLoss, e.ChanceLoss)
		}
		if e.Parameters != result.Parameters || e.NonFinite != 0 || len(e.Layers) != 3 {
			t.Errorf("epoch %d: %d parameters, %d not finite, layers %v; want three layers", e.Epoch, e.Parameters, e.NonFinite, e.Layers)
		}
		for name, v := range e.Layers {
			if v < 1e-5 || v > 0.1 {
				t.Errorf("epoch %d: layer %s changes by %g of itself in a step", e.Epoch, name, v)
			}
		}
	}
	if memory() < 1<<20 {
		t.Errorf("the process holds %d bytes", memory())
	}
	if len(result.PerClass) != 10 || result.PerClass[3].Class != "3" {
		t.Errorf("scores by class: %v", result.PerClass)
	}
}

func TestWhatIsNotFiniteIsCounted(t *testing.T) {
	var last Epoch
	_, err := Run(t.Context(), Config{
		Task: "digits", Model: "mlp", Set: map[string]string{"lr": "100", "optimizer": "sgd", "depth": "4"},
	}, func(e Epoch) bool { last = e; return true })
	if err == nil || last.NonFinite == 0 {
		t.Errorf("error %v, %d not finite; want a diverged training and some", err, last.NonFinite)
	}
}

func TestScoresByClass(t *testing.T) {
	s := &scores{confusion: [][]int{{2, 1, 0}, {0, 0, 1}, {0, 0, 0}}}
	want := []ClassScore{
		{Class: "a", Rows: 3, Precision: 1, Recall: 2.0 / 3, F1: 0.8},
		{Class: "b", Rows: 1},
		{Class: "c"},
	}
	if d := cmp.Diff(want, s.perClass([]string{"a", "b", "c"})); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}
