package table

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/danlu-ml/danlu/internal/benchmark/problem"
	"github.com/danlu-ml/danlu/internal/space"
)

const folder = "../../../bench/search/tables"

func TestHeadersAgreeWithTheValues(t *testing.T) {
	tables := read(t)
	if len(tables) != 28 {
		t.Fatalf("%d tables, want 28", len(tables))
	}
	for _, tb := range tables {
		for m, want := range tb.Header.Metrics {
			var finals []float64
			best, diverged := math.Inf(1), 0
			for row := range tb.Header.Configs {
				for s := 1; s <= tb.Header.Steps; s++ {
					if v := tb.loss(m, row, int64(s)); v < best {
						best = v
					}
				}
				v := tb.loss(m, row, int64(tb.Header.Steps))
				if math.IsNaN(v) {
					v = math.Inf(1)
					diverged++
				}
				finals = append(finals, v)
			}
			slices.Sort(finals)
			n := len(finals)
			if median := (finals[n/2-1] + finals[n/2]) / 2; !same(finals[0], want.Best) || !same(median, want.Median) || !same(best, want.BestAny) || diverged != want.Diverged {
				t.Errorf("%s, %s: best %v, median %v, best at any step %v, %d diverged; its header says %+v", tb.Header.Task, want.Name, finals[0], median, best, diverged, want)
			}
		}
	}
}

// same: headers have the eight digits that tell float32 apart.
func same(a, b float64) bool { return math.Abs(a-b) <= 1e-7*math.Abs(b) }

func read(t *testing.T) []*Table {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.tbl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	var tables []*Table
	for _, f := range files {
		tb, err := Read(f)
		if err != nil {
			t.Fatal(err)
		}
		tables = append(tables, tb)
	}
	return tables
}

// The README's baselines: means of log10 NR over 200 repeats, here of 100, so that a
// family's mean may be off by three times the standard error of the difference.
func TestRandomBaselines(t *testing.T) {
	want := map[string]struct{ at25, at100, stepwise float64 }{
		"lcbench":                   {-.72, -1.03, -.57},
		"lcbench-val_cross_entropy": {-.68, -.99, -.51},
		"taskset":                   {-.67, -1.19, -.42},
	}
	type sums struct{ at25, at100, stepwise, n float64 }
	got := map[string]*sums{}
	for _, tb := range read(t) {
		if tb.Header.Repeats > 0 {
			continue // their README has no baseline
		}
		for m := range tb.Header.Metrics {
			p := tb.BlackBox(m)
			if got[p.Family] == nil {
				got[p.Family] = &sums{}
			}
			g := got[p.Family]
			rng := rand.New(rand.NewPCG(1, uint64(m)))
			for range 100 {
				rows := rng.Perm(tb.Header.Configs)
				blackBox, stepwise := open(t, p), open(t, tb.Resumable(m))
				for i, row := range rows[:100] {
					blackBox.take(row, 1)
					if i == 24 {
						g.at25 += math.Log10(blackBox.Score())
					}
				}
				for _, row := range rows[:10] {
					stepwise.take(row, tb.Header.Steps)
				}
				g.at100 += math.Log10(blackBox.Score())
				g.stepwise += math.Log10(stepwise.Score())
				g.n++
			}
		}
	}
	for family, w := range want {
		g := got[family]
		for _, c := range []struct {
			what      string
			got, want float64
		}{{"after 25", g.at25 / g.n, w.at25}, {"after 100", g.at100 / g.n, w.at100}, {"stepwise", g.stepwise / g.n, w.stepwise}} {
			if math.Abs(c.got-c.want) > .05 {
				t.Errorf("%s, %s: log10 NR %.3f, want %.2f", family, c.what, c.got, c.want)
			}
		}
	}
}

func open(t *testing.T, p problem.Problem) *instance {
	t.Helper()
	in, err := p.Open(0)
	if err != nil {
		t.Fatal(err)
	}
	return in.(*instance)
}

// take trains a row, past the search for the nearest.
func (r *instance) take(row, steps int) {
	r.trials = append(r.trials, row)
	for s := 1; s <= steps; s++ {
		r.Train(len(r.trials)-1, int64(s))
	}
}

// small is a table with rows at lr 0.001, 0.01 and 0.1, of one and two layers, where the
// second row diverges at its end.
func small(t *testing.T) *Table {
	return decoded(t, `{"format":"danlu-bench-1","task":"small","family":"f","goal":"minimize","primary":"loss","dtype":"float32le",`+
		`"metrics":[{"name":"loss","best_final":1,"median_final":3,"best_any":0.5}],`+
		`"space":[{"name":"lr","type":"float","low":0.001,"high":0.1,"log":true},{"name":"layers","type":"int","low":1,"high":2}],`+
		`"n_configs":3,"n_params":2,"n_steps":2}`, .001, 1, .01, 2, .1, 1, 3, 3, .5, nan, 2, 1)
}

// mixed is a table of an optimiser and the momentum that one of the two has, with two
// repeats of every training, of which the first likes the second row best.
func mixed(t *testing.T) *Table {
	return decoded(t, `{"format":"danlu-bench-1","task":"mixed","family":"f","goal":"minimize","primary":"loss","dtype":"float32le",`+
		`"metrics":[{"name":"loss","best_final":1,"median_final":3},{"name":"loss, repeat 1"},{"name":"loss, repeat 2"}],"n_repeats":2,`+
		`"space":[{"name":"optimizer","type":"choice","low":0,"high":1,"choices":["adam","sgd"]},`+
		`{"name":"momentum","type":"float","low":0,"high":1,"when":{"optimizer":["sgd"]}}],`+
		`"n_configs":3,"n_params":2,"n_steps":1}`, 0, nan, 1, .5, 1, .9, 3, 2, 1, 3, 1, 2, 3, 3, 0)
}

var nan = float32(math.NaN())

func decoded(t *testing.T, header string, numbers ...float32) *Table {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(header + "\n"))
	for _, x := range numbers {
		if err := binary.Write(z, binary.LittleEndian, x); err != nil {
			t.Fatal(err)
		}
	}
	z.Close()
	tb, err := decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	return tb
}

func TestAnotherChoiceIsTheFurthest(t *testing.T) {
	in := open(t, mixed(t).BlackBox(0))
	asked := space.Values{"optimizer": space.StringValue("sgd"), "momentum": space.FloatValue(0)}
	for i, want := range []string{"sgd 0.5", "sgd 0.9", "adam"} {
		vs := in.Start(asked)
		got := vs["optimizer"].Any().(string)
		if m, ok := vs["momentum"]; ok {
			got += fmt.Sprintf(" %.1f", m.Float())
		}
		if got != want {
			t.Errorf("start %d of %v takes %q, want %q", i, asked, got, want)
		}
	}
}

func TestAnEarlierStudyIsOfTheOtherTable(t *testing.T) {
	p := small(t).After(small(t), 2)
	told, err := p.Earlier(3)
	if err != nil || len(told) != 2 {
		t.Fatalf("%v, %v; want two trials", told, err)
	}
	again, _ := p.Earlier(3)
	for i, trial := range told {
		lr := trial.Params["lr"].Float()
		want := map[float64]float64{.001: 3, .1: 1}[math.Round(lr*1e6)/1e6]
		if want != 0 && trial.Loss != want || want == 0 && !math.IsNaN(trial.Loss) {
			t.Errorf("lr %v has loss %v", lr, trial.Loss)
		}
		if lr != again[i].Params["lr"].Float() {
			t.Error("another draw of the same seed differs")
		}
	}
}

// A run sees the repeat of its seed, and is scored by the mean of what looked best.
func TestRepeatsAreNoise(t *testing.T) {
	for seed, want := range []float64{.5, problem.Floor} {
		p := mixed(t).BlackBox(0)
		i, err := p.Open(uint64(seed))
		if err != nil {
			t.Fatal(err)
		}
		in := i.(*instance)
		for row := range 3 {
			in.take(row, 1)
		}
		if got := in.Score(); math.Abs(got-want) > 1e-12 {
			t.Errorf("seed %d: score %v, want %v", seed, got, want)
		}
	}
}

func TestTheNearestRowNotUsedIsTaken(t *testing.T) {
	in := open(t, small(t).BlackBox(0))
	asked := space.Values{"lr": space.FloatValue(.09), "layers": space.IntValue(1)}
	for i, want := range []float64{.1, .001, .01} {
		if got := in.Start(asked)["lr"].Float(); math.Abs(got-want) > 1e-6 {
			t.Errorf("start %d of %v takes lr %v, want %v", i, asked, got, want)
		}
	}
}

func TestScores(t *testing.T) {
	blackBox, stepwise := open(t, small(t).BlackBox(0)), open(t, small(t).Resumable(0))
	for _, c := range []struct {
		what string
		in   *instance
		do   func(in *instance)
		want float64
	}{
		{"nothing yet", blackBox, func(*instance) {}, 1},
		{"a diverged row counts as the median", blackBox, func(in *instance) { in.take(1, 1) }, 1},
		{"the median", blackBox, func(in *instance) { in.take(0, 1) }, 1},
		{"the best row is at the floor", blackBox, func(in *instance) { in.take(2, 1) }, problem.Floor},
		{"half way, before its end", stepwise, func(in *instance) { in.take(2, 1) }, .6},
		{"further", stepwise, func(in *instance) { in.Train(0, 2) }, .2},
		{"the best of any step", stepwise, func(in *instance) { in.take(1, 2) }, problem.Floor},
	} {
		c.do(c.in)
		if got := c.in.Score(); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: score %v, want %v", c.what, got, c.want)
		}
	}
}

func TestDamagedTablesAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"not gzip":     "lr,loss\n",
		"other format": zipped(t, `{"format":"csv"}`+"\n"),
		"cut off":      zipped(t, `{"format":"danlu-bench-1","goal":"minimize","dtype":"float32le","metrics":[{}],"space":[{}],"n_configs":1,"n_params":1,"n_steps":1}`+"\n\x00"),
		"no header":    zipped(t, "{"),
	} {
		if _, err := decode(strings.NewReader(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func zipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
