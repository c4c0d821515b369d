package space

import "math"

// beyond is how far outside of a range, as a share of its scale, a value of another
// study still counts as the nearest bound.
const beyond = 0.1

// Adopt makes a configuration of this space of one of another: parameters are
// matched by name, what this space does not have is left out, and what the other
// did not have is at its default. Numbers a little outside of their range are moved
// to its bound. ok is false where a value has no place here, or no parameter is
// common to both.
func (s *Space) Adopt(other Values) (vs Values, ok bool) {
	given := make(Values, len(other))
	for i := range s.params {
		p := &s.params[i]
		v, there := other[p.Name]
		if !there {
			continue
		}
		v, ok := p.Domain.Cast(v)
		if !ok {
			if v, ok = p.round(v); !ok {
				return nil, false
			}
		}
		if p.Scale == nil {
			if v, ok = p.nearest(v); !ok {
				return nil, false
			}
		}
		given[p.Name] = v
	}
	if len(given) == 0 {
		return nil, false
	}
	base := make([]Value, len(s.params))
	for i := range s.params {
		p := &s.params[i]
		if base[i] = p.Default; base[i].IsZero() {
			base[i] = p.Domain.Middle()
		}
	}
	return s.At(s.Unit(s.assemble(base, given))), true // at values that this space proposes
}

// round makes an integer of a float that was one elsewhere.
func (p *Param) round(v Value) (Value, bool) {
	if _, ok := p.Domain.(Int); ok && v.kind == FloatKind && math.Abs(v.num) < maxInt {
		return IntValue(int64(math.Round(v.num))), true
	}
	return v, false
}

// nearest is the value in the domain that stands for v.
func (p *Param) nearest(v Value) (Value, bool) {
	if p.Domain.Contains(v) {
		return v, true
	}
	low, high, log, ok := bounds(p.Domain)
	if !ok {
		return v, false
	}
	x := v.Float()
	if log {
		if x <= 0 {
			return v, false
		}
		x, low, high = math.Log(x), math.Log(low), math.Log(high)
	}
	if room := beyond * (high - low); x < low-room || x > high+room {
		return v, false
	}
	return p.Domain.At(p.Domain.Unit(v)), true
}
