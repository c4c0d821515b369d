// Package table plays recorded trainings back: a table has the whole learning curve of
// every one of its configurations, and a searcher is scored by looking values up
// instead of training.
//
// It reads the format danlu-bench-1 (described with the tables, bench/search/tables) and
// makes two problems of a table: [Table.BlackBox], where an evaluation is a row's final
// value, and [Table.Resumable], where steps are paid for one by one.
//
// Start reading at [Table].
package table

import (
	"maps"
	"math"
	"slices"

	"github.com/danlu-ml/danlu/internal/space"
)

// Table has n rows, each a configuration with its curves.
type Table struct {
	Header  Header
	rows    []float32   // n × params
	curves  [][]float32 // a metric: n × steps
	seconds []float32   // n: per step; nil if not known
	unit    []float64   // n × params: the rows' places in the unit cube
	space   *space.Space
}

// Space is what a searcher may know of the parameters.
func (t *Table) Space() *space.Space { return t.space }

// place works out where the rows are.
func (t *Table) place() (err error) {
	params := make([]space.Param, len(t.Header.Space))
	for i, c := range t.Header.Space {
		params[i] = space.Param{Name: c.Name, Domain: c.domain(), When: c.conditions()}
	}
	if t.space, err = space.New(params); err != nil {
		return err
	}
	t.unit = make([]float64, len(t.rows))
	for i, x := range t.rows {
		t.unit[i] = t.Header.Space[i%len(params)].unit(float64(x))
	}
	return nil
}

func (c Column) domain() space.Domain {
	switch c.Type {
	case "choice":
		return space.Choice{Values: words(c.Choices)}
	case "int":
		return space.Int{Low: int64(c.Low), High: int64(c.High), Log: c.Log}
	}
	return space.Float{Low: c.Low, High: c.High, Log: c.Log}
}

func (c Column) conditions() (all []space.Condition) {
	for _, param := range slices.Sorted(maps.Keys(c.When)) {
		all = append(all, space.Condition{Param: param, In: words(c.When[param])})
	}
	return all
}

func words(texts []string) (vs []space.Value) {
	for _, t := range texts {
		vs = append(vs, space.StringValue(t))
	}
	return vs
}

// unit is the place of x in [0, 1], without the half-step by which package space puts
// integers into the middle of their share: so it is laid down with the tables. A choice
// is its number.
func (c Column) unit(x float64) float64 {
	if c.Type == "choice" {
		return x
	}
	if c.Log {
		return math.Log(x/c.Low) / math.Log(c.High/c.Low)
	}
	return (x - c.Low) / (c.High - c.Low)
}

// at is the place of a configuration, to be found among the rows'; NaN for what it lacks.
func (t *Table) at(vs space.Values) []float64 {
	u := make([]float64, len(t.Header.Space))
	for i, c := range t.Header.Space {
		v, ok := vs[c.Name]
		switch {
		case !ok:
			u[i] = math.NaN()
		case c.Type == "choice":
			u[i] = float64(slices.Index(c.Choices, v.Any().(string)))
		default:
			u[i] = c.unit(v.Float())
		}
	}
	return u
}

// nearest is the row closest to u that is not used, -1 if all are; of equals, the first.
// Another choice is further away than all numbers together can be.
func (t *Table) nearest(u []float64, used []bool) int {
	best, row := math.Inf(1), -1
	d := len(u)
	for i, skip := range used {
		if skip {
			continue
		}
		sum := 0.0
		for k, x := range t.unit[i*d : i*d+d] {
			switch apart := x - u[k]; {
			case t.Header.Space[k].Type == "choice" && apart != 0:
				sum += float64(d)
			case apart == apart: // one of them lacks it: the choice it hangs on says so
				sum += apart * apart
			}
		}
		if sum < best {
			best, row = sum, i
		}
	}
	return row
}

// values are a row's parameters.
func (t *Table) values(row int) space.Values {
	vs := space.Values{}
	for k, c := range t.Header.Space {
		x := float64(t.rows[row*len(t.Header.Space)+k])
		if x != x {
			continue
		}
		if c.Type == "choice" {
			vs[c.Name] = space.StringValue(c.Choices[int(x)])
			continue
		}
		x = min(max(x, c.Low), c.High) // float32 may round beyond a bound
		if c.Type == "int" {
			vs[c.Name] = space.IntValue(int64(x))
		} else {
			vs[c.Name] = space.FloatValue(x)
		}
	}
	return vs
}

// loss is a metric of a row after some steps, from 1.
func (t *Table) loss(metric, row int, step int64) float64 {
	return float64(t.curves[metric][row*t.Header.Steps+int(step)-1])
}
