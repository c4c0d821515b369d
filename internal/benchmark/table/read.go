package table

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
)

// Header is the first line of a table's file.
type Header struct {
	Format     string   `json:"format"`
	Task       string   `json:"task"`
	Family     string   `json:"family"`
	Kind       string   `json:"kind"` // "surrogate" or "recorded"
	Source     any      `json:"source"`
	Goal       string   `json:"goal"` // always "minimize"
	Primary    string   `json:"primary"`
	Metrics    []Metric `json:"metrics"`
	Space      []Column `json:"space"`
	StepUnit   string   `json:"step_unit"`
	Configs    int      `json:"n_configs"`
	Params     int      `json:"n_params"`
	Steps      int      `json:"n_steps"`
	Repeats    int      `json:"n_repeats"` // metrics 1 to n are repeats, whose mean is metric 0
	HasSeconds bool     `json:"has_seconds"`
	DType      string   `json:"dtype"`
}

// Metric is what the file says of one of its metrics. Searchers never see it.
type Metric struct {
	Name     string  `json:"name"`
	Best     float64 `json:"best_final"`
	Median   float64 `json:"median_final"`
	Worst    float64 `json:"worst_final"`
	BestAny  float64 `json:"best_any"`
	Diverged int     `json:"nonfinite_final"`
}

// Column is a parameter.
type Column struct {
	Name    string              `json:"name"`
	Type    string              `json:"type"` // "float", "int" or "choice"
	Low     float64             `json:"low"`
	High    float64             `json:"high"`
	Log     bool                `json:"log"`
	Choices []string            `json:"choices"` // a row has the place in it
	When    map[string][]string `json:"when"`    // choices with which the parameter exists; else a row has NaN
}

// Read reads a file of the format danlu-bench-1.
func Read(file string) (*Table, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t, err := decode(f)
	if err != nil {
		return nil, fmt.Errorf("read table %s: %w", file, err)
	}
	return t, nil
}

func decode(from io.Reader) (*Table, error) {
	z, err := gzip.NewReader(from)
	if err != nil {
		return nil, err
	}
	r := bufio.NewReaderSize(z, 1<<16)
	line, err := r.ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("its header: %w", err)
	}
	t := &Table{}
	if err := json.Unmarshal(line, &t.Header); err != nil {
		return nil, fmt.Errorf("its header: %w", err)
	}
	h := &t.Header
	switch {
	case h.Format != "danlu-bench-1", h.DType != "float32le", h.Goal != "minimize":
		return nil, fmt.Errorf("it is of format %q, %q, %q; want danlu-bench-1, float32le, minimize", h.Format, h.DType, h.Goal)
	case len(h.Space) != h.Params, h.Configs < 1, h.Steps < 1, len(h.Metrics) <= h.Repeats:
		return nil, fmt.Errorf("its header says %d parameters of %d, %d rows, %d steps, %d metrics, %d of them repeats", len(h.Space), h.Params, h.Configs, h.Steps, len(h.Metrics), h.Repeats)
	}
	if t.rows, err = floats(r, h.Configs*h.Params); err != nil {
		return nil, fmt.Errorf("its configurations: %w", err)
	}
	for _, m := range h.Metrics {
		c, err := floats(r, h.Configs*h.Steps)
		if err != nil {
			return nil, fmt.Errorf("its curves of %s: %w", m.Name, err)
		}
		t.curves = append(t.curves, c)
	}
	if h.HasSeconds {
		if t.seconds, err = floats(r, h.Configs); err != nil {
			return nil, fmt.Errorf("its seconds: %w", err)
		}
	}
	if _, err := r.ReadByte(); err != io.EOF {
		return nil, fmt.Errorf("something follows its end (%v)", err)
	}
	return t, t.place()
}

func floats(r io.Reader, n int) ([]float32, error) {
	b := make([]byte, 4*n)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, err
	}
	xs := make([]float32, n)
	for i := range xs {
		xs[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return xs, nil
}
