package space

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// genSpace draws spaces of every kind of domain: a fixed part with what hangs
// together, and a drawn one.
func genSpace(t *rapid.T) *Space {
	low := rapid.Float64Range(1e-9, 1e3).Draw(t, "low")
	high := low * rapid.Float64Range(1.001, 1e6).Draw(t, "ratio")
	exponent := rapid.Float64Range(-3, 3).Draw(t, "exponent")
	params := []Param{
		{Name: "inner", Domain: Float{Low: -high, High: low}, When: []Condition{{Param: "momentum", Op: ">", Bound: FloatValue(0.85)}}},
		{Name: "momentum", Domain: Float{Low: 0.8, High: 0.99}, When: []Condition{{Param: "optimizer", In: []Value{StringValue("sgd")}}}},
		{Name: "optimizer", Domain: Choice{Values: []Value{StringValue("sgd"), StringValue("adamw"), StringValue("lion")}}, Default: StringValue("adamw")},
		{Name: "chained", Domain: Float{Low: low, High: high}, Scale: &Scale{To: "lr", Exponent: -exponent, At: low}},
		{Name: "batch", Domain: Choice{Values: []Value{IntValue(32), IntValue(64), IntValue(256)}, Ordered: true}},
		{Name: "lr", Domain: Float{Low: low, High: high, Log: true}, Scale: &Scale{To: "batch", Exponent: exponent, At: 128}},
		{Name: "follower", Domain: Float{Low: 1, High: 2}, Scale: &Scale{To: "heads", Exponent: 1, At: 4}, When: []Condition{{Param: "optimizer", Op: "!=", Bound: StringValue("sgd")}}},
		{Name: "heads", Domain: Int{Low: 1, High: 16, Log: true}, When: []Condition{{Param: "lr", Op: "<", Bound: FloatValue(high)}, {Param: "batch", In: []Value{IntValue(32), IntValue(64)}}}},
	}
	for i := range rapid.IntRange(0, 6).Draw(t, "more") {
		d := genDomain(t)
		if d.check() != nil {
			continue
		}
		params = append(params, Param{Name: "p" + string(rune('a'+i)), Domain: d})
	}
	s, err := New(params)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatWasProposedKeepsItsPlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genSpace(t)
		u := rapid.SliceOfN(genUnit(), s.Len(), s.Len()).Draw(t, "u")
		vs := s.At(u)
		if d := cmp.Diff(vs, s.At(s.Unit(vs)), cmp.AllowUnexported(Value{})); d != "" {
			t.Fatalf("At(Unit(vs)) differs from vs (-want +got):\n%s", d)
		}
		if d := cmp.Diff(vs, s.Cast(vs), cmp.AllowUnexported(Value{})); d != "" {
			t.Fatalf("casting changes what was proposed (-want +got):\n%s", d)
		}
		text, err := json.Marshal(vs)
		if err != nil {
			t.Fatal(err)
		}
		var back Values
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(vs, back, cmp.AllowUnexported(Value{})); d != "" {
			t.Fatalf("values change on their way through JSON (-want +got):\n%s", d)
		}
	})
}

func TestASpaceReadsBackFromTheLog(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genSpace(t)
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var back Space
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(s, &back, cmp.AllowUnexported(Value{}, Space{})); d != "" {
			t.Fatalf("space differs (-want +got):\n%s", d)
		}
	})
}

func f(x float64) Value { return FloatValue(x) }
func i(x int64) Value   { return IntValue(x) }
func w(x string) Value  { return StringValue(x) }

func words(xs ...string) Choice {
	c := Choice{}
	for _, x := range xs {
		c.Values = append(c.Values, w(x))
	}
	return c
}

func mustSpace(t testing.TB, params ...Param) *Space {
	t.Helper()
	s, err := New(params)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var (
	optimizer = Param{Name: "optimizer", Domain: words("sgd", "adamw")}
	momentum  = Param{Name: "momentum", Domain: Float{Low: 0.8, High: 0.99}, Default: f(0.9), When: []Condition{{Param: "optimizer", In: []Value{w("sgd")}}}}
	nesterov  = Param{Name: "nesterov", Domain: Bool(), When: []Condition{{Param: "momentum", Op: ">=", Bound: f(0.85)}}}
	batch     = Param{Name: "batch", Domain: Choice{Values: []Value{i(32), i(128), i(512)}, Ordered: true}}
	lr        = Param{Name: "lr", Domain: Float{Low: 1e-4, High: 1e-2, Log: true}, Scale: &Scale{To: "batch", Exponent: 0.5, At: 128}}
	warm      = Param{Name: "warm", Domain: Float{Low: 1, High: 10}, Scale: &Scale{To: "lr", Exponent: -1, At: 1e-3}}
)

func TestParametersExistUnderTheirConditions(t *testing.T) {
	s := mustSpace(t, nesterov, momentum, optimizer)
	for _, c := range []struct {
		name string
		u    []float64
		want Values
	}{
		{"nothing hangs on the other optimizer", []float64{0.9, 0.9, 0.9}, Values{"optimizer": w("adamw")}},
		{"one level", []float64{0.9, 0, 0}, Values{"optimizer": w("sgd"), "momentum": f(0.8)}},
		{"two levels", []float64{0.9, 1, 0}, Values{"optimizer": w("sgd"), "momentum": f(0.99), "nesterov": BoolValue(true)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, s.At(c.u), cmp.AllowUnexported(Value{})); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestScalesFollowEachOther(t *testing.T) {
	s := mustSpace(t, warm, lr, batch)
	got := s.At([]float64{0, 0.5, 1})
	want := Values{"batch": i(512), "lr": f(0.002), "warm": f(0.5)} // lr: 1e-3·√4; warm: 1·(2e-3/1e-3)⁻¹
	if d := cmp.Diff(want, got, cmp.AllowUnexported(Value{})); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestTheDefaultConfiguration(t *testing.T) {
	if vs, ok := mustSpace(t, optimizer, batch).Default(); ok {
		t.Errorf("nobody gave a default, and the default is %v", vs)
	}
	sgd := optimizer
	sgd.Default = w("sgd")
	got, ok := mustSpace(t, nesterov, momentum, sgd, lr, batch).Default()
	want := Values{"optimizer": w("sgd"), "momentum": f(0.9), "nesterov": BoolValue(false), "batch": i(32), "lr": f(0.0005)}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(Value{})); d != "" || !ok {
		t.Errorf("ok %v (-want +got):\n%s", ok, d)
	}
}

func TestAConfigurationIsCompleted(t *testing.T) {
	s := mustSpace(t, nesterov, momentum, optimizer, warm, lr, batch)
	for _, c := range []struct {
		name        string
		given, want Values
		err         string
	}{
		{
			name:  "the rest comes from the defaults",
			given: Values{"optimizer": w("adamw"), "batch": f(128)},
			want:  Values{"optimizer": w("adamw"), "batch": i(128), "lr": f(0.001), "warm": f(5.5)},
		},
		{
			name:  "what is given stands, and others scale with it",
			given: Values{"optimizer": w("adamw"), "lr": f(0.1)},
			want:  Values{"optimizer": w("adamw"), "batch": i(32), "lr": f(0.1), "warm": f(0.055)},
		},
		{name: "an unknown name", given: Values{"momentun": f(1)}, err: "did you mean momentum?"},
		{name: "a value outside", given: Values{"momentum": f(1)}, err: "can't be 1: want float 0.8 … 0.99"},
		{name: "the wrong kind", given: Values{"batch": w("32")}, err: "can't be 32: want choice of 32, 128, 512"},
		{name: "a parameter that does not exist then", given: Values{"optimizer": w("adamw"), "momentum": f(0.9)}, err: "it needs optimizer = sgd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := s.Complete(c.given)
			if c.err != "" {
				var pe *ParamError
				if !errors.As(err, &pe) || !strings.Contains(err.Error(), c.err) {
					t.Fatalf("error is %v, want …%s…", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got, cmp.AllowUnexported(Value{})); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestParametersThatWereAddedLaterHaveTheirDefault(t *testing.T) {
	added := Param{Name: "added", Domain: Float{Low: 0, High: 1}, Default: f(0.25)}
	s := mustSpace(t, optimizer, momentum, added)
	if d := cmp.Diff([]float64{0.75, 0.5, 0.25}, s.Unit(Values{"optimizer": w("adamw")})); d != "" {
		t.Errorf("place (-want +got):\n%s", d)
	}
}

func TestSpacesThatAreNone(t *testing.T) {
	plain := Param{Name: "plain", Domain: Float{Low: 1, High: 2}}
	when := func(c ...Condition) Param {
		return Param{Name: "x", Domain: Float{Low: 1, High: 2}, When: c}
	}
	scaled := func(s Scale) Param { return Param{Name: "x", Domain: Float{Low: 1, High: 2}, Scale: &s} }
	for _, c := range []struct {
		name   string
		params []Param
		key    string
		want   string
	}{
		{"two of one name", []Param{plain, plain}, "", "is defined twice"},
		{"a name that is no option", []Param{{Name: "a b", Domain: Bool()}}, "", "can't be an option"},
		{"no domain", []Param{{Name: "x"}}, "", "has no domain"},
		{"a default outside", []Param{{Name: "x", Domain: Bool(), Default: i(1)}}, "default", "outside its domain: want bool"},
		{"a condition on nothing", []Param{plain, when(Condition{Param: "plan", In: []Value{f(1)}})}, "when", "did you mean plain?"},
		{"a condition without values", []Param{plain, when(Condition{Param: "plain"})}, "when", "lists no value"},
		{"a condition that never holds", []Param{plain, when(Condition{Param: "plain", In: []Value{f(3)}})}, "when", "which it never is"},
		{"a comparison that never holds", []Param{plain, when(Condition{Param: "plain", Op: ">", Bound: f(2)})}, "when", "which it never is"},
		{"a comparison of a choice that never holds", []Param{batch, when(Condition{Param: "batch", Op: ">", Bound: f(512)})}, "when", "which it never is"},
		{"a comparison of words", []Param{optimizer, when(Condition{Param: "optimizer", Op: ">", Bound: f(2)})}, "when", "name its values instead"},
		{"a comparison with a word", []Param{plain, when(Condition{Param: "plain", Op: ">", Bound: w("1")})}, "when", "is not a number"},
		{"an unknown comparison", []Param{plain, when(Condition{Param: "plain", Op: "~", Bound: f(1)})}, "when", "use <, <=, >, >= or !="},
		{"not what it never is", []Param{optimizer, when(Condition{Param: "optimizer", Op: "!=", Bound: w("adam")})}, "when", "never is anyway"},
		{"scaled with nothing", []Param{plain, scaled(Scale{To: "plan", Exponent: 1, At: 1})}, "scales_with", "did you mean plain?"},
		{"scaled with what may be 0", []Param{{Name: "z", Domain: Int{Low: 0, High: 1}}, scaled(Scale{To: "z", Exponent: 1, At: 1})}, "scales_with", "not always a positive number"},
		{"scaled with words", []Param{optimizer, scaled(Scale{To: "optimizer", Exponent: 1, At: 1})}, "scales_with", "not always a positive number"},
		{"no reference", []Param{plain, scaled(Scale{To: "plain", Exponent: 1})}, "scales_with", "positive reference"},
		{"scaled beyond numbers", []Param{plain, scaled(Scale{To: "plain", Exponent: 9999, At: 1})}, "scales_with", "an exponent nearer to 0"},
		{"an integer scaled", []Param{plain, {Name: "x", Domain: Int{Low: 1, High: 2}, Scale: &Scale{To: "plain", Exponent: 1, At: 1}}}, "scales_with", "only a float without step can"},
		{"a circle of both kinds", []Param{plain, when(Condition{Param: "y", In: []Value{f(1)}}), {Name: "y", Domain: Float{Low: 1, High: 2}, Scale: &Scale{To: "x", Exponent: 1, At: 1}}}, "when", "x → y → x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := New(c.params)
			var pe *ParamError
			if s != nil || !errors.As(err, &pe) {
				t.Fatalf("space %v, error %v; want a *ParamError", s, err)
			}
			if pe.Key != c.key || !strings.Contains(err.Error(), c.want) {
				t.Errorf("key %q: %v\nwant key %q: …%s…", pe.Key, err, c.key, c.want)
			}
		})
	}
}

func TestASpaceLeavesItsArgumentsAlone(t *testing.T) {
	values := []Value{f(32)} // batch's are integers
	params := []Param{batch, {Name: "x", Domain: Bool(), When: []Condition{{Param: "batch", In: values}}}}
	mustSpace(t, params...)
	if values[0] != f(32) {
		t.Errorf("the caller's value became %#v", values[0])
	}
}
