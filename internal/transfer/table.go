package transfer

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// TableOptions say what the columns of a table are.
type TableOptions struct {
	Name       string
	Params     []string // columns; nil: those called params.NAME or params_NAME
	Objectives []study.Objective
}

// ReadTable reads a CSV file with a head and a trial a row: `danlu export --format
// csv`, pandas' frames of Optuna, a spreadsheet. Parameters get the ranges that
// their values span; a column that isn't a number is a choice. Metrics are the
// objectives' columns, `values.NAME` or `NAME`. Errors begin with FILE:LINE.
func ReadTable(file string, in io.Reader, o TableOptions) (*Study, error) {
	r := csv.NewReader(in)
	r.TrimLeadingSpace = true
	head, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s:1: the file is empty; its first line should name the columns", file)
	}
	if err != nil {
		return nil, place(file, err)
	}
	head[0] = strings.TrimPrefix(head[0], "\ufeff")
	t := table{file: file, head: head, o: o}
	if err := t.columns(); err != nil {
		return nil, err
	}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, place(file, err)
		}
		line, _ := r.FieldPos(0)
		t.rows, t.lines = append(t.rows, cells), append(t.lines, line)
	}
	return t.study()
}

// place puts FILE:LINE before an error of the reader.
func place(file string, err error) error {
	var p *csv.ParseError
	if errors.As(err, &p) {
		return fmt.Errorf("%s:%d: %w; every row needs as many cells as the first line", file, p.Line, p.Err)
	}
	return fmt.Errorf("read %s: %w", file, err)
}

type table struct {
	file   string
	head   []string
	o      TableOptions
	rows   [][]string
	lines  []int
	params []column
	values []int // the objectives' columns
	state  int
}

type column struct {
	name  string
	index int
}

func (t *table) columns() error {
	t.state = slices.Index(t.head, "state")
	for _, name := range t.o.Params {
		i := t.find(name, "params.", "params_")
		if i < 0 {
			return t.missing("--params", name)
		}
		t.params = append(t.params, column{name, i})
	}
	if t.o.Params == nil {
		for i, h := range t.head {
			for _, prefix := range []string{"params.", "params_"} {
				if name, ok := strings.CutPrefix(h, prefix); ok {
					t.params = append(t.params, column{name, i})
				}
			}
		}
	}
	if len(t.params) == 0 {
		return fmt.Errorf("%s:1: no column is called params.NAME; say which are parameters, as in --params lr,batch_size; there are %s", t.file, strings.Join(t.head, ", "))
	}
	for _, o := range t.o.Objectives {
		i := t.find(o.Metric, "values.", "values_")
		if i < 0 {
			return t.missing("--objective", o.Metric)
		}
		t.values = append(t.values, i)
	}
	return nil
}

func (t *table) find(name string, prefixes ...string) int {
	if i := slices.Index(t.head, name); i >= 0 {
		return i
	}
	for _, p := range prefixes {
		if i := slices.Index(t.head, p+name); i >= 0 {
			return i
		}
	}
	return -1
}

func (t *table) missing(flag, name string) error {
	if near := space.Nearest(name, t.head); near != "" {
		return fmt.Errorf("%s:1: %s %s: there is no such column; did you mean %s?", t.file, flag, name, near)
	}
	return fmt.Errorf("%s:1: %s %s: there is no such column; there are %s", t.file, flag, name, strings.Join(t.head, ", "))
}

func (t *table) study() (*Study, error) {
	s := &Study{Name: t.o.Name, Objectives: t.o.Objectives}
	var params []space.Param
	for _, c := range t.params {
		d, err := t.domain(c)
		if err != nil {
			return nil, err
		}
		params = append(params, space.Param{Name: c.name, Domain: d, Role: space.GuessRole(c.name)})
	}
	var err error
	if s.Space, err = space.New(params); err != nil {
		return nil, fmt.Errorf("%s:1: %w", t.file, err)
	}
	for i, cells := range t.rows {
		trial, err := t.trial(s, cells, t.lines[i])
		if err != nil {
			return nil, err
		}
		s.Trials = append(s.Trials, trial)
	}
	return s, nil
}

func (t *table) trial(s *Study, cells []string, line int) (Trial, error) {
	trial := Trial{Params: space.Values{}, Values: study.Numbers{}, State: study.Completed, Sampler: "imported"}
	for i, c := range t.params {
		text := strings.TrimSpace(cells[c.index])
		if text == "" {
			continue
		}
		v, ok := s.Space.Param(i).Domain.Cast(cell(text))
		if !ok {
			return trial, fmt.Errorf("%s:%d: %s is %s, which its column's other values don't go with", t.file, line, c.name, text)
		}
		trial.Params[c.name] = v
	}
	for i, o := range t.o.Objectives {
		text := strings.TrimSpace(cells[t.values[i]])
		if text == "" {
			trial.State = study.Failed
			continue
		}
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return trial, fmt.Errorf("%s:%d: %s is %q, which is no number", t.file, line, o.Metric, text)
		}
		trial.Values[o.Metric] = v
		if math.IsNaN(v) || math.IsInf(v, 0) {
			trial.State = study.Diverged
		}
	}
	if t.state >= 0 {
		trial.State = stateOf(cells[t.state], trial.State)
	}
	if trial.State == study.Failed {
		trial.Reason = "it has no value in " + t.file
	}
	return trial, nil
}

// stateOf reads a state by danlu's or Optuna's name.
func stateOf(text string, otherwise study.State) study.State {
	switch text := strings.ToLower(strings.TrimPrefix(text, "TrialState.")); text {
	case "complete":
		return otherwise
	case "pruned":
		return study.Stopped
	case "fail":
		return study.Failed
	case string(study.Stopped), string(study.Failed), string(study.Diverged), string(study.Infeasible):
		return study.State(text)
	}
	return otherwise
}

func cell(text string) space.Value {
	if i, err := strconv.ParseInt(text, 10, 64); err == nil {
		return space.IntValue(i)
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(f) && !math.IsInf(f, 0) {
		return space.FloatValue(f)
	}
	switch text {
	case "true", "True":
		return space.BoolValue(true)
	case "false", "False":
		return space.BoolValue(false)
	}
	return space.StringValue(text)
}

// domain spans the values of a column: whole numbers and others as ranges, by
// factors where they are positive and span more than two orders of magnitude; words
// as choices.
func (t *table) domain(c column) (space.Domain, error) {
	var values []space.Value
	low, high := math.Inf(1), math.Inf(-1)
	whole, numbers := true, true
	for _, cells := range t.rows {
		text := strings.TrimSpace(cells[c.index])
		if text == "" {
			continue
		}
		v := cell(text)
		if !slices.Contains(values, v) {
			values = append(values, v)
		}
		f, err := strconv.ParseFloat(text, 64)
		numbers = numbers && err == nil
		whole = whole && err == nil && f == math.Trunc(f) && !strings.ContainsAny(text, ".eE")
		low, high = min(low, f), max(high, f)
	}
	log := low > 0 && high/low > 100
	switch {
	case len(values) == 0:
		return nil, fmt.Errorf("%s:1: the column %s has no values; leave it out of --params", t.file, c.name)
	case !numbers || low == high:
		return space.Choice{Values: values}, nil
	case whole:
		return space.Int{Low: int64(low), High: int64(high), Log: log}, nil
	}
	return space.Float{Low: low, High: high, Log: log}, nil
}
