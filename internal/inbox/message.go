package inbox

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// reportsMessage is the body of POST /v1/reports:
// {"trial":7,"attempt":1,"reports":[{"step":3,"values":{"val_loss":0.41}}]}.
type reportsMessage struct {
	trial, attempt int64
	reports        []Report
}

// checkpointMessage is the body of POST /v1/checkpoints:
// {"trial":7,"attempt":1,"step":3,"path":"/runs/7/step-3.ckpt"}.
type checkpointMessage struct {
	trial, attempt, step int64
	path                 string
}

// spoolLine is one line of a spool: a report, or {"step":3,"checkpoint":"/a/path"}.
type spoolLine struct {
	report     Report
	checkpoint string // "": the line is a report
}

// absent marks an integer field that was not seen yet; none can be negative.
const absent = -1

func decodeReports(data []byte) (reportsMessage, error) {
	m := reportsMessage{trial: absent, attempt: absent}
	d := decoder{data: data}
	err := d.object(func(key []byte) error {
		switch string(key) {
		case "trial":
			return d.integerField("trial", &m.trial)
		case "attempt":
			return d.integerField("attempt", &m.attempt)
		case "reports":
			if m.reports != nil {
				return d.errorf(`"reports" is given twice`)
			}
			return d.array(func(i int) error {
				r, err := d.report()
				if err != nil {
					return fmt.Errorf("reports[%d]: %w", i, err)
				}
				m.reports = append(m.reports, r)
				return nil
			})
		}
		return d.errorf("unknown field %q: a message has trial, attempt and reports", key)
	})
	switch {
	case err != nil:
	case m.trial == absent || m.attempt == absent || len(m.reports) == 0:
		err = errors.New("a message needs trial, attempt and at least one report")
	default:
		err = d.end()
	}
	return m, err
}

func decodeCheckpoint(data []byte) (checkpointMessage, error) {
	m := checkpointMessage{trial: absent, attempt: absent, step: absent}
	d := decoder{data: data}
	err := d.object(func(key []byte) error {
		switch string(key) {
		case "trial":
			return d.integerField("trial", &m.trial)
		case "attempt":
			return d.integerField("attempt", &m.attempt)
		case "step":
			return d.integerField("step", &m.step)
		case "path":
			return d.pathField("path", &m.path)
		}
		return d.errorf("unknown field %q: a checkpoint has trial, attempt, step and path", key)
	})
	switch {
	case err != nil:
	case m.trial == absent || m.attempt == absent || m.step == absent || m.path == "":
		err = errors.New("a checkpoint needs trial, attempt, step and path")
	default:
		err = d.end()
	}
	return m, err
}

func decodeSpoolLine(data []byte) (spoolLine, error) {
	var line spoolLine
	d := decoder{data: data}
	step, values := int64(absent), map[string]float64(nil)
	err := d.object(func(key []byte) error {
		switch string(key) {
		case "step":
			return d.integerField("step", &step)
		case "values":
			return d.valuesField(&values)
		case "checkpoint":
			return d.pathField("checkpoint", &line.checkpoint)
		}
		return d.errorf("unknown field %q: a line has step, and values or checkpoint", key)
	})
	switch {
	case err != nil:
	case step == absent || (values == nil) == (line.checkpoint == ""):
		err = errors.New("a line needs step, and either values or checkpoint")
	default:
		line.report = Report{Step: step, Values: values}
		err = d.end()
	}
	return line, err
}

// report decodes {"step":3,"values":{…}}.
func (d *decoder) report() (Report, error) {
	r := Report{Step: absent}
	err := d.object(func(key []byte) error {
		switch string(key) {
		case "step":
			return d.integerField("step", &r.Step)
		case "values":
			return d.valuesField(&r.Values)
		}
		return d.errorf("unknown field %q: a report has step and values", key)
	})
	if err == nil && (r.Step == absent || r.Values == nil) {
		err = d.errorf("a report needs step and values")
	}
	return r, err
}

func (d *decoder) integerField(name string, to *int64) error {
	if *to != absent {
		return d.errorf("%q is given twice", name)
	}
	n, err := d.integer()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	*to = n
	return nil
}

func (d *decoder) valuesField(to *map[string]float64) error {
	if *to != nil {
		return d.errorf(`"values" is given twice`)
	}
	values := make(map[string]float64)
	err := d.object(func(key []byte) error {
		if len(key) == 0 {
			return d.errorf("values: a metric without a name")
		}
		name, before := d.name(key), len(values)
		v, err := d.value()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if values[name] = v; len(values) == before {
			return d.errorf("metric %q is given twice in one report", name)
		}
		return nil
	})
	if err == nil && len(values) == 0 {
		err = d.errorf("values is empty: give at least one metric")
	}
	*to = values
	return err
}

func (d *decoder) pathField(name string, to *string) error {
	if *to != "" {
		return d.errorf("%q is given twice", name)
	}
	raw, err := d.string()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	path := string(raw)
	// A trial on another kind of machine may name /a/path to a driver for which
	// that is not absolute.
	if !filepath.IsAbs(path) && !strings.HasPrefix(path, "/") || strings.ContainsRune(path, 0) {
		return d.errorf("%s: %q is not an absolute path: the driver may run in another folder", name, path)
	}
	*to = path
	return nil
}
