package expr

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var names = map[string]any{
	"a": 1, "b": 2.5, "c": int64(3), "big": 1e6, "optimizer": "adamw", "amp": true,
	"optim.lr": 0.01, "loss/train": 0.4, "bad": math.NaN(), "max": 9,
}

func look(name string) (any, bool) {
	v, ok := names[name]
	return v, ok
}

func TestConditions(t *testing.T) {
	for _, c := range []struct {
		text string
		want string // "yes", "no" or "unknown"
	}{
		{"a < b", "yes"},
		{"a<b<c", "yes"},
		{"a < c < b", "no"},
		{"1 <= a <= b <= c <= 4", "yes"},
		{"b == .25e1", "yes"},
		{"1e-4 * 1e4 == 1", "yes"},
		{"big == 1000000", "yes"},
		{"2 + 3 * 2 == 8", "yes"},
		{"(2 + 3) * 2 == 10", "yes"},
		{"7 // 2 == 3 and -7 // 2 == -4", "yes"},
		{"7 % 3 == 1 and -7 % 3 == 2 and 7 % -3 == -2", "yes"},
		{"-2 ** 2 == -4", "yes"},
		{"2 ** 3 ** 2 == 512", "yes"},
		{"2 ** -1 == 0.5", "yes"},
		{"10 - 3 - 2 == 5", "yes"},
		{"optimizer == 'adamw'", "yes"},
		{`optimizer != "adamw"`, "no"},
		{`optimizer in ["sgd", 'adamw']`, "yes"},
		{"optimizer not in ['sgd', 'lion']", "yes"},
		{"c in [1, 2, a + 2]", "yes"},
		{"optimizer == 3", "no"},
		{"optimizer < 'b'", "yes"},
		{"amp", "yes"},
		{"not amp", "no"},
		{"!amp || a > 0 && b > 0", "yes"},
		{"amp == True", "yes"},
		{"not a > 1", "yes"},
		{"optim.lr < 0.1", "yes"},
		{"`loss/train` < `optim.lr`", "no"},
		{"min(a, b, c) == 1 and max(a, b, c) == 3", "yes"},
		{"max == 9", "yes"},
		{"abs(-2) + sqrt(16) + floor(1.5) + ceil(1.5) == 9", "yes"},
		{"abs(log(exp(2)) - 2) < 1e-9 and round(2.5) == 2", "yes"},
		{"bad < 1", "no"},
		{"bad > 1", "no"},
		{"bad == bad", "no"},
		{"a < inf and -inf < a", "yes"},
		{"1 / 0 == inf", "yes"},
		{"nowhere < 1", "unknown"},
		{"not nowhere", "unknown"},
		{"-nowhere < 1", "unknown"},
		{"nowhere in [1]", "unknown"},
		{"a in [2, nowhere]", "unknown"},
		{"a in [nowhere, 1]", "yes"},
		{"max(nowhere, 1) > 0", "unknown"},
		{"a > 0 or nowhere < 1", "yes"},
		{"nowhere < 1 or a > 0", "yes"},
		{"a > 9 and nowhere < 1", "no"},
		{"nowhere < 1 and a > 9", "no"},
		{"a > 0 and nowhere < 1", "unknown"},
		{"nowhere < 1 or a > 9", "unknown"},
		{"a < b < nowhere", "unknown"},
		{"b < a < nowhere", "no"},
		{"a>0\n\tand b>0", "yes"},
	} {
		t.Run(c.text, func(t *testing.T) {
			x, err := Parse(c.text)
			if err != nil {
				t.Fatal(err)
			}
			holds, known, err := x.Bool(look)
			if err != nil {
				t.Fatal(err)
			}
			got := "no"
			if holds {
				got = "yes"
			}
			if !known {
				got = "unknown"
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if x.String() != c.text {
				t.Errorf("String() = %q", x.String())
			}
		})
	}
}

func TestWhatIsNotACondition(t *testing.T) {
	for _, c := range []struct {
		text   string
		column int
		want   string
	}{
		{"", 1, "the expression is empty"},
		{"  ", 3, "the expression is empty"},
		{"a <", 4, "want a number, a name or ( before the end"},
		{"a < * 2", 5, "before *"},
		{"a b", 3, "unexpected b"},
		{"lr = 3", 4, "write =="},
		{"2 ^ 3 < 9", 3, "write ** for a power"},
		{"a < 1 & b < 2", 7, "write and, or"},
		{"a < 'b", 5, "never closed"},
		{"a < `b", 5, "never closed"},
		{"`` < 1", 1, "no name"},
		{"(a < 1", 7, "want ) before the end"},
		{"a < 1)", 6, "unexpected )"},
		{"3x < 1", 1, "3x is not a number"},
		{"1e < 1", 1, "1e is not a number"},
		{"1e999 < 1", 1, "1e999 is not a number"},
		{"a ? b", 3, "unexpected '?'"},
		{"学习率 = 1", 5, "write =="},
		{"width * depth", 1, "a number, not a condition"},
		{"max(a, b)", 1, "a number, not a condition"},
		{"'sgd'", 1, "a string, not a condition"},
		{"a and b * 2", 7, "and wants a truth value, and this is a number"},
		{"a + 'x' < 3", 5, "+ wants a number, and this is a string"},
		{"a < 'x' < 3", 11, "wants a string, and this is a number"},
		{"foo(a) < 1", 1, "foo is not a function; there are abs, ceil"},
		{"sqrt(a, b) < 1", 1, "sqrt takes one argument, not 2"},
		{"max() < 1", 5, "before )"},
		{"a in 3", 6, "want [ before 3"},
		{"a not 3", 7, "want in before 3"},
		{strings.Repeat("(", 200) + "a" + strings.Repeat(")", 200), 102, "nested deeper than 100"},
		{strings.Repeat("not ", 200) + "a", 405, "nested deeper than 100"},
		{strings.Repeat("-", 200) + "a < 1", 102, "nested deeper than 100"},
		{"a < 1" + strings.Repeat(" ", maxBytes), maxBytes + 1, "longer than 4096 bytes"},
	} {
		t.Run(c.text[:min(len(c.text), 20)], func(t *testing.T) {
			_, err := Parse(c.text)
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("error is %v, want an *Error", err)
			}
			if e.Column != c.column || !strings.Contains(e.Text, c.want) {
				t.Errorf("got %v\nwant column %d: …%s…", err, c.column, c.want)
			}
		})
	}
}

func TestKindsThatDoNotMixWhenEvaluated(t *testing.T) {
	for text, want := range map[string]string{
		"optimizer < 3":       `< wants two numbers, not the string "adamw" and the number 3`,
		"amp + 1 > 0":         "+ wants two numbers, not true and the number 1",
		"a":                   "it is the number 1, not a condition",
		"a and amp":           "and wants a truth value, not the number 1",
		"-optimizer == 1":     `- wants a number, not the string "adamw"`,
		"max(amp, nowhere)>1": "max wants a number, not true",
	} {
		x, err := Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if _, _, err := x.Bool(look); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got error %v, want %s", text, err, want)
		}
	}
}

func TestNamesComeInOrderOfFirstUse(t *testing.T) {
	x, err := Parse("b < a and `x/y` > b or optim.lr in [min(c, a)]")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"b", "a", "x/y", "optim.lr", "c"}, x.Names()); d != "" {
		t.Errorf("names (-want +got):\n%s", d)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"a < 1 and (b in [1, 'x'] or not c)", "-2 ** -.5e3 <= max(`a/b`, 1) // 2", "1 < a < b != 'x\\'y'", "((((", "学 == 1",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		x, err := Parse(text)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Column < 1 || e.Column > len(text)+1 || e.Text == "" {
				t.Fatalf("%q: error without a place in it: %v", text, err)
			}
			return
		}
		_, known, _ := x.Bool(func(string) (any, bool) { return nil, false })
		if _, again, _ := x.Bool(look); known && !again {
			t.Fatalf("%q is known without any name, but not with some", text)
		}
	})
}
