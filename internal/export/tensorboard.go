package export

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/tfevents"
)

// TensorBoard writes event files into a new folder: a run a trial with all it
// reported, and what the HParams plugin needs to set parameters beside the metrics.
// A folder that is there and not empty is refused: the error wraps [os.ErrExist].
func TensorBoard(dir string, v *study.View, points Source) error {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return fmt.Errorf("write event files to %s: %w, and has %d files", dir, os.ErrExist, len(entries))
	}
	at := time.Unix(0, 0)
	if len(v.Trials) > 0 {
		at = v.Trials[0].Planned
	}
	err := eventFile(dir, at, func(w *tfevents.Writer) error {
		metrics := metricNames(v)
		for i, o := range v.Def.Objectives {
			metrics[i] = finalTag(o.Metric)
		}
		return w.Experiment(at, paramTypes(v.Def.Space), metrics)
	})
	if err != nil {
		return err
	}
	for _, t := range v.Trials {
		name := fmt.Sprintf("%04d", t.ID)
		if t.Name != "" {
			name += "_" + t.Name
		}
		if err := run(filepath.Join(dir, name), v, t, points); err != nil {
			return fmt.Errorf("write trial %d: %w", t.ID, err)
		}
	}
	return nil
}

// finalTag is the tag of an objective's value for the whole trial, which its last
// report need not be.
func finalTag(metric string) string { return "objective/" + metric }

// eventFile makes a folder with one event file.
func eventFile(dir string, at time.Time, write func(*tfevents.Writer) error) (err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(dir, fmt.Sprintf("events.out.tfevents.%010d.danlu", at.Unix())))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w, err := tfevents.NewWriter(f, at)
	if err != nil {
		return err
	}
	return write(w)
}

func run(dir string, v *study.View, t *study.Trial, points Source) error {
	began, ended := t.Planned, t.Ended
	if len(t.Attempts) > 0 {
		began = t.Attempts[0].Started
	}
	row := RowOf(v, t)
	return eventFile(dir, began, func(w *tfevents.Writer) error {
		if err := w.Session(began, paramsOf(v.Def.Space, row.Params)); err != nil {
			return err
		}
		reported, err := collect(points(t.ID))
		if err != nil {
			return err
		}
		for i, p := range reported {
			// The log has no time of each point: they are spread over the run.
			at := began
			if ended.After(began) {
				at = began.Add(ended.Sub(began) * time.Duration(i+1) / time.Duration(len(reported)))
			}
			var scalars []tfevents.Scalar
			for _, name := range slices.Sorted(maps.Keys(p.Values)) {
				scalars = append(scalars, tfevents.Scalar{Tag: name, Value: p.Values[name]})
			}
			if err := w.Scalars(at, p.Step, scalars...); err != nil {
				return err
			}
		}
		if t.State.Open() {
			return nil
		}
		var final []tfevents.Scalar
		for _, o := range v.Def.Objectives {
			if x, ok := t.Values[o.Metric]; ok {
				final = append(final, tfevents.Scalar{Tag: finalTag(o.Metric), Value: x})
			}
		}
		if len(final) > 0 {
			if err := w.Scalars(ended, t.Step(), final...); err != nil {
				return err
			}
		}
		status := tfevents.Succeeded
		if t.State != study.Completed && t.State != study.Stopped {
			status = tfevents.Failed
		}
		if ended.IsZero() {
			ended = began
		}
		return w.End(ended, status)
	})
}

// paramTypes gives each parameter one of its values, for its type.
func paramTypes(s *space.Space) []tfevents.Param {
	var params []tfevents.Param
	for i := range s.Len() {
		p := s.Param(i)
		params = append(params, tfevents.Param{Name: p.Name, Value: shown(p.Domain, p.Domain.At(0))})
	}
	return params
}

func paramsOf(s *space.Space, vs space.Values) []tfevents.Param {
	var params []tfevents.Param
	for i := range s.Len() {
		p := s.Param(i)
		if v, ok := vs[p.Name]; ok {
			params = append(params, tfevents.Param{Name: p.Name, Value: shown(p.Domain, v)})
		}
	}
	return params
}

// shown is a value of a type that the plugin knows. The values of one parameter have
// one type: choices that are not all alike become words.
func shown(d space.Domain, v space.Value) any {
	c, ok := d.(space.Choice)
	if ok {
		for _, other := range c.Values {
			if other.Kind() != c.Values[0].Kind() {
				return v.String()
			}
		}
	}
	switch x := v.Any().(type) {
	case int64:
		return float64(x)
	case float64, bool:
		return x
	}
	return v.String()
}
