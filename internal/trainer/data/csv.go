package data

import (
	"encoding/csv"
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
	in := csv.NewReader(r)
	in.ReuseRecord = true
	header, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("read %s: no header line (%w): give a CSV file whose first line names its columns", name, err)
	}
	columns := slices.Clone(header)
	at := slices.Index(columns, label)
	if at < 0 {
		return nil, fmt.Errorf("read %s: no column %q: name the label's column, one of %q", name, label, columns)
	}
	t := &Table{Name: name, D: len(columns) - 1}
	if t.D == 0 {
		return nil, fmt.Errorf("read %s: no column beside the label %q: give at least one feature", name, label)
	}
	var labels []string
	for {
		record, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w: every line needs the header's %d columns", name, err, len(columns))
		}
		for j, text := range record {
			if j == at {
				labels = append(labels, text)
				continue
			}
			v, err := strconv.ParseFloat(text, 32)
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				line, _ := in.FieldPos(j)
				return nil, fmt.Errorf("read %s:%d: column %q has %q: give a finite number", name, line, columns[j], text)
			}
			t.X = append(t.X, float32(v))
		}
	}
	if len(labels) == 0 {
		return nil, fmt.Errorf("read %s: no rows after the header: give examples", name)
	}
	t.Classes = classNames(labels)
	if len(t.Classes) < 2 {
		return nil, fmt.Errorf("read %s: column %q has one value only, %q: give at least two classes", name, label, labels[0])
	}
	for _, text := range labels {
		t.Y = append(t.Y, int32(slices.Index(t.Classes, text)))
	}
	t.Held = t.N()
	return t, nil
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
