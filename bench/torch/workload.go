package main

import "slices"

// workload is a training that the trainer and peer.py can both do. It is timed over
// epochs where that is not 0, and its accuracy compared after converged epochs.
type workload struct {
	name, title       string
	epochs, converged int
	args              []string
}

var workloads = []workload{
	{"mlp", "MLP 512×3, batch 128, fashion-mnist", 4, 5, set("fashion-mnist", "mlp", "width=512", "depth=3", "batch_size=128")},
	{"simplecnn", "SimpleCNN, batch 64, fashion-mnist", 8, 5, set("fashion-mnist", "simplecnn", "batch_size=64")},
	{"bilstm", "BiLSTM 2×128, batch 6, speech-frames", 4, 5, set("speech-frames", "bilstm", "hidden=128", "depth=2", "batch_size=6")},
	{"frames", "MLP 256, 21 frames, batch 128, speech-frames", 0, 3, set("speech-frames", "mlp", "frames=21", "width=256", "depth=1", "batch_size=128")},
	{"digits", "MLP 128, batch 64, digits", 0, 20, set("digits", "mlp", "width=128", "depth=1", "batch_size=64")},
	{"textcnn", "TextCNN 128, 3×100 filters, batch 64, austen", 0, 3, set("austen", "textcnn", "batch_size=64", "schedule=constant", "word_delete=0")},
}

// set are the options of a training with Adam, without what the models and tasks
// would add of their own.
func set(task, model string, settings ...string) []string {
	args := []string{"--task", task, "--model", model, "--json"}
	for _, s := range slices.Concat(settings, []string{"optimizer=adam", "lr=0.001", "clip_norm=0"}) {
		args = append(args, "--set", s)
	}
	return args
}
