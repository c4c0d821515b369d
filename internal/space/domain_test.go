package space

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// genBound draws finite numbers of every size, round ones and those with all
// their digits.
func genBound() *rapid.Generator[float64] {
	return rapid.OneOf(
		rapid.SampledFrom([]float64{0, 1, -1, 0.1, 1e-5, 1e300, -1e300, 5e-324, math.SmallestNonzeroFloat64 * 7, 1 + 1e-15, 1e15, 123456.789}),
		rapid.Float64Range(-1e6, 1e6),
		rapid.Custom(func(t *rapid.T) float64 {
			return math.Ldexp(rapid.Float64Range(-1, 1).Draw(t, "mantissa"), rapid.IntRange(-1000, 1000).Draw(t, "exponent"))
		}),
	)
}

func genFloat(t *rapid.T) Float {
	a, b := genBound().Draw(t, "a"), genBound().Draw(t, "b")
	d := Float{Low: min(a, b), High: max(a, b), Log: rapid.Bool().Draw(t, "log")}
	switch rapid.IntRange(0, 3).Draw(t, "form") {
	case 0:
		d.High = d.Low * (1 + rapid.Float64Range(0, 1e-7).Draw(t, "narrow")) // hardly a range
	case 1:
		d.Step = (d.High - d.Low) / rapid.Float64Range(0.3, 1000).Draw(t, "steps")
	}
	if d.Log {
		d.Low, d.High = min(math.Abs(d.Low), math.Abs(d.High)), max(math.Abs(d.Low), math.Abs(d.High))
	}
	return d
}

func genInt(t *rapid.T) Int {
	size := rapid.SampledFrom([]int64{10, 1000, maxInt}).Draw(t, "size")
	a, b := rapid.Int64Range(-size, size).Draw(t, "a"), rapid.Int64Range(-size, size).Draw(t, "b")
	d := Int{Low: min(a, b), High: max(a, b), Step: rapid.Int64Range(0, 50).Draw(t, "step")}
	if d.Low > 0 {
		d.Log = rapid.Bool().Draw(t, "log")
	}
	return d
}

func genChoice(t *rapid.T) Choice {
	values := rapid.SliceOfNDistinct(rapid.OneOf(
		rapid.Custom(func(t *rapid.T) Value { return FloatValue(rapid.Float64Range(-9, 9).Draw(t, "f")) }),
		rapid.Custom(func(t *rapid.T) Value { return IntValue(rapid.Int64Range(10, 99).Draw(t, "i")) }),
		rapid.Custom(func(t *rapid.T) Value { return StringValue(rapid.StringN(0, 5, -1).Draw(t, "s")) }),
		rapid.Custom(func(t *rapid.T) Value { return BoolValue(rapid.Bool().Draw(t, "b")) }),
	), 1, 20, func(v Value) Value { return v }).Draw(t, "values")
	return Choice{Values: values, Ordered: rapid.Bool().Draw(t, "ordered")}
}

func genDomain(t *rapid.T) Domain {
	switch rapid.IntRange(0, 2).Draw(t, "kind") {
	case 0:
		return genFloat(t)
	case 1:
		return genInt(t)
	}
	return genChoice(t)
}

func genUnit() *rapid.Generator[float64] {
	return rapid.OneOf(rapid.Float64Range(0, 1), rapid.SampledFrom([]float64{0, 1, 0.5, 1e-300, 1e-12, 1 - 1e-12, 1 - 1e-16}))
}

func TestDomainsKeepTheirPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := genDomain(t)
		if d.check() != nil {
			t.Skip("not a domain")
		}
		u, w := genUnit().Draw(t, "u"), genUnit().Draw(t, "w")
		v := d.At(u)
		if !d.Contains(v) {
			t.Fatalf("%s: At(%v) = %v, which is outside", d, u, v)
		}
		if cast, ok := d.Cast(v); !ok || cast != v {
			t.Fatalf("%s: Cast(%v) = %v, %v", d, v, cast, ok)
		}
		place := d.Unit(v)
		if !(place >= 0 && place <= 1) {
			t.Fatalf("%s: Unit(%v) = %v", d, v, place)
		}
		if back := d.At(place); back != v {
			t.Fatalf("%s: At(%v) = %v, and At(Unit(…)) = %v", d, u, v, back)
		}
		if v.kind == FloatKind && math.Signbit(v.num) && v.num == 0 {
			t.Fatalf("%s: At(%v) = -0", d, u)
		}
		if _, choice := d.(Choice); !choice && u < w && d.At(u).Float() > d.At(w).Float() {
			t.Fatalf("%s: At(%v) = %v above At(%v) = %v", d, u, v, w, d.At(w))
		}
		if n := d.Count(); n < 0 || (n == 0 && d.(Float).Step != 0) {
			t.Fatalf("%s: Count() = %d", d, n)
		}
		if !d.Contains(d.Middle()) {
			t.Fatalf("%s: Middle() = %v", d, d.Middle())
		}
		for _, odd := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), -3, 7} {
			if !d.Contains(d.At(odd)) {
				t.Fatalf("%s: At(%v) = %v", d, odd, d.At(odd))
			}
			if place := d.Unit(FloatValue(odd)); !(place >= 0 && place <= 1) {
				t.Fatalf("%s: Unit(%v) = %v", d, odd, place)
			}
		}
	})
}

func TestPlacesAndValues(t *testing.T) {
	for _, c := range []struct {
		name string
		d    Domain
		u    float64
		want string
	}{
		{"bounds are reached, with all their digits", Float{Low: 0.1234567890123, High: 1}, 0, "0.1234567890123"},
		{"on a log scale too", Float{Low: 1.23456789012e-05, High: 1, Log: true}, 0, "1.23456789012e-05"},
		{"the middle of a log scale multiplies", Float{Low: 1e-5, High: 1e-1, Log: true}, 0.5, "0.001"},
		{"the middle of a linear scale adds", Float{Low: 0, High: 0.5}, 0.5, "0.25"},
		{"values are short", Float{Low: 0, High: 1}, 1.0 / 3, "0.333333333"},
		{"and on a log scale", Float{Low: 1e-5, High: 1e-1, Log: true}, 1.0 / 3, "0.00021544347"},
		{"a range of one value", Float{Low: 0.3, High: 0.3}, 0.9, "0.3"},
		{"steps", Float{Low: 0, High: 1, Step: 0.1}, 0.3, "0.3"},
		{"a step that does not divide the range stays below it", Float{Low: 0, High: 1, Step: 0.3}, 1, "0.9"},
		{"a step wider than the range", Float{Low: 2, High: 3, Step: 5}, 1, "2"},
		{"steps on a log scale", Float{Low: 1, High: 100, Log: true, Step: 1}, 0.5, "10"},
		{"tiny numbers", Float{Low: 1e-280, High: 1e-270, Log: true}, 0.5, "1e-275"},
		{"tiny ranges", Float{Low: -1e-280, High: 1e-280}, 0.75, "5e-281"},
		{"huge ranges", Float{Low: -1e300, High: 1e300}, 0.75, "5e+299"},
		{"integers share evenly", Int{Low: 1, High: 4}, 0.25, "2"},
		{"integers on a log scale", Int{Low: 32, High: 1024, Log: true}, 0.5, "180"},
		{"integers by steps", Int{Low: 32, High: 100, Step: 16}, 1, "96"},
		{"integers by steps on a log scale", Int{Low: 16, High: 1024, Step: 16, Log: true}, 0.5, "128"},
		{"one is a log scale's least integer", Int{Low: 1, High: 1000, Log: true}, 0, "1"},
		{"choices share evenly", Choice{Values: []Value{StringValue("a"), IntValue(2), BoolValue(true)}}, 0.5, "2"},
		{"false comes before true", Bool(), 0.49, "false"},
		{"an unknown place is the middle", Int{Low: 0, High: 10}, math.NaN(), "5"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.d.check(); err != nil {
				t.Fatal(err)
			}
			if got := c.d.At(c.u).String(); got != c.want {
				t.Errorf("%s at %v is %s, want %s", c.d, c.u, got, c.want)
			}
		})
	}
}

func TestDomainsThatAreNone(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		d    Domain
		want string
	}{
		{Float{Low: 2, High: 1}, "write the smaller one first: float: [1, 2]"},
		{Float{Low: nan, High: 1}, "must be finite"},
		{Float{Low: 0, High: inf}, "must be finite"},
		{Float{Low: 0, High: 1, Step: nan}, "must be finite"},
		{Float{Low: -1.7e308, High: 1.7e308}, "wider than numbers go"},
		{Float{Low: 0, High: 1, Log: true}, "start it above zero"},
		{Float{Low: 5e-324, High: 1, Log: true}, "no numbers to tell apart"},
		{Float{Low: 1e6, High: 1e6 + 1e-4}, "no numbers to tell apart"},
		{Float{Low: 0, High: 5e-324}, "no numbers to tell apart"},
		{Float{Low: 0, High: 1, Step: -1}, "is negative"},
		{Float{Low: 0, High: 1, Step: 1e-12}, "more than 1e9 values"},
		{Float{Low: 1e8, High: 1e8 + 1, Step: 1e-7}, "too small"},
		{Int{Low: 2, High: 1}, "write the smaller one first: int: [1, 2]"},
		{Int{Low: 0, High: 8, Log: true}, "start it at 1 or above"},
		{Int{Low: 0, High: 8, Step: -1}, "is negative"},
		{Int{Low: 0, High: maxInt + 1}, "within ±1e12"},
		{Choice{}, "at least one value"},
		{Choice{Values: []Value{{}}}, "not a finite number"},
		{Choice{Values: []Value{FloatValue(nan)}}, "not a finite number"},
		{Choice{Values: []Value{IntValue(1), FloatValue(1)}}, "listed twice"},
	} {
		if err := c.d.check(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error is %v, want …%s…", c.d, err, c.want)
		}
	}
}

func TestValuesFromOutsideAreBroughtIntoTheKind(t *testing.T) {
	words := Choice{Values: []Value{StringValue("32"), FloatValue(64)}}
	for _, c := range []struct {
		name string
		d    Domain
		v    Value
		want Value
		ok   bool
	}{
		{"an integer for a float", Float{Low: 0, High: 9}, IntValue(3), FloatValue(3), true},
		{"a whole float for an integer", Int{Low: 0, High: 9}, FloatValue(3), IntValue(3), true},
		{"a fraction for an integer", Int{Low: 0, High: 9}, FloatValue(3.5), FloatValue(3.5), false},
		{"a string for a number", Float{Low: 0, High: 9}, StringValue("3"), StringValue("3"), false},
		{"a boolean for a number", Int{Low: 0, High: 9}, BoolValue(true), BoolValue(true), false},
		{"an integer for a choice that is a float", words, IntValue(64), FloatValue(64), true},
		{"a number for a choice that is a string", words, IntValue(32), IntValue(32), false},
		{"no number at all", Float{Low: 0, High: 9}, FloatValue(math.NaN()), FloatValue(0), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := c.d.Cast(c.v)
			if ok != c.ok || (ok && got != c.want) {
				t.Errorf("Cast(%v) = %v, %v; want %v, %v", c.v, got, ok, c.want, c.ok)
			}
		})
	}
}
