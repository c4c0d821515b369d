package trainer

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// wide are networks that are large enough to be shared out, on little data.
var wide = map[string]Config{
	"softmax":     {Task: "fashion-mnist", Model: "softmax", Set: map[string]string{"batch_size": "300"}},
	"mlp":         {Task: "fashion-mnist", Model: "mlp", Set: map[string]string{"width": "100", "depth": "2", "activation": "gelu"}},
	"mlp clipped": {Task: "fashion-mnist", Model: "mlp", Set: map[string]string{"width": "150", "clip_norm": "0.5", "norm": "batch"}},
	"simplecnn":   {Task: "fashion-mnist", Model: "simplecnn", Set: map[string]string{"dropout": "0.3"}},
	"cnn":         {Task: "fashion-mnist", Model: "cnn", Set: map[string]string{"channels": "11", "shift": "2"}},
	"vgg":         {Task: "fashion-mnist", Model: "vgg", Set: map[string]string{"channels": "8", "norm": "batch", "stride": "2"}},
	"resnet":      {Task: "fashion-mnist", Model: "resnet", Set: map[string]string{"channels": "4", "depth": "1"}},
	"lstm":        {Task: "speech-frames", Model: "lstm", Set: map[string]string{"hidden": "32"}},
	"bilstm":      {Task: "speech-frames", Model: "bilstm", Set: map[string]string{"hidden": "16", "depth": "2", "accumulate": "2"}},
	"gru":         {Task: "speech-frames", Model: "gru", Set: map[string]string{"hidden": "32"}},
	"frames":      {Task: "speech-frames", Model: "mlp", Set: map[string]string{"frames": "21", "width": "50"}},
	"textcnn":     {Task: "austen", Model: "textcnn", Set: map[string]string{"filters": "8", "embedding": "32"}},
	"transformer": {Task: "speech-frames", Model: "transformer", Set: map[string]string{"hidden": "32", "feedforward": "64"}},
}

func TestTheNumbersAreTheSameWhateverTheNumberOfThreads(t *testing.T) {
	for name, c := range wide {
		t.Run(name, func(t *testing.T) {
			set := map[string]string{"data_fraction": "0.05"}
			maps.Copy(set, c.Set)
			c.Seed, c.Epochs, c.Set = 3, 1, set
			c.Checkpoint = filepath.Join(t.TempDir(), "ckpt")
			want, wantResult := train(t, c)
			numbers := read(t, c.Checkpoint)
			for _, c.Threads = range []int{2, 3} {
				got, result := train(t, c)
				if d := cmp.Diff(want, got) + cmp.Diff(wantResult, result); d != "" {
					t.Errorf("with %d threads (-one +more):\n%s", c.Threads, d)
				}
				if !bytes.Equal(numbers, read(t, c.Checkpoint)) {
					t.Errorf("with %d threads the checkpoint is another", c.Threads)
				}
			}
		})
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestATrainingGoesOnWithAnotherNumberOfThreads(t *testing.T) {
	c := wide["mlp"]
	c.Epochs, c.Set = 2, maps.Clone(c.Set)
	c.Set["data_fraction"] = "0.1"
	want, wantResult := train(t, c)

	c.Checkpoint, c.Threads = filepath.Join(t.TempDir(), "ckpt"), 3
	ctx, cancel := context.WithCancelCause(t.Context())
	var got []Epoch
	keep := func(e Epoch) bool { e.Seconds, e.Memory = 0, 0; got = append(got, e); return true }
	if _, err := Run(&endAfter{ctx, cancel, 3}, c, keep); !errors.Is(err, errEnough) {
		t.Fatalf("ended after 3 steps: error %v", err)
	}
	c.Resume, c.Threads = c.Checkpoint, 2
	result, err := Run(t.Context(), c, keep)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got) + cmp.Diff(wantResult, result); d != "" {
		t.Errorf("one thread, or three and then two (-one +others):\n%s", d)
	}
}

func TestGradientsTakenInPiecesTrainAsWholeOnes(t *testing.T) {
	c := Config{Task: "digits", Model: "mlp", Epochs: 1, Set: map[string]string{"width": "96", "depth": "2", "freeze": "dense2"}}
	pieces := weights(t, c)
	c.Set = maps.Clone(c.Set)
	c.Set["clip_norm"] = "1000" // whose norm has to be known first
	if d := cmp.Diff(pieces, weights(t, c)); d != "" {
		t.Error("the weights are others")
	}
}
