package trainer

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/danlu-ml/danlu/internal/trainer/nn"
)

// digits is a short training of a model on the digits.
func digits(model string, set map[string]string) Config {
	all := map[string]string{"lr": "0.01"}
	maps.Copy(all, set)
	return Config{Task: "digits", Model: model, Epochs: 4, Seed: 1, Set: all}
}

func TestEveryLossLearns(t *testing.T) {
	for _, loss := range nn.Losses {
		t.Run(loss, func(t *testing.T) {
			_, result := train(t, digits("mlp", map[string]string{"loss": loss, "class_weights": "balanced"}))
			least := 0.8
			if loss == "l1" { // whose best constant is no class at all
				least = 0.2
			}
			if result.TestAccuracy < least {
				t.Errorf("test accuracy %.3f, want at least %.1f", result.TestAccuracy, least)
			}
		})
	}
}

func TestAccumulatedBatchesAreOneLargeBatch(t *testing.T) {
	for _, extra := range []map[string]string{{}, {"class_weights": "1,5,1,1,2,1,1,1,1,0.5"}} {
		whole, parts := map[string]string{"batch_size": "96"}, map[string]string{"batch_size": "32", "accumulate": "3"}
		maps.Copy(whole, extra)
		maps.Copy(parts, extra)
		want, _ := train(t, digits("mlp", whole))
		got, _ := train(t, digits("mlp", parts))
		for i := range want {
			if got[i].Step != want[i].Step || math.Abs(got[i].ValLoss-want[i].ValLoss) > 1e-4 || math.Abs(got[i].GradNorm-want[i].GradNorm) > 1e-3 {
				t.Errorf("%v: epoch %d is %+v, with one batch %+v", extra, i+1, got[i], want[i])
			}
		}
	}
}

func TestTheAverageIsScoredAndNotTrained(t *testing.T) {
	plain, _ := train(t, digits("mlp", nil))
	averaged, _ := train(t, digits("mlp", map[string]string{"ema": "0.99"}))
	for i := range plain {
		if plain[i].TrainLoss != averaged[i].TrainLoss {
			t.Errorf("epoch %d: training loss %g, with averages %g; want the same", i+1, plain[i].TrainLoss, averaged[i].TrainLoss)
		}
		if plain[i].ValLoss == averaged[i].ValLoss {
			t.Errorf("epoch %d: both have validation loss %g", i+1, plain[i].ValLoss)
		}
	}
}

func TestLimitsOfTheGradientAreCounted(t *testing.T) {
	epochs, _ := train(t, digits("softmax", map[string]string{"clip_value": "1e-9"}))
	if epochs[0].Clipped != 1 {
		t.Errorf("clipped %g of the steps, want all", epochs[0].Clipped)
	}
	epochs, _ = train(t, digits("softmax", map[string]string{"clip_value": "1e5", "clip_norm": "1e5"}))
	if epochs[0].Clipped != 0 {
		t.Errorf("clipped %g of the steps, want none", epochs[0].Clipped)
	}
}

// weights trains and returns the network's tensors by name.
func weights(t *testing.T, c Config) map[string][]nn.Real {
	t.Helper()
	c.Checkpoint = filepath.Join(t.TempDir(), "ckpt")
	train(t, c)
	head, numbers, err := readCheckpoint(c.Checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	all, err := head.split(c.Checkpoint, numbers)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]nn.Real{}
	flat := all[0]
	for _, tensor := range head.Tensors {
		size := 1
		for _, n := range tensor.Shape {
			size *= n
		}
		if size <= len(flat) {
			out[tensor.Name], flat = flat[:size], flat[size:]
		}
	}
	return out
}

func TestL1BringsWeightsNearZero(t *testing.T) {
	size := func(l1 string) float64 {
		sum := 0.0
		for _, w := range weights(t, digits("softmax", map[string]string{"l1": l1, "optimizer": "sgd", "lr": "0.1"}))["head.weight"] {
			sum += math.Abs(float64(w))
		}
		return sum
	}
	if without, with := size("0"), size("0.01"); with > without*0.8 {
		t.Errorf("sizes add up to %.1f, and to %.1f with l1", without, with)
	}
}

func TestFrozenLayersStay(t *testing.T) {
	one := digits("mlp", map[string]string{"freeze": "dense1", "norm": "batch", "weight_decay": "0.1", "l1": "0.1", "ema": "0.5"})
	one.Epochs = 1
	two := one
	two.Epochs = 2
	before, after := weights(t, one), weights(t, two)
	same := func(name string) bool { return fmt.Sprint(before[name]) == fmt.Sprint(after[name]) }
	if !same("dense1.weight") || !same("dense1.bias") || same("head.weight") || same("norm1.scale") {
		t.Error("another epoch changes a frozen layer, or not the others")
	}
}

func TestLayersHaveRatesOfTheirOwn(t *testing.T) {
	change := func(groups string) (dense, head float64) {
		c := digits("mlp", map[string]string{"lr_groups": groups, "optimizer": "sgd"})
		c.Epochs = 1
		small := c
		small.Set = maps.Clone(c.Set)
		small.Set["lr"] = "1e-9"
		start, end := weights(t, small), weights(t, c)
		distance := func(name string) (sum float64) {
			for i, w := range end[name] {
				sum += math.Abs(float64(w - start[name][i]))
			}
			return sum
		}
		return distance("dense1.weight"), distance("head.weight")
	}
	dense, head := change("")
	slow, fast := change("dense1=0.01,head=2")
	if slow > 0.05*dense || fast < 1.3*head {
		t.Errorf("changes %.3f and %.3f, with groups %.3f and %.3f", dense, head, slow, fast)
	}
}

func TestAWarmStartTakesWhatFits(t *testing.T) {
	first := digits("mlp", map[string]string{"width": "64"})
	first.Checkpoint = filepath.Join(t.TempDir(), "ckpt")
	cold, _ := train(t, first)
	var notes []string
	second := digits("mlp", map[string]string{"width": "64", "depth": "2", "warm_start": first.Checkpoint})
	second.Note = func(line string) { notes = append(notes, line) }
	warm, _ := train(t, second)
	if warm[0].TrainLoss > cold[0].TrainLoss*0.8 || warm[0].Step != cold[0].Step {
		t.Errorf("first epoch %+v, without a warm start %+v", warm[0], cold[0])
	}
	want := "4 tensors taken; new are dense2.weight (not there), dense2.bias (not there)"
	if len(notes) != 1 || !strings.HasSuffix(notes[0], want) {
		t.Errorf("notes %q, want one that ends in %q", notes, want)
	}
	again := second
	again.Checkpoint, again.Epochs = filepath.Join(t.TempDir(), "second"), 2
	train(t, again)
	if err := os.Rename(first.Checkpoint, first.Checkpoint+".moved"); err != nil {
		t.Fatal(err)
	}
	again.Resume, again.Epochs = again.Checkpoint, 3
	if _, err := Run(t.Context(), again, nil); err != nil {
		t.Errorf("resuming needs the file of the start: %v", err)
	}
	if err := os.Rename(first.Checkpoint+".moved", first.Checkpoint); err != nil {
		t.Fatal(err)
	}
	for name, set := range map[string]map[string]string{
		"another width": {"width": "65", "depth": "1", "warm_start": first.Checkpoint},
		"no file":       {"warm_start": filepath.Join(t.TempDir(), "none")},
	} {
		_, err := Run(t.Context(), digits("mlp", set), nil)
		if name == "another width" {
			if err != nil { // the head's bias has ten numbers whatever the width
				t.Errorf("%s: %v", name, err)
			}
		} else if !errors.Is(err, ErrConfig) || !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: error %v, want a refusal", name, err)
		}
	}
}

func TestWrongPartsOfSettingsAreRefused(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"freeze", "dens1", "did you mean dense1?"},
		{"freeze", "dense1,head", "nothing is left to train"},
		{"lr_groups", "dense1", "like embed=0.1,head=2"},
		{"lr_groups", "heed=2", "did you mean head?"},
		{"lr_groups", "head=0", "freeze keeps a layer"},
		{"class_weights", "1,2", "2 numbers for 10 classes"},
		{"class_weights", "inverse", "give balanced"},
		{"groups", "5", "does not divide"},
	} {
		set := map[string]string{c.name: c.value}
		if c.name == "groups" {
			set["norm"] = "group"
		}
		_, err := Run(t.Context(), digits("mlp", set), nil)
		if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s=%s: error %v, want %q", c.name, c.value, err, c.want)
		}
	}
}

func TestEveryPictureModelRunsWithEveryNormAndStride(t *testing.T) {
	for _, model := range []string{"cnn", "simplecnn", "vgg", "resnet"} {
		for i, norm := range []string{"none", "batch", "group", "layer"} {
			activation := []string{"relu", "prelu", "gelu", "tanh"}[i]
			c := digits(model, map[string]string{"norm": norm, "activation": activation, "channels": "4", "stride": fmt.Sprint(1 + i%2), "dropout": "0.1"})
			if model == "vgg" {
				c.Set["depth"] = fmt.Sprint(2 - i%2)
			}
			c.Epochs = 2
			if _, result := train(t, c); result.TestAccuracy < 0.2 {
				t.Errorf("%s, %s, %s: test accuracy %.3f", model, norm, activation, result.TestAccuracy)
			}
		}
	}
	_, err := Run(t.Context(), digits("vgg", map[string]string{"depth": "4"}), nil)
	if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "nothing is left of pictures") {
		t.Errorf("error %v, want a refusal", err)
	}
}

func TestTransformersLearnWordsAndPhones(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	for _, c := range []struct {
		task  string
		set   map[string]string
		least float64
	}{
		{"austen", map[string]string{"hidden": "32", "vocab": "3000", "depth": "1", "lr": "0.003"}, 0.3}, // chance is 0.167
		{"austen", map[string]string{"hidden": "32", "vocab": "3000", "depth": "1", "lr": "0.003", "position": "learned"}, 0.3},
		{"speech-frames", map[string]string{"hidden": "32", "depth": "1", "heads": "2", "lr": "0.005", "norm_first": "true", "activation": "gelu"}, 0.3},
	} {
		_, result := train(t, Config{Task: c.task, Model: "transformer", Set: c.set, Epochs: 2, Seed: 1})
		if result.TestAccuracy < c.least {
			t.Errorf("%s: test accuracy %.3f, want at least %.2f", c.task, result.TestAccuracy, c.least)
		}
	}
	_, err := Run(t.Context(), Config{Task: "austen", Model: "transformer", Set: map[string]string{"heads": "3"}}, nil)
	if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "does not divide hidden=64") {
		t.Errorf("error %v, want a refusal", err)
	}
}
