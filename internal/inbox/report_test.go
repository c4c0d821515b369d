package inbox_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/danlu-ml/danlu/internal/inbox"
)

func TestReportAccepts(t *testing.T) {
	one := func(step int64, name string, v float64) inbox.Report {
		return inbox.Report{Step: step, Values: map[string]float64{name: v}}
	}
	for name, c := range map[string]struct {
		in   string
		want inbox.Report
	}{
		"a number":               {`{"step":3,"values":{"loss":0.41}}`, one(3, "loss", 0.41)},
		"fields in any order":    {` { "values" : {"loss":1e-3} , "step" : 0 } `, one(0, "loss", 1e-3)},
		"an integral float step": {`{"step":3.0,"values":{"loss":1}}`, one(3, "loss", 1)},
		"a step with exponent":   {`{"step":2e3,"values":{"loss":1}}`, one(2000, "loss", 1)},
		"the largest step":       {`{"step":9223372036854775807,"values":{"loss":1}}`, one(math.MaxInt64, "loss", 1)},
		"nan":                    {`{"step":1,"values":{"loss":"nan"}}`, one(1, "loss", math.NaN())},
		"NaN":                    {`{"step":1,"values":{"loss":"NaN"}}`, one(1, "loss", math.NaN())},
		"INF":                    {`{"step":1,"values":{"loss":"INF"}}`, one(1, "loss", math.Inf(1))},
		"Infinity":               {`{"step":1,"values":{"loss":"Infinity"}}`, one(1, "loss", math.Inf(1))},
		"-inf":                   {`{"step":1,"values":{"loss":"-inf"}}`, one(1, "loss", math.Inf(-1))},
		"-Infinity":              {`{"step":1,"values":{"loss":"-Infinity"}}`, one(1, "loss", math.Inf(-1))},
		"too small is zero":      {`{"step":1,"values":{"loss":1e-999}}`, one(1, "loss", 0)},
		"a name in Chinese":      {`{"step":1,"values":{"损失":1}}`, one(1, "损失", 1)},
		"an escaped name":        {`{"step":1,"values":{"\u635f\u5931\"/\\":1}}`, one(1, `损失"/\`, 1)},
	} {
		t.Run(name, func(t *testing.T) {
			var got inbox.Report
			if err := json.Unmarshal([]byte(c.in), &got); err != nil {
				t.Fatalf("%s is refused: %v", c.in, err)
			}
			if d := cmp.Diff(c.want, got, cmpopts.EquateNaNs()); d != "" {
				t.Errorf("%s (-want +got):\n%s", c.in, d)
			}
		})
	}
}

// A refusal says what is wrong in words that its reader can act on.
func TestReportsRefused(t *testing.T) {
	report := func(r string) string { return `{"trial":7,"attempt":1,"reports":[` + r + `]}` }
	for name, c := range map[string]struct{ in, want string }{
		"nothing":              {``, "the message ends where '{'"},
		"not an object":        {`[]`, `"[]" where '{'`},
		"cut short":            {`{"trial":7,"attempt":1,"reports":[{"st`, `the message ends where`},
		"something after it":   {report(`{"step":1,"values":{"a":1}}`) + `x`, `"x" where the end`},
		"no reports":           {report(``), "at least one report"},
		"no trial":             {`{"attempt":1,"reports":[{"step":1,"values":{"a":1}}]}`, "needs trial, attempt"},
		"an unknown field":     {`{"trial":7,"params":{}}`, `unknown field "params": a message has trial, attempt and reports`},
		"an unknown field too": {report(`{"step":1,"value":3}`), `unknown field "value": a report has step and values`},
		"a negative step":      {report(`{"step":-1,"values":{"a":1}}`), "reports[0]: step: byte"},
		"a negative step says": {report(`{"step":-1,"values":{"a":1}}`), "-1 is negative: count from 0"},
		"half a step":          {report(`{"step":1.5,"values":{"a":1}}`), "1.5 is not an integer"},
		"a step of text":       {report(`{"step":"1","values":{"a":1}}`), "where a number should be"},
		"a step too large":     {report(`{"step":1e300,"values":{"a":1}}`), "1e300 is not an integer"},
		"step twice":           {report(`{"step":1,"step":2,"values":{"a":1}}`), `"step" is given twice`},
		"a metric twice":       {report(`{"step":1,"values":{"a":1,"a":2}}`), `metric "a" is given twice`},
		"values twice":         {report(`{"step":1,"values":{"a":1},"values":{"b":1}}`), `"values" is given twice`},
		"reports twice":        {`{"reports":[{"step":1,"values":{"a":1}}],"reports":[]}`, `"reports" is given twice`},
		"no values":            {report(`{"step":1,"values":{}}`), "values is empty"},
		"no values at all":     {report(`{"step":1}`), "a report needs step and values"},
		"no name":              {report(`{"step":1,"values":{"":1}}`), "a metric without a name"},
		"a bare NaN":           {report(`{"step":1,"values":{"a":NaN}}`), `a number (or "nan", "inf", "-inf" in quotes)`},
		"null":                 {report(`{"step":1,"values":{"a":null}}`), `"null}}]}" where a number`},
		"text":                 {report(`{"step":1,"values":{"a":"0.4"}}`), `"0.4" is not a value`},
		"a leading zero":       {report(`{"step":1,"values":{"a":01}}`), "where ',' should be"},
		"beyond float64":       {report(`{"step":1,"values":{"a":1e999}}`), `1e999 is too large for a number: give "inf"`},
		"a broken escape":      {report(`{"step":1,"values":{"\x":1}}`), "invalid character"},
		"not UTF-8":            {report("{\"step\":1,\"values\":{\"\xff\":1}}"), "is not UTF-8"},
		"a line break in name": {report("{\"step\":1,\"values\":{\"a\n\":1}}"), "control character"},
	} {
		t.Run(name, func(t *testing.T) {
			err := inbox.DecodeReports([]byte(c.in))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s\ngot error  %v\nwant it to say %q", c.in, err, c.want)
			}
		})
	}
}

// Whatever is accepted is JSON, and survives being written and read again.
func FuzzReports(f *testing.F) {
	f.Add([]byte(`{"step":3,"values":{"val_loss":0.41,"acc":"nan"}}`))
	f.Add([]byte(`{"values":{"\u635f":-0.0,"b":1E+2,"c":"-Infinity"},"step":3.0}`))
	f.Add([]byte(`{"step":1,"values":{"a":1e999}}`))
	f.Add([]byte("{\"step\":1,\"values\":{\"\\ud800\":1,\"\xff\":2}}"))
	f.Add([]byte(`{"trial":7,"attempt":1,"reports":[{"step":0,"values":{"a":1}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if inbox.DecodeReports(data) == nil && !json.Valid(data) {
			t.Fatalf("%q is accepted but is not JSON", data)
		}
		var first, second inbox.Report
		if first.UnmarshalJSON(data) != nil {
			return
		}
		if !json.Valid(data) {
			t.Fatalf("%q is accepted but is not JSON", data)
		}
		written := first.AppendJSON(nil)
		if err := json.Unmarshal(written, &second); err != nil {
			t.Fatalf("%q is written as %q, which is refused: %v", data, written, err)
		}
		if d := cmp.Diff(first, second, cmpopts.EquateNaNs()); d != "" {
			t.Fatalf("%q changes when written as %q (-first +second):\n%s", data, written, d)
		}
	})
}
