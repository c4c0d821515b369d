package provenance

import (
	"path"
	"strings"
)

// What counts as code. A training program writes files while it runs, often beside
// itself; they must not look like a change of the program.

// sources are the endings of files that are code even where nobody has put them
// under version control.
var sources = set(".py .pyx .pyi .ipynb .go .c .cc .cpp .cxx .h .hh .hpp .cu .cuh .rs .jl .r .lua .java .kt .scala .js .ts .sh .bash .zsh .pl .rb .m .swift .mod .sum .cmake")

// settings are the endings of files that are code where they lie beside the study's
// file. Deeper down, frameworks leave copies of theirs with every run.
var settings = set(".yaml .yml .toml .cfg .ini")

// outputs are the endings of files that programs write, tracked or not.
var outputs = set(".log .out .err .csv .tsv .jsonl .pt .pth .ckpt .safetensors .onnx .pkl .pickle .npy .npz .h5 .hdf5 .parquet .arrow .png .jpg .jpeg .gif .svg .pdf .db .sqlite .tfevents .pyc .prof")

// outputFolders are folders that programs and danlu write to, and those where other
// people's code is installed.
var outputFolders = set("danlu-runs outputs multirun lightning_logs wandb mlruns runs logs checkpoints ckpt __pycache__ .venv venv env node_modules .git .ipynb_checkpoints build dist")

func set(words string) map[string]bool {
	s := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		s[w] = true
	}
	return s
}

// isOutput reports whether a file, its name with slashes, is one that programs
// write, or a secret: of no interest whether it is tracked or not.
func isOutput(name string) bool {
	base := path.Base(name)
	if strings.HasPrefix(base, "danlu.db") || strings.HasPrefix(base, ".env") || outputs[strings.ToLower(path.Ext(base))] {
		return true
	}
	for dir := range strings.SplitSeq(path.Dir(name), "/") {
		if dir == "danlu-runs" || dir == "__pycache__" {
			return true
		}
	}
	return false
}

// isSource reports whether a file without version control, named from the study's
// folder with slashes, is code.
func isSource(name string) bool {
	if isOutput(name) {
		return false
	}
	dir, base := path.Split(name)
	for part := range strings.SplitSeq(path.Clean(dir), "/") {
		if isOutputFolder(part) {
			return false
		}
	}
	ext := strings.ToLower(path.Ext(base))
	return sources[ext] || base == "Makefile" || base == "requirements.txt" || dir == "" && settings[ext]
}

func isOutputFolder(name string) bool { return outputFolders[name] }
