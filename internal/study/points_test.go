package study_test

import (
	"bytes"
	"encoding/hex"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/danlu-ml/danlu/internal/study"
)

func TestPointsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOf(rapid.Custom(func(t *rapid.T) study.Point {
			return study.Point{
				Step:   rapid.Int64().Draw(t, "step"),
				Metric: rapid.OneOf(rapid.SampledFrom([]string{"loss", "accuracy"}), rapid.String()).Draw(t, "metric"),
				Value:  math.Float64frombits(rapid.Uint64().Draw(t, "bits")),
			}
		})).Draw(t, "rows")
		got, err := study.DecodePoints(study.EncodePoints(nil, rows))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(rows, got, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); d != "" {
			t.Errorf("points change in the log (-want +got):\n%s", d)
		}
	})
}

// The form is fixed: logs are read for ever.
func TestPointsAreKeptInThisForm(t *testing.T) {
	rows := []study.Point{{Step: 1, Metric: "loss", Value: 0.5}, {Step: 1, Metric: "acc", Value: math.NaN()}, {Step: 300, Metric: "loss", Value: math.Inf(-1)}}
	rows[1].Value = math.Float64frombits(0x7ff8000000000001)
	got := study.EncodePoints([]byte("prefix"), rows)
	const want = "01" + "02" + "04" + "6c6f7373" + "03" + "616363" + "03" +
		"00" + "02" + "000000000000e03f" +
		"01" + "00" + "010000000000f87f" +
		"00" + "d604" + "000000000000f0ff"
	if hex.EncodeToString(got[len("prefix"):]) != want || !bytes.HasPrefix(got, []byte("prefix")) {
		t.Errorf("points are written\n%x, want\n%s", got, want)
	}
}

func TestDamagedPointsAreAnError(t *testing.T) {
	whole := study.EncodePoints(nil, []study.Point{{Step: 1, Metric: "loss", Value: 0.5}, {Step: 2, Metric: "loss", Value: 0.4}})
	for n := range whole {
		if _, err := study.DecodePoints(whole[:n]); err == nil {
			t.Errorf("the first %d of %d bytes are read without an error", n, len(whole))
		}
	}
	for name, b := range map[string][]byte{
		"another version":     append([]byte{2}, whole[1:]...),
		"bytes after the end": append(bytes.Clone(whole), 0),
		"endless names":       {1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01},
		"a name too long":     {1, 1, 0xff, 0x7f, 'a'},
		"endless rows":        {1, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01},
		"a number too long":   {1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80},
		"a name out of range": {1, 1, 1, 'a', 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0},
	} {
		if rows, err := study.DecodePoints(b); err == nil {
			t.Errorf("%s: read as %v, want an error", name, rows)
		}
	}
}

func FuzzDecodePoints(f *testing.F) {
	f.Add(study.EncodePoints(nil, nil))
	f.Add(study.EncodePoints(nil, []study.Point{{Step: 3, Metric: "loss", Value: 1}, {Step: -3, Metric: "", Value: math.NaN()}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, err := study.DecodePoints(b)
		if err != nil {
			return
		}
		once := study.EncodePoints(nil, rows)
		again, err := study.DecodePoints(once)
		if err != nil {
			t.Fatal(err)
		}
		if twice := study.EncodePoints(nil, again); !bytes.Equal(once, twice) {
			t.Errorf("%d points change when they are read and written again", len(rows))
		}
	})
}
