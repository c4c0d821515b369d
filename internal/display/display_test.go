package display

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
	"github.com/danlu-ml/danlu/internal/text"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with testdata/NAME.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got; -update writes it anew):\n%s", name, d)
	}
}

func definition(t testing.TB, change func(*study.Definition)) *study.Definition {
	t.Helper()
	s, err := space.New([]space.Param{
		{Name: "lr", Domain: space.Float{Low: 1e-5, High: 0.1, Log: true}, Default: space.FloatValue(1e-3)},
		{Name: "batch_size", Domain: space.Choice{Values: []space.Value{space.IntValue(32), space.IntValue(64), space.IntValue(128)}, Ordered: true}, Default: space.IntValue(128)},
		{Name: "optimizer", Domain: space.Choice{Values: []space.Value{space.StringValue("sgd"), space.StringValue("adamw")}}, Default: space.StringValue("adamw")},
		{Name: "momentum", Domain: space.Float{Low: 0.8, High: 0.99}, Default: space.FloatValue(0.9), When: []space.Condition{{Param: "optimizer", In: []space.Value{space.StringValue("sgd")}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	def := &study.Definition{
		Name: "digits", Command: []string{"python", "train.py", "{params}"},
		Objectives: []study.Objective{{Metric: "val_accuracy", Maximize: true}}, Space: s,
		Fidelity: study.Fidelity{Step: "epoch", Max: 10}, Budget: study.Budget{Trials: 6},
		Sampler: study.Algorithm{Name: "auto"}, Scheduler: study.Algorithm{Name: "asha"}, Seed: 1, Retries: 1,
	}
	if change != nil {
		change(def)
	}
	return def
}

func params(lr float64, batch int64, optimizer string) space.Values {
	vs := space.Values{"lr": space.FloatValue(lr), "batch_size": space.IntValue(batch), "optimizer": space.StringValue(optimizer)}
	if optimizer == "sgd" {
		vs["momentum"] = space.FloatValue(0.95)
	}
	return vs
}

// watched shows a log to a display as a driver would: event by event, at the time
// of each.
type watched struct {
	*studytest.Log
	d        *Display
	now      time.Time
	shown    int
	out, err bytes.Buffer
}

func watch(t testing.TB, def *study.Definition, o Options) *watched {
	w := &watched{Log: studytest.New(def)}
	o.Out, o.Err = &w.out, &w.err
	o.Now = func() time.Time { return w.now }
	w.d = New(o)
	w.show()
	return w
}

// show tells the display of the events it has not seen, one at a time.
func (w *watched) show() {
	for w.shown < len(w.Events) {
		// The view is ahead of the event: the display is told of a batch.
		batch := w.Events[w.shown:]
		w.shown = len(w.Events)
		w.now = batch[len(batch)-1].Time
		w.d.Observe(w.View(), batch)
	}
}

// wait lets time pass without events.
func (w *watched) wait(d time.Duration) {
	w.now = w.now.Add(d)
	w.d.Observe(w.View(), nil)
}

func (w *watched) ended(id study.TrialID, state study.State, why string, value float64) {
	w.Append(study.Ended{
		Trial: id, Attempt: w.View().Trials[id].Attempt().Number, State: state, Reason: why,
		Values: study.Numbers{"val_accuracy": value},
	})
	w.show()
}

// story plays a small study: the default, a better one, one stopped, one that
// fails and is tried again, one that diverges, and two left running.
func (w *watched) story() {
	curve := func(id study.TrialID, values ...float64) {
		for i, x := range values {
			w.Report(id, int64(i+1), x)
			w.show()
		}
	}
	w.PlanDefault().Start(0)
	w.Propose(study.Planned{Params: params(0.0031234, 64, "adamw"), Sampler: "sobol", Why: "point 1 of the sequence"}).Start(1)
	w.show()
	curve(0, 0.61, 0.72, 0.78, 0.81, 0.83, 0.842, 0.85, 0.856, 0.86, 0.8612)
	curve(1, 0.65, 0.77, 0.82, 0.85, 0.865, 0.875, 0.882, 0.887, 0.89, 0.8921)
	w.ended(0, study.Completed, "", 0.8612)
	w.ended(1, study.Completed, "", 0.8921)
	w.Propose(study.Planned{Params: params(1e-5, 32, "sgd"), Sampler: "sobol"}).Start(2)
	w.Propose(study.Planned{Params: params(0.05, 32, "sgd"), Sampler: "sobol"}).Start(3)
	w.show()
	curve(2, 0.11, 0.13)
	w.ended(2, study.Stopped, "0.13 at epoch 2: rank 3 of 3, the best 1 go on (0.77 or better)", 0.13)
	w.ended(3, study.Waiting, "exit status 1: FileNotFoundError: no such file; it will be tried again", math.NaN())
	w.Start(3)
	w.show()
	curve(3, 0.4, math.NaN())
	w.ended(3, study.Diverged, "val_accuracy is not finite at epoch 2", math.NaN())
	w.Propose(study.Planned{Params: params(0.004, 128, "adamw"), Sampler: "sobol"}).Start(4)
	w.Append(study.Noted{Trial: ptr(study.TrialID(1)), By: "user", Text: "looks good\nto me"})
	w.show()
	curve(4, 0.6, 0.74, 0.8)
	w.Append(study.Changed{What: []string{"the code has changed during the study: 1a2b → 3c4d"}})
	w.show()
}

func ptr[T any](x T) *T { return &x }

func TestPlainLines(t *testing.T) {
	w := watch(t, definition(t, nil), Options{})
	w.story()
	w.wait(9 * time.Second)
	w.wait(2 * time.Second)
	w.d.Say("ending the running trials")
	if err := w.d.Close(w.View(), End{Interrupted: true, Store: "danlu.db", File: "danlu.yaml"}); err != nil {
		t.Fatal(err)
	}
	golden(t, "plain.txt", w.out.String())
	if got, want := w.err.String(), "ending the running trials\n"; got != want {
		t.Errorf("said %q, want %q", got, want)
	}
}

func TestPlainLinesInColourAndWide(t *testing.T) {
	w := watch(t, definition(t, nil), Options{Color: true, Size: func() (int, int) { return 120, 40 }})
	w.story()
	w.Report(4, 4, 0.84).Report(4, 10, 0.9)
	w.ended(4, study.Completed, "", 0.9)
	if err := w.d.Close(w.View(), End{Reason: "budget", Why: "its 5 trials are spent", Store: "/data/runs/danlu.db", Flag: " --store /data/runs/danlu.db"}); err != nil {
		t.Fatal(err)
	}
	golden(t, "plain-120-colour.txt", w.out.String())
}

func TestLivePicture(t *testing.T) {
	for _, tc := range []struct {
		name          string
		width, height int
		colour        bool
	}{
		{"live.txt", 80, 24, false},
		{"live-120-colour.txt", 120, 40, true},
		{"live-40x10.txt", 40, 10, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := watch(t, definition(t, nil), Options{Mode: Live, Color: tc.colour, Size: func() (int, int) { return tc.width, tc.height }})
			w.story()
			w.Propose(study.Planned{Params: params(0.02, 64, "sgd"), Sampler: "sobol"}).Start(5)
			w.show()
			golden(t, tc.name, visible(t, w.out.String(), tc.width))
		})
	}
}

func TestLiveEndLeavesACleanHistory(t *testing.T) {
	w := watch(t, definition(t, nil), Options{Mode: Live})
	w.story()
	w.d.Say("letting the running trials end; once more to end them now")
	w.Report(4, 10, 0.88)
	w.ended(4, study.Completed, "", 0.88)
	if err := w.d.Close(w.View(), End{Reason: "budget", Why: "its 5 trials are spent", Store: "danlu.db"}); err != nil {
		t.Fatal(err)
	}
	golden(t, "live-end.txt", visible(t, w.out.String(), 80))
}

// visible plays a terminal: what is on it, and what has scrolled away, after the
// output was written. It knows the few sequences the display uses, and keeps
// colours.
func visible(t *testing.T, out string, width int) string {
	t.Helper()
	rows := []string{""}
	row := 0
	line := func() *string {
		for row >= len(rows) {
			rows = append(rows, "")
		}
		return &rows[row]
	}
	fresh := false // the cursor is at the beginning of an old line
	for out != "" {
		switch {
		case strings.HasPrefix(out, beginSync), strings.HasPrefix(out, endSync):
			out = out[len(beginSync):]
		case out[0] == '\r':
			fresh = true
			out = out[1:]
		case out[0] == '\n':
			row++
			line()
			fresh = true
			out = out[1:]
		case strings.HasPrefix(out, "\x1b[K"):
			if fresh {
				*line() = ""
			}
			out = out[3:]
		case strings.HasPrefix(out, "\x1b[J"):
			rows = rows[:row+1]
			*line() = ""
			out = out[3:]
		case strings.HasPrefix(out, "\x1b["):
			end := strings.IndexFunc(out, func(r rune) bool { return r >= 'A' && r <= 'z' && r != '[' })
			if out[end] == 'A' {
				n := 0
				fmt.Sscanf(out[2:end], "%d", &n)
				if row -= n; row < 0 {
					t.Fatal("the cursor leaves the terminal")
				}
				fresh = true
			} else {
				if fresh {
					*line() = ""
					fresh = false
				}
				*line() += out[:end+1]
			}
			out = out[end+1:]
		default:
			if fresh {
				*line() = ""
				fresh = false
			}
			n := strings.IndexAny(out, "\x1b\r\n")
			if n < 0 {
				n = len(out)
			}
			*line() += out[:n]
			out = out[n:]
		}
	}
	return strings.Join(rows, "\n")
}

func TestLiveDoesNotRepaintMoreThanTenTimesASecond(t *testing.T) {
	w := watch(t, definition(t, nil), Options{Mode: Live})
	w.PlanDefault().Start(0)
	w.show()
	pictures := func() int { return strings.Count(w.out.String(), beginSync) }
	before := pictures()
	for range 1000 {
		w.wait(time.Millisecond)
	}
	if n := pictures() - before; n > 11 {
		t.Errorf("%d pictures in a second", n)
	}
}

func TestLiveRepaintsOverAPictureThatHasWrapped(t *testing.T) {
	width := 80
	w := watch(t, definition(t, nil), Options{Mode: Live, Size: func() (int, int) { return width, 24 }})
	w.PlanDefault().Start(0)
	w.show()
	var rows int
	for _, n := range w.d.face.(*live).widths {
		rows += max((n+39)/40, 1)
	}
	width = 40
	w.out.Reset()
	w.wait(time.Second)
	if want := fmt.Sprintf("\x1b[%dA", rows); !strings.Contains(w.out.String(), want) {
		t.Errorf("the picture begins with %q, want the cursor up by %d rows", w.out.String()[:20], rows)
	}
}

func TestNoLineOfAPictureIsTooWideOrTooHigh(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {30, 6}, {20, 3}, {10, 2}, {200, 50}} {
		def := definition(t, func(d *study.Definition) {
			d.Name, d.Objectives[0].Metric = "数字识别", "精度精度精度精度精度"
		})
		w := watch(t, def, Options{Mode: Live, Size: func() (int, int) { return size[0], size[1] }})
		for i := range study.TrialID(30) {
			w.Plan(params(0.001*float64(i+1), 64, "sgd")).Start(i).Report(i, 1, 0.5)
		}
		w.show()
		w.wait(time.Minute)
		l := w.d.face.(*live)
		if len(l.picture) >= size[1] && len(l.picture) > 1 {
			t.Errorf("%v: %d lines", size, len(l.picture))
		}
		for _, line := range l.picture {
			if n := text.Width(line.Render(size[0]-1, false)); n > size[0]-1 {
				t.Errorf("%v: %d columns: %q", size, n, line.Render(size[0]-1, false))
			}
		}
	}
}

func TestJSONLines(t *testing.T) {
	w := watch(t, definition(t, nil), Options{Mode: JSON})
	w.story()
	w.Append(study.Points{Trial: 4, Attempt: 1, Rows: []study.Point{
		{Step: 10, Metric: "val_accuracy", Value: 0.88}, {Step: 10, Metric: "test_accuracy", Value: 0.87}, {Step: 9, Metric: "val_accuracy", Value: 0.87},
	}})
	w.ended(4, study.Completed, "", 0.88)
	w.d.Say("a word to the person")
	if err := w.d.Close(w.View(), End{Reason: "budget", Why: "its 5 trials are spent", Store: "danlu.db"}); err != nil {
		t.Fatal(err)
	}
	golden(t, "events.jsonl", w.out.String())
	for line := range strings.Lines(w.out.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
	}
}

func TestEndings(t *testing.T) {
	for _, tc := range []struct {
		name string
		make func(*studytest.Log)
		end  End
	}{
		{"the default is the best", func(l *studytest.Log) {
			l.PlanDefault().Start(0).Report(0, 10, 0.9).End(0, study.Completed, 0.9)
			l.Plan(params(0.1, 32, "adamw")).Start(1).Report(1, 10, 0.8).End(1, study.Completed, 0.8)
		}, End{Reason: "budget", Why: "its 2 trials are spent"}},
		{"nothing ran to its end", func(l *studytest.Log) {
			l.PlanDefault().Start(0)
			l.Append(study.Ended{Trial: 0, Attempt: 1, State: study.Failed, Reason: "ended without reporting val_accuracy; it did report acc; did you mean objective: acc?"})
		}, End{Reason: "hopeless", Why: "trial 0 ended without reporting val_accuracy", Store: "danlu.db"}},
		{"a test metric and a value from elsewhere", func(l *studytest.Log) {
			l.PlanDefault().Start(0)
			l.Append(study.Points{Trial: 0, Attempt: 1, Rows: []study.Point{{Step: 10, Metric: "val_accuracy", Value: 0.9}, {Step: 10, Metric: "test_accuracy", Value: 0.89}}})
			l.End(0, study.Completed, 0.9)
			l.Plan(params(0.0123456789, 32, "sgd")).Start(1)
			l.Append(study.Points{Trial: 1, Attempt: 1, Rows: []study.Point{{Step: 10, Metric: "val_accuracy", Value: 0.93}, {Step: 10, Metric: "test_accuracy", Value: 0.915}, {Step: 10, Metric: "train_loss", Value: 3}}})
			l.End(1, study.Completed, 0.93)
		}, End{Reason: "target", Why: "trial 1 reached val_accuracy 0.93", Store: "/a folder/danlu.db", Flag: " --store '/a folder/danlu.db'"}},
		{"all alike", func(l *studytest.Log) {
			for i := range study.TrialID(5) {
				l.Plan(params(0.01*float64(i+1), 32, "sgd")).Start(i).Report(i, 10, 0.125).End(i, study.Completed, 0.125)
			}
		}, End{Reason: "budget", Why: "its 5 trials are spent"}},
		{"one configuration again and again", func(l *studytest.Log) {
			for i := range study.TrialID(5) {
				l.Plan(params(0.01, 32, "sgd")).Start(i).Report(i, 10, 0.125).End(i, study.Completed, 0.125)
			}
		}, End{Reason: "budget", Why: "its 5 trials are spent"}},
		{"left before anything", func(*studytest.Log) {}, End{Interrupted: true, Store: "danlu.db", File: "my study.yaml"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := watch(t, definition(t, nil), Options{})
			tc.make(w.Log)
			w.show()
			w.out.Reset()
			if err := w.d.Close(w.View(), tc.end); err != nil {
				t.Fatal(err)
			}
			golden(t, "end-"+strings.ReplaceAll(tc.name, " ", "-")+".txt", w.out.String())
		})
	}
}

func TestItIsSaidOnceThatAllTrialsCameOutTheSame(t *testing.T) {
	w := watch(t, definition(t, func(d *study.Definition) { d.Command = []string{"python", "train.py"} }), Options{})
	const soon, passes = "5 trials came out the same: does the program use the parameters it is given?", "Its command passes none, as in --lr {lr}"
	for i := range study.TrialID(7) {
		w.Plan(params(0.01*float64(i+1), 32, "sgd")).Start(i)
		w.ended(i, study.Completed, "", 0.125)
		if said := strings.Count(w.out.String(), soon); said != min(int(i)/4, 1) {
			t.Fatalf("after %d trials it is said %d times:\n%s", i+1, said, w.out.String())
		}
	}
	if err := w.d.Close(w.View(), End{Reason: "budget"}); err != nil {
		t.Fatal(err)
	}
	if end := strings.Join(strings.Fields(w.out.String()), " "); !strings.Contains(end, passes) {
		t.Errorf("the command is not looked at:\n%s", w.out.String())
	}
}

func TestAStudyThatGoesOnIsSummedUp(t *testing.T) {
	l := studytest.New(definition(t, nil)).PlanDefault().Start(0).Report(0, 10, 0.9).End(0, study.Completed, 0.9)
	var out bytes.Buffer
	d := New(Options{Out: &out, Now: func() time.Time { return studytest.Epoch.Add(time.Hour) }})
	l.Plan(params(0.01, 64, "adamw"))
	d.Observe(l.View(), l.Events[len(l.Events)-1:])
	golden(t, "goes-on.txt", out.String())
}

func TestTheTimeLeftIsExtrapolated(t *testing.T) {
	l := studytest.New(definition(t, func(d *study.Definition) { d.Budget.Trials = 10 }))
	s := story{best: -1}
	at := func(d time.Duration) { now := studytest.Epoch.Add(d); s.now = func() time.Time { return now } }
	at(0)
	if left, ok := s.remaining(l.View()); ok {
		t.Errorf("known before anything has run: %v", left)
	}
	// Events are a second apart: trial 0 runs from second 3 to second 5.
	l.PlanDefault().Plan(params(0.01, 64, "adamw")).Start(0).Start(1).End(0, study.Completed, 0.9)
	at(5 * time.Second)
	got, ok := s.remaining(l.View())
	// Eight trials of 2 s are to come, one at a time, and trial 1 has 1 s to go.
	if want := 17 * time.Second; !ok || got != want {
		t.Errorf("got %v, %v; want %v", got, ok, want)
	}
	l.View().Def.Budget.Time = 10 * time.Second
	if got, _ := s.remaining(l.View()); got != 8*time.Second {
		t.Errorf("with 10 s in all, of which 2 are spent: %v left", got)
	}
}

func TestLogRecordsAreLinesForAPerson(t *testing.T) {
	var out, errs bytes.Buffer
	d := New(Options{Out: &out, Err: &errs})
	log := slog.New(d.Handler(slog.LevelWarn)).With("study", "digits").WithGroup("g")
	log.Info("nobody needs to know")
	log.Warn("a trial can't be ended", "trial", 3, slog.Group("exit", "code", 1))
	log.Error("no space\x1b[2J")
	want := "warning: a trial can't be ended · study digits · g.trial 3 · g.exit.code 1\nerror: no space\\x1b[2J · study digits\n"
	if d := cmp.Diff(want, errs.String()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if out.Len() > 0 {
		t.Errorf("on standard output: %s", out.String())
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestAnOutputThatIsGoneIsAnError(t *testing.T) {
	for _, mode := range []Mode{Plain, Live, JSON} {
		l := studytest.New(definition(t, nil))
		d := New(Options{Out: brokenPipe{}, Mode: mode})
		d.Observe(l.View(), l.Events)
		if err := d.Close(l.View(), End{Reason: "budget"}); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("mode %d: got %v", mode, err)
		}
	}
}

func TestNothingIsShownAfterTheEnd(t *testing.T) {
	w := watch(t, definition(t, nil), Options{Mode: Live})
	w.d.Abandon()
	w.out.Reset()
	w.wait(time.Second)
	if err := w.d.Close(w.View(), End{}); err != nil || w.out.Len() > 0 {
		t.Errorf("after the end: %q, %v", w.out.String(), err)
	}
}

// BenchmarkObserve is what the display costs a driver of 1,000 trials, 8 of them
// running: with nothing new, and with a picture.
func BenchmarkObserve(b *testing.B) {
	l := studytest.New(definition(b, nil))
	for i := range study.TrialID(1000) {
		l.Plan(params(0.001, 64, "adamw")).Start(i)
		for step := range int64(10) {
			l.Report(i, step+1, 0.5+float64(step)/20)
		}
		if i < 992 {
			l.End(i, study.Completed, 0.95)
		}
	}
	for _, mode := range []struct {
		name string
		step time.Duration
	}{{"quiet", 0}, {"picture", time.Second}} {
		b.Run(mode.name, func(b *testing.B) {
			now := l.View().Updated
			d := New(Options{Out: io.Discard, Mode: Live, Now: func() time.Time { return now }})
			d.Observe(l.View(), nil)
			for b.Loop() {
				now = now.Add(mode.step)
				d.Observe(l.View(), nil)
			}
		})
	}
}
