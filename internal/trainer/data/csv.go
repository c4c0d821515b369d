package data

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
)

// readCSV reads a table with a header line. The column called label holds the
// class, as text; all others are numbers. Classes are numbered in the order of
// their values if they are all integers, else alphabetically.
func readCSV(r io.Reader, name, label string) (*Table, error) {
	rows := &csvRows{label: label}
	if err := rows.read(r, name); err != nil {
		return nil, err
	}
	return rows.finish(name, len(rows.labels))
}

// csvRows are the rows of one file or of several with the same columns.
type csvRows struct {
	label, group string
	columns      []string
	x            []float32
	labels       []string
	groups       []string
}

// table reads files, the last of several as the held-out part.
func (c *csvRows) table(name string, paths []string) (*Table, error) {
	held := 0
	for i, path := range paths {
		if err := unpacked(path, func(r *bufio.Reader) error { return c.read(r, path) }); err != nil {
			return nil, err
		}
		if i == 0 {
			held = len(c.labels)
		}
	}
	return c.finish(name, held)
}

// read appends the rows of a file.
func (c *csvRows) read(r io.Reader, name string) error {
	in := csv.NewReader(r)
	in.ReuseRecord = true
	header, err := in.Read()
	if err != nil {
		return fmt.Errorf("read %s: no header line (%w): give a CSV file whose first line names its columns", name, err)
	}
	if c.columns != nil && !slices.Equal(c.columns, header) {
		return fmt.Errorf("read %s: its columns are %q where the training part has %q: give the same columns in the same order", name, header, c.columns)
	}
	c.columns = slices.Clone(header)
	at, group := slices.Index(c.columns, c.label), slices.Index(c.columns, c.group)
	features := len(c.columns) - 1
	switch {
	case at < 0:
		return fmt.Errorf("read %s: no column %q: name the label's column, one of %q", name, c.label, c.columns)
	case c.group == "":
		group = -1
	case group < 0 || group == at:
		return fmt.Errorf("read %s: no column %q beside the label: name the column of the groups, one of %q", name, c.group, c.columns)
	default:
		features--
	}
	if features == 0 {
		return fmt.Errorf("read %s: no column beside the label %q: give at least one feature", name, c.label)
	}
	before := len(c.labels)
	for {
		record, err := in.Read()
		if err == io.EOF {
			break
		}
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrChecksum) {
			return fmt.Errorf("read %s: it ends after row %d (%w): fetch the file again", name, len(c.labels)-before, err)
		}
		if err != nil {
			return fmt.Errorf("read %s: %w: every line needs the header's %d columns", name, err, len(c.columns))
		}
		for j, text := range record {
			switch j {
			case at:
				if text == "" {
					line, _ := in.FieldPos(j)
					return fmt.Errorf("read %s:%d: no class in column %q: give one", name, line, c.label)
				}
				c.labels = append(c.labels, text)
				continue
			case group:
				c.groups = append(c.groups, text)
				continue
			}
			v, err := strconv.ParseFloat(text, 32)
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				line, _ := in.FieldPos(j)
				return fmt.Errorf("read %s:%d: column %q has %q: give a finite number", name, line, c.columns[j], text)
			}
			c.x = append(c.x, float32(v))
		}
	}
	if len(c.labels) == before {
		return fmt.Errorf("read %s: no rows after the header: give examples", name)
	}
	return nil
}

// finish numbers the classes and groups.
func (c *csvRows) finish(name string, held int) (*Table, error) {
	t := &Table{Name: name, D: len(c.x) / len(c.labels), X: c.x, Held: held}
	t.label(c.labels)
	if c.groups != nil {
		numbers := make(map[string]int32)
		for _, g := range c.groups {
			if _, ok := numbers[g]; !ok {
				numbers[g] = int32(len(numbers))
			}
			t.Groups = append(t.Groups, numbers[g])
		}
	}
	return t, t.check(fmt.Sprintf("column %q", c.label))
}

// label sets classes and their names.
func (t *Table) label(labels []string) {
	t.Classes = classNames(labels)
	numbers := make(map[string]int32, len(t.Classes))
	for i, class := range t.Classes {
		numbers[class] = int32(i)
	}
	for _, text := range labels {
		t.Y = append(t.Y, numbers[text])
	}
}

// check refuses a table with fewer than two classes, and with a class that nothing
// trains. The labels come from where.
func (t *Table) check(where string) error {
	if len(t.Classes) < 2 {
		return fmt.Errorf("read %s: %s has one value only, %q: give at least two classes", t.Name, where, t.Classes)
	}
	train := make([]int, len(t.Classes))
	for _, y := range t.Y[:t.Held] {
		train[y]++
	}
	if empty := slices.Index(train, 0); empty >= 0 {
		return fmt.Errorf("read %s: class %q occurs in the held-out part only: give examples to train it, or leave it out", t.Name, t.Classes[empty])
	}
	return nil
}

// classNames are the different labels, in the order described at readCSV.
func classNames(labels []string) []string {
	names := slices.Clone(labels)
	slices.Sort(names)
	names = slices.Compact(names)
	numbers := make(map[string]int, len(names))
	for _, text := range names {
		v, err := strconv.Atoi(text)
		if err != nil {
			return names
		}
		numbers[text] = v
	}
	slices.SortFunc(names, func(a, b string) int { return numbers[a] - numbers[b] })
	return names
}
