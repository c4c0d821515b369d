package space

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// genSpace draws spaces of every kind of domain, with nested conditions and a
// scaled parameter.
func genSpace(t *rapid.T) *Space {
	low := rapid.Float64Range(1e-9, 1e3).Draw(t, "low")
	high := low * rapid.Float64Range(1.001, 1e6).Draw(t, "ratio")
	ilow := rapid.Int64Range(1, 100).Draw(t, "ilow")
	ihigh := ilow + rapid.Int64Range(0, 100000).Draw(t, "irange")
	s, err := New([]Param{
		{Name: "inner", Domain: Float{Low: -high, High: low}, When: []Condition{{Param: "momentum", Op: ">", Bound: FloatValue(0.85)}}},
		{Name: "momentum", Domain: Float{Low: 0.8, High: 0.99}, When: []Condition{{Param: "optimizer", In: []Value{StringValue("sgd")}}}},
		{Name: "optimizer", Domain: Choice{Values: []Value{StringValue("sgd"), StringValue("adamw"), StringValue("lion")}}, Default: StringValue("adamw")},
		{Name: "batch", Domain: Choice{Values: []Value{IntValue(32), IntValue(64), IntValue(256)}, Ordered: true}},
		{Name: "lr", Domain: Float{Low: low, High: high, Log: true}, Scale: &Scale{To: "batch", Exponent: 0.5, At: 128}},
		{Name: "linear", Domain: Float{Low: low, High: high}},
		{Name: "stepped", Domain: Float{Low: 0, High: 1, Step: 0.1}},
		{Name: "width", Domain: Int{Low: ilow, High: ihigh, Log: true}},
		{Name: "depth", Domain: Int{Low: -3, High: 12, Step: rapid.Int64Range(0, 7).Draw(t, "step")}},
		{Name: "bias", Domain: Bool()},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatWasProposedKeepsItsPlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genSpace(t)
		u := rapid.SliceOfN(rapid.Float64Range(0, 1), s.Len(), s.Len()).Draw(t, "u")
		vs := s.At(u)
		if d := cmp.Diff(vs, s.At(s.Unit(vs)), cmp.AllowUnexported(Value{})); d != "" {
			t.Fatalf("At(Unit(vs)) differs from vs (-want +got):\n%s", d)
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
