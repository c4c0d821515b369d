package driver

import (
	"strings"

	"github.com/danlu-ml/danlu/internal/spec"
	"github.com/danlu-ml/danlu/internal/study"
)

// Ready refuses what a danlu.yaml may say but this version can't do yet: better
// said than passed over. The error is a [*spec.Error].
func Ready(def *study.Definition) error {
	switch {
	case def.Observe.TensorBoard != "":
		return wrong(def, "tensorboard", "observe: tensorboard: event files are not read by this version; let the program call danlu.report, or name a pattern of its output under observe: stdout")
	case def.Mode == "staged":
		return wrong(def, "mode", "mode: staged is not in this version; write mode: search, or leave it out")
	}
	return nil
}

// wrong is an error at the line of the file that has the key.
func wrong(def *study.Definition, key, text string) error {
	line := 1
	for i, l := range strings.Split(def.Source, "\n") {
		if code, _, _ := strings.Cut(l, "#"); strings.Contains(code, key+":") {
			line = i + 1
			break
		}
	}
	return &spec.Error{File: def.File, Line: line, Text: text}
}
