package inbox

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
)

// Report is what a trial says at one step.
type Report struct {
	Step   int64              // absolute, ≥ 0
	Values map[string]float64 // by metric; may be NaN or infinite; never empty once decoded
}

// AppendJSON appends the report as the protocol writes it, metrics in
// alphabetical order, non-finite values as "nan", "inf" and "-inf".
func (r Report) AppendJSON(dst []byte) []byte {
	dst = append(dst, `{"step":`...)
	dst = strconv.AppendInt(dst, r.Step, 10)
	dst = append(dst, `,"values":{`...)
	for i, name := range slices.Sorted(maps.Keys(r.Values)) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(dst, name)
		dst = append(dst, ':')
		dst = appendValue(dst, r.Values[name])
	}
	return append(dst, "}}"...)
}

// MarshalJSON writes what [Report.AppendJSON] does.
func (r Report) MarshalJSON() ([]byte, error) { return r.AppendJSON(nil), nil }

// UnmarshalJSON reads one report, as strictly as the server does.
func (r *Report) UnmarshalJSON(data []byte) error {
	d := decoder{data: data}
	got, err := d.report()
	if err == nil {
		err = d.end()
	}
	if err != nil {
		return err
	}
	*r = got
	return nil
}

func appendString(dst []byte, s string) []byte {
	quoted, _ := json.Marshal(s) // of a string, this cannot fail
	return append(dst, quoted...)
}

func appendValue(dst []byte, v float64) []byte {
	switch {
	case math.IsNaN(v):
		return append(dst, `"nan"`...)
	case math.IsInf(v, 1):
		return append(dst, `"inf"`...)
	case math.IsInf(v, -1):
		return append(dst, `"-inf"`...)
	}
	return strconv.AppendFloat(dst, v, 'g', -1, 64)
}
