package lrfind

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// ErrCurve marks a file that is no curve.
var ErrCurve = errors.New("no curve of a range test")

// ReadCSV reads a curve: a line of column names, among them lr and loss, then a
// line a batch, the rates ascending. A loss may be nan or inf. name is the file's, for
// errors: NAME:LINE: what is wrong there.
func ReadCSV(r io.Reader, name string) ([]Point, error) {
	in := csv.NewReader(r)
	in.TrimLeadingSpace = true
	refuse := func(line int, format string, args ...any) ([]Point, error) {
		return nil, fmt.Errorf("%s:%d: %w: %s", name, line, ErrCurve, fmt.Sprintf(format, args...))
	}
	head, err := in.Read()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return refuse(1, "the file is empty: give columns lr and loss")
		}
		return refuse(1, "%v", err)
	}
	column := func(want string) int {
		return slices.IndexFunc(head, func(c string) bool {
			return strings.ToLower(strings.Trim(c, "\ufeff \t")) == want
		})
	}
	rate, loss := column("lr"), column("loss")
	if rate < 0 || loss < 0 {
		return refuse(1, "the columns are %s: name two of them lr and loss", strings.Join(head, ", "))
	}
	var curve []Point
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return curve, nil
		}
		if parse := (*csv.ParseError)(nil); errors.As(err, &parse) {
			return refuse(parse.Line, "%v", parse.Err)
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		line, _ := in.FieldPos(0)
		var p Point
		if p.LR, err = strconv.ParseFloat(strings.TrimSpace(row[rate]), 64); err != nil || !(p.LR > 0) || math.IsInf(p.LR, 1) {
			return refuse(line, "lr is %q: give a number above 0", row[rate])
		}
		if p.Loss, err = strconv.ParseFloat(strings.TrimSpace(row[loss]), 64); err != nil && !errors.Is(err, strconv.ErrRange) {
			return refuse(line, "loss is %q: give a number", row[loss])
		}
		if n := len(curve); n > 0 && p.LR <= curve[n-1].LR {
			return refuse(line, "lr %s follows %s: the rates of a range test ascend", number(p.LR), number(curve[n-1].LR))
		}
		curve = append(curve, p)
	}
}
