// Package export writes a study's trials as rows for other programs: JSON lines or
// CSV, one a trial.
//
// Start reading at [Row].
package export

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// Row is a trial. Its keys are the columns of CSV, where `params` and `values`
// become a column a name: `params.lr`.
type Row struct {
	Trial    study.TrialID `json:"trial"`
	State    study.State   `json:"state"`
	Params   space.Values  `json:"params"`
	Values   study.Numbers `json:"values"` // the objectives by the study's rule, of other metrics the last
	Attempts int           `json:"attempts"`
	Started  *time.Time    `json:"started"` // null: not yet
	Ended    *time.Time    `json:"ended"`
	Sampler  string        `json:"sampler"`
	Why      string        `json:"why"`
	Reason   string        `json:"reason,omitempty"` // why it ended as it did, or waits
	Parent   *study.Parent `json:"parent"`
	Seed     uint64        `json:"seed"`
	Points   []Point       `json:"points,omitzero"` // nil: not asked for
}

// Point is what one attempt reported at one step.
type Point struct {
	Attempt int           `json:"attempt"`
	Step    int64         `json:"step"`
	Values  study.Numbers `json:"values"`
}

// RowOf is a trial's row, without points.
func RowOf(v *study.View, t *study.Trial) Row {
	r := Row{
		Trial: t.ID, State: t.State, Params: t.Params, Values: Values(v, t), Attempts: len(t.Attempts),
		Sampler: t.Sampler, Why: t.Why, Reason: t.Reason, Parent: t.Parent, Seed: t.Seed,
	}
	if len(t.Used) > 0 {
		r.Params = maps.Clone(t.Params)
		maps.Copy(r.Params, t.Used)
	}
	if len(t.Attempts) > 0 {
		r.Started = &t.Attempts[0].Started
	}
	if !t.Ended.IsZero() {
		r.Ended = &t.Ended
	}
	return r
}

// Values is what a trial reported: the objectives by the study's rule, and of
// other metrics the last value.
func Values(v *study.View, t *study.Trial) study.Numbers {
	values := make(study.Numbers, len(t.Metrics))
	for name, s := range t.Metrics {
		values[name] = s.Last
	}
	for i, o := range v.Def.Objectives { // of a trial that still runs
		if best := t.Curves[i]; o.Best && len(best) > 0 {
			loss, _ := best.At(best.Last(), true)
			values[o.Metric] = o.Value(loss)
		}
	}
	maps.Copy(values, t.Values)
	return values
}

// Source gives the points of a trial, as a store does; nil leaves them out.
type Source func(study.TrialID) iter.Seq2[study.Points, error]

// JSON writes a row a line.
func JSON(w io.Writer, v *study.View, points Source) error {
	buf := bufio.NewWriterSize(w, 64<<10)
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	for _, t := range v.Trials {
		row := RowOf(v, t)
		if points != nil {
			var err error
			if row.Points, err = collect(points(t.ID)); err != nil {
				return fmt.Errorf("read the points of trial %d: %w", t.ID, err)
			}
		}
		if err := enc.Encode(row); err != nil {
			return fmt.Errorf("write trial %d: %w", t.ID, err)
		}
	}
	return buf.Flush()
}

// collect puts points together by attempt and step, in that order.
func collect(points iter.Seq2[study.Points, error]) ([]Point, error) {
	type key struct {
		attempt int
		step    int64
	}
	index := map[key]int{}
	out := []Point{}
	for p, err := range points {
		if err != nil {
			return nil, err
		}
		for _, row := range p.Rows {
			k := key{p.Attempt, row.Step}
			i, ok := index[k]
			if !ok {
				i = len(out)
				index[k] = i
				out = append(out, Point{p.Attempt, row.Step, study.Numbers{}})
			}
			out[i].Values[row.Metric] = row.Value
		}
	}
	slices.SortFunc(out, func(a, b Point) int {
		if a.Attempt != b.Attempt {
			return a.Attempt - b.Attempt
		}
		return int(min(max(a.Step-b.Step, -1), 1))
	})
	return out, nil
}

// CSV writes a head and a row a trial. Parameters that a trial does not have and
// metrics it has not reported are empty; points are a JSON list in their column.
func CSV(w io.Writer, v *study.View, points Source) error {
	buf := bufio.NewWriterSize(w, 64<<10)
	c := csv.NewWriter(buf)
	params, metrics := v.Def.Space.Names(), metricNames(v)
	head := []string{"trial", "state"}
	for _, p := range params {
		head = append(head, "params."+p)
	}
	for _, m := range metrics {
		head = append(head, "values."+m)
	}
	head = append(head, "attempts", "started", "ended", "sampler", "why", "reason", "parent", "seed")
	if points != nil {
		head = append(head, "points")
	}
	if err := c.Write(head); err != nil {
		return err
	}
	for _, t := range v.Trials {
		row := RowOf(v, t)
		cells := []string{strconv.Itoa(int(row.Trial)), string(row.State)}
		for _, p := range params {
			cells = append(cells, row.Params[p].String())
		}
		for _, m := range metrics {
			cells = append(cells, number(row.Values, m))
		}
		cells = append(cells, strconv.Itoa(row.Attempts), stamp(row.Started), stamp(row.Ended),
			row.Sampler, row.Why, row.Reason, parent(row.Parent), strconv.FormatUint(row.Seed, 10))
		if points != nil {
			ps, err := collect(points(t.ID))
			if err != nil {
				return fmt.Errorf("read the points of trial %d: %w", t.ID, err)
			}
			text, err := json.Marshal(ps)
			if err != nil {
				return fmt.Errorf("write trial %d: %w", t.ID, err)
			}
			cells = append(cells, string(text))
		}
		if err := c.Write(cells); err != nil {
			return fmt.Errorf("write trial %d: %w", t.ID, err)
		}
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return err
	}
	return buf.Flush()
}

// metricNames are the objectives, then the other metrics by name.
func metricNames(v *study.View) []string {
	var names []string
	for _, o := range v.Def.Objectives {
		names = append(names, o.Metric)
	}
	for _, m := range slices.Sorted(maps.Keys(v.SeenMetrics)) {
		if !slices.Contains(names, m) {
			names = append(names, m)
		}
	}
	return names
}

// number is a value as spreadsheets and data frames read it; the non-finite ones
// are as in JSON, without quotes.
func number(values study.Numbers, metric string) string {
	x, ok := values[metric]
	if !ok {
		return ""
	}
	return string(bytes.Trim([]byte(study.FormatNumber(x)), `"`))
}

func stamp(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}

// parent is a clone's origin: 7@30, trial and step.
func parent(p *study.Parent) string {
	if p == nil {
		return ""
	}
	return fmt.Sprintf("%d@%d", p.Trial, p.Step)
}
