package space

import (
	"testing"

	"pgregory.net/rapid"
)

func TestASetHoldsWhatWasAddedAndNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genSpace(t)
		var set Set
		var added []Values
		for range rapid.IntRange(0, 30).Draw(t, "n") {
			u := rapid.SliceOfN(rapid.SampledFrom([]float64{0, 0.3, 0.9}), s.Len(), s.Len()).Draw(t, "u")
			vs := s.At(u)
			known := false
			for _, w := range added {
				known = known || equalValues(vs, w)
			}
			unit := s.Unit(vs)
			if set.Has(unit, vs) != known {
				t.Fatalf("Has(%v) is %v", vs, !known)
			}
			if set.Add(unit, vs) == known {
				t.Fatalf("Add(%v) says it is new: %v", vs, known)
			}
			if !set.HasPlace(unit) {
				t.Fatalf("nothing at the place of %v", vs)
			}
			if !known {
				added = append(added, vs)
			}
		}
		if set.Len() != len(added) {
			t.Fatalf("%d in the set, want %d", set.Len(), len(added))
		}
	})
}

func equalValues(a, b Values) bool {
	if len(a) != len(b) {
		return false
	}
	for name, v := range a {
		if b[name] != v {
			return false
		}
	}
	return true
}
