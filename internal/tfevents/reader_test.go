package tfevents_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/danlu-ml/danlu/internal/tfevents"
)

// read gives all scalars of a file as `step tag=value`, and what was damaged.
func read(t rapid.TB, in io.ReaderAt) (got []string, damage []*tfevents.Damage) {
	t.Helper()
	return resume(t, tfevents.NewReader(in))
}

func resume(t rapid.TB, r *tfevents.Reader) (got []string, damage []*tfevents.Damage) {
	t.Helper()
	for {
		e, err := r.Next()
		if err == io.EOF {
			return got, damage
		}
		if d, ok := errors.AsType[*tfevents.Damage](err); ok {
			damage = append(damage, d)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range e.Scalars {
			got = append(got, fmt.Sprintf("%d %s=%.5g", e.Step, s.Tag, s.Value))
		}
	}
}

// The files were written by the writers people use: testdata/write.py.
func TestFilesOfOtherWritersAreRead(t *testing.T) {
	for file, want := range map[string]string{
		"torch": `1 val/acc=0.625, 1 loss=2, 1 double=1.1, 2 val/acc=0.75, 2 loss=1, 2 double=2.2,
			3 val/acc=0.875, 3 loss=0.66667, 3 double=3.3, 4 loss=NaN, 5 loss=-Inf`,
		"torch-accuracy_train": "1 accuracy=0.25, 2 accuracy=0.5, 3 accuracy=0.75",
		"torch-accuracy_val":   "1 accuracy=0.125, 2 accuracy=0.25, 3 accuracy=0.375",
		"torch-hp":             "0 hparam/acc=0.875",
		"x":                    "0 val/acc=0.25, 10 val/acc=0.25, 1000000 val/acc=0.25",
		"tensors": `2 float16=0.375, 2 float32=0.375, 2 float64=0.375, 2 int8=7, 2 uint8=7, 2 int16=7, 2 uint16=7,
			2 int32=7, 2 int64=7, 2 minus_int32=-7, 2 minus_int64=-7`,
	} {
		t.Run(file, func(t *testing.T) {
			f, err := os.Open(filepath.Join("testdata", file+".tfevents"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			got, damage := read(t, f)
			if d := cmp.Diff(strings.Join(strings.Fields(want), " "), strings.Join(got, ", ")); d != "" || damage != nil {
				t.Errorf("%v (-want +got):\n%s", damage, d)
			}
		})
	}
}

// sample is a file of n records behind its head, with the offset of each.
func sample(t testing.TB, n int) (file []byte, offsets []int, want []string) {
	t.Helper()
	var b bytes.Buffer
	w, err := tfevents.NewWriter(&b, time.Unix(1700000000, 0))
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		offsets = append(offsets, b.Len())
		if err := w.Scalars(time.Unix(1700000000, 0), int64(i), tfevents.Scalar{Tag: "val/acc", Value: float64(i)}); err != nil {
			t.Fatal(err)
		}
		want = append(want, fmt.Sprintf("%d val/acc=%d", i, i))
	}
	return b.Bytes(), append(offsets, b.Len()), want
}

func TestDamageCostsTheRecordsItHits(t *testing.T) {
	file, at, all := sample(t, 6)
	without := func(i ...int) (kept []string) {
		for k, s := range all {
			if !slices.Contains(i, k) {
				kept = append(kept, s)
			}
		}
		return kept
	}
	for name, c := range map[string]struct {
		harm   func(b []byte) []byte
		want   []string
		damage int
	}{
		"none":                              {func(b []byte) []byte { return b }, all, 0},
		"a byte of the data":                {func(b []byte) []byte { b[at[2]+20] ^= 1; return b }, without(2), 1},
		"the checksum of the data":          {func(b []byte) []byte { b[at[3]-1] ^= 1; return b }, without(2), 1},
		"a length":                          {func(b []byte) []byte { b[at[2]] ^= 1; return b }, without(2), 1},
		"the checksum of a length":          {func(b []byte) []byte { b[at[2]+9] ^= 1; return b }, without(2), 1},
		"a hole":                            {func(b []byte) []byte { return slices.Delete(b, at[2]+5, at[3]+30) }, without(2, 3), 1},
		"zeros where a machine went down":   {func(b []byte) []byte { clear(b[at[2]+3 : at[4]]); return b }, without(2, 3), 1},
		"text between":                      {func(b []byte) []byte { return slices.Insert(b, at[2], []byte("Killed\n")...) }, all, 1},
		"a record with no protocol buffer":  {func(b []byte) []byte { return slices.Insert(b, at[2], frame([]byte{0x2a, 0xff})...) }, all, 1},
		"a file that begins in the middle":  {func(b []byte) []byte { return b[at[1]+3:] }, without(0, 1), 1},
		"its end cut off":                   {func(b []byte) []byte { return b[:at[5]+9] }, without(5), 0},
		"its head alone":                    {func(b []byte) []byte { return b[:at[0]] }, nil, 0},
		"nothing in it":                     {func([]byte) []byte { return nil }, nil, 0},
		"something else altogether":         {func([]byte) []byte { return bytes.Repeat([]byte("no events\n"), 9000) }, nil, 0},
		"a large record, passed over":       {func(b []byte) []byte { return slices.Insert(b, at[2], frame(make([]byte, 1<<20))...) }, all, 0},
		"a large record that is not whole ": {func(b []byte) []byte { return append(b[:at[2]], frame(make([]byte, 1<<20))[:1<<19]...) }, all[:2], 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, damage := read(t, bytes.NewReader(c.harm(slices.Clone(file))))
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if len(damage) != c.damage {
				t.Errorf("%d parts are said to be damaged, want %d: %v", len(damage), c.damage, damage)
			}
		})
	}
}

// frame puts data into a record, by way of the writer's framing.
func frame(data []byte) []byte { return tfevents.Frame(data) }

func TestAGrowingFileIsReadLikeAWholeOne(t *testing.T) {
	file, at, want := sample(t, 5)
	torn := slices.Clone(file)
	torn[at[2]+1] ^= 4
	rapid.Check(t, func(t *rapid.T) {
		whole, wanted := file, want
		if rapid.Bool().Draw(t, "damaged") {
			whole, wanted = torn, append(slices.Clone(want[:2]), want[3:]...)
		}
		cuts := rapid.SliceOf(rapid.IntRange(0, len(whole))).Draw(t, "cuts")
		slices.Sort(cuts)
		r := tfevents.NewReader(nil)
		var got []string
		for _, n := range append(cuts, len(whole)) {
			r.Resume(bytes.NewReader(whole[:n]))
			more, _ := resume(t, r)
			got = append(got, more...)
		}
		if d := cmp.Diff(wanted, got); d != "" {
			t.Fatalf("cut at %v (-want +got):\n%s", cuts, d)
		}
		if r.Offset() != int64(len(whole)) {
			t.Errorf("%d of %d bytes are read", r.Offset(), len(whole))
		}
	})
}

// FuzzReader: whatever a file holds, reading it ends, and passes no byte twice.
func FuzzReader(f *testing.F) {
	file, at, _ := sample(f, 3)
	f.Add(file)
	f.Add(file[5:at[2]])
	f.Add(frame([]byte{0x2a, 0x02, 0x0a, 0x00}))
	f.Fuzz(func(t *testing.T, file []byte) {
		r := tfevents.NewReader(bytes.NewReader(file))
		for before := int64(0); ; before = r.Offset() {
			_, err := r.Next()
			if err == io.EOF {
				return
			}
			if r.Offset() <= before || r.Offset() > int64(len(file)) {
				t.Fatalf("from %d to %d of %d bytes: %v", before, r.Offset(), len(file), err)
			}
		}
	})
}

func BenchmarkReader(b *testing.B) {
	file, _, _ := sample(b, 10000)
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		r := tfevents.NewReader(bytes.NewReader(file))
		for {
			if _, err := r.Next(); err != nil {
				break
			}
		}
	}
}
