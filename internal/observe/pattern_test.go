package observe

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAPatternTurnsLinesIntoReports(t *testing.T) {
	for name, c := range map[string]struct {
		pattern string
		lines   []string
		want    []string
	}{
		"step and metric":                     {`step=(?P<step>\d+) acc=(?P<acc>\S+)`, []string{"step=3 acc=0.5"}, []string{"3 acc=0.5"}},
		"without a step matches are numbered": {`acc=(?P<acc>\S+)`, []string{"acc=1", "x", "acc=y", "acc=2e-3"}, []string{"1 acc=1", "2 acc=0.002"}},
		"several metrics":                     {`(?P<a>\S+) (?P<b>\S+)`, []string{"1 2"}, []string{"1 a=1 b=2"}},
		"a metric that is no number is left":  {`(?P<a>\S+) (?P<b>\S+)`, []string{"1 -"}, []string{"1 a=1"}},
		"a group that did not take part":      {`(?P<a>\d+)|(?P<b>x=(?P<c>\d+))`, []string{"x=5"}, []string{"1 c=5"}},
		"a step that is no whole number":      {`step=(?P<step>\S+) a=(?P<a>\d)`, []string{"step=1.5 a=1", "step=x a=1", "step=2.0 a=1"}, []string{"2 a=1"}},
		"a step with its total":               {`epoch (?P<step>\S+) a=(?P<a>\d)`, []string{"epoch [12/100] a=1", "epoch 1,200 a=2"}, []string{"12 a=1", "1200 a=2"}},
		"a step alone is no report":           {`step=(?P<step>\d+)`, []string{"step=1"}, nil},
		"not finite":                          {`(?P<a>\S+) (?P<b>\S+) (?P<c>\S+)`, []string{"nan inf -inf", "NaN Infinity -Infinity"}, []string{"1 a=NaN b=+Inf c=-Inf", "2 a=NaN b=+Inf c=-Inf"}},
		"too large to hold":                   {`(?P<a>\S+)`, []string{"1e999"}, []string{"1 a=+Inf"}},
		"percent, taken in":                   {`a=(?P<a>\S+)`, []string{"a=93.5%"}, []string{"1 a=0.935"}},
		"percent, right behind":               {`a=(?P<a>[\d.]+)`, []string{"a=93.5%"}, []string{"1 a=0.935"}},
		"percent, further on":                 {`a=(?P<a>[\d.]+)`, []string{"a=93.5 %"}, []string{"1 a=93.5"}},
		"punctuation a greedy group took":     {`a: (?P<a>\S+)`, []string{"a: 0.5, b: 1", "{a: 0.25}", "(a: 5%)"}, []string{"1 a=0.5", "2 a=0.25", "3 a=0.05"}},
		"colours of a terminal":               {`a=(?P<a>\S+)`, []string{"\x1b[1;32ma=\x1b[0m0.5\x1b[K"}, []string{"1 a=0.5"}},
		"other languages' numbers":            {`a=(?P<a>\S+)`, []string{"a=0x1p3", "a=1_000"}, nil},
		"thousands":                           {`a=(?P<a>\S+)`, []string{"a=1,234.5", "a=0,5", "a=12,34"}, []string{"1 a=1234.5"}},
		"a bar, written over":                 {`(?P<step>\d+): a=(?P<a>\S+)`, []string{"1: a=.1\r", "1: a=.2\r", "1: a=.3", "2: a=.4\r", "2: a=.5\r"}, []string{"1 a=0.3", "2 a=0.5"}},
		"a bar that never ends its line":      {`(?P<step>\d+): a=(?P<a>\S+)`, []string{"1: a=.1\r", "1: a=.2\r", "2: a=.3\r", "3: a=.4\r"}, []string{"1 a=0.2", "2 a=0.3", "3 a=0.4"}},
		"a bar without steps counts its ends": {`a=(?P<a>\S+)`, []string{"a=.1\r", "a=.2\r", "a=.3", "a=.4\r", "done"}, []string{"1 a=0.3", "2 a=0.4"}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, run(t, Options{Patterns: []string{c.pattern}}, c.lines...)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestEveryPatternSeesEveryLine(t *testing.T) {
	got := run(t, Options{Patterns: []string{`a=(?P<a>\d)`, `b=(?P<b>\d)`}}, "b=1", "a=2 b=3")
	if d := cmp.Diff([]string{"1 b=1", "1 a=2", "2 b=3"}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestAStepOnALineOfItsOwnIsCarriedOver(t *testing.T) {
	got := run(t, Options{Patterns: []string{`^Epoch (?P<step>\d+)`, `train: (?P<train_loss>\S+)`, `valid: (?P<val_loss>\S+)`}},
		"valid: 9", "Epoch 5", "train: 1", "valid: 2", "Epoch 6", "train: 3", "valid: 4")
	if d := cmp.Diff([]string{"1 val_loss=9", "5 train_loss=1", "5 val_loss=2", "6 train_loss=3", "6 val_loss=4"}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestAPatternIsTakenAtItsWord(t *testing.T) {
	got := run(t, Options{Patterns: []string{`acc=(?P<acc>\S+)`}, Wanted: []string{"accuracy"}}, "acc=.5")
	if d := cmp.Diff([]string{"1 acc=0.5"}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestANameThatIsGivenHolds(t *testing.T) {
	o := Options{Patterns: []string{`m=(?P<m>\S+)`, Auto}, Wanted: []string{"val/acc"}, Names: map[string]string{"val/acc": "m"}}
	if d := cmp.Diff([]string{"1 val/acc=0.5"}, run(t, o, "m=.5")[:1]); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	o = Options{Patterns: []string{Auto}, Wanted: []string{"val_acc"}, Names: map[string]string{"val_acc": "quality"}}
	if d := cmp.Diff([]string{"1 val_acc=0.5 test_acc=0.25"}, run(t, o, "epoch 1 quality: .5 test_acc=.25")); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// FuzzLine: whatever a line holds, no report is empty or before the first step.
func FuzzLine(f *testing.F) {
	for _, s := range []string{
		"step=1 a=2", "step=1 a=nan%", "step=\xff a=\x1b[0m", "step=9007199254740993 a=1e400",
		"Epoch 1/2 loss: 0.5 (0.4) acc 9/10 (90%)", `{"epoch":1,"a":{"b":NaN}}`, "loss 1,234.5.", "acc@1 -", "epoch -3 loss=inf/nan",
	} {
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, line string, over bool) {
		ob, err := New(Options{Patterns: []string{`step=(?P<step>\S*) a=(?P<a>\S*)`, Auto, JSON}, Wanted: []string{"val_acc"}}, func(r Report) {
			if len(r.Values) == 0 {
				t.Errorf("%q gives %v", line, r)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		ob.Line([]byte(line), over)
		ob.Line([]byte("loss=1 epoch 2"), over)
		ob.Close()
	})
}

func BenchmarkAuto(b *testing.B) {
	ob, err := New(Options{Patterns: []string{Auto}, Wanted: []string{"val_acc"}}, func(Report) {})
	if err != nil {
		b.Fatal(err)
	}
	line := []byte("Epoch: [0][ 10/391]\tTime  0.5 ( 0.6)\tData  0.1 ( 0.2)\tLoss 2.3e+00 (2.5e+00)\tAcc@1  56.25 ( 53.12)\tAcc@5  90.0 ( 89.00)")
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		ob.Line(line, false)
	}
}
