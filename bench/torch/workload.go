package main

import "github.com/danlu-ml/danlu/internal/trainer"

// workload is a training that the trainer and peer.py can both do. It is timed over
// epochs where that is not 0, and its accuracy compared after converged epochs.
type workload struct {
	name, title       string
	epochs, converged int
	config            trainer.Config
}

var workloads = []workload{
	{"mlp", "MLP 512×3, batch 128, fashion-mnist", 4, 5, with("fashion-mnist", "mlp", map[string]string{"width": "512", "depth": "3", "batch_size": "128"})},
	{"simplecnn", "SimpleCNN, batch 64, fashion-mnist", 8, 5, with("fashion-mnist", "simplecnn", map[string]string{"batch_size": "64"})},
	{"bilstm", "BiLSTM 2×128, batch 6, speech-frames", 4, 5, with("speech-frames", "bilstm", map[string]string{"hidden": "128", "depth": "2", "batch_size": "6"})},
	{"frames", "MLP 256, 21 frames, batch 128, speech-frames", 0, 3, with("speech-frames", "mlp", map[string]string{"frames": "21", "width": "256", "depth": "1", "batch_size": "128"})},
	{"digits", "MLP 128, batch 64, digits", 0, 20, with("digits", "mlp", map[string]string{"width": "128", "depth": "1", "batch_size": "64"})},
	{"textcnn", "TextCNN 128, 3×100 filters, batch 64, austen", 0, 3, with("austen", "textcnn", map[string]string{"batch_size": "64", "schedule": "constant", "word_delete": "0"})},
}

// with is a training with Adam, without what the models and tasks would add of their
// own.
func with(task, model string, set map[string]string) trainer.Config {
	set["optimizer"], set["lr"], set["clip_norm"] = "adam", "0.001", "0"
	return trainer.Config{Task: task, Model: model, Set: set}
}
