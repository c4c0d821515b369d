package space

import (
	"errors"
	"fmt"
	"slices"
)

// Compatible says what changed from one space to another, a sentence each, and
// whether trials of the old one keep their meaning in the new one. Ranges may
// move, values and parameters be added, if these have a default, which is what
// earlier trials are taken to have had. The error joins a [*ParamError] for every
// change under which trials lose their meaning.
func Compatible(before, after *Space) (changes []string, err error) {
	var errs []error
	for i := range before.params {
		p := &before.params[i]
		j := after.Index(p.Name)
		if j < 0 {
			errs = append(errs, paramError(p.Name, "", "is gone, and trials were made with it; keep it, if need be with a single value: {choice: [1]}"))
			continue
		}
		said, err := p.changed(after.Param(j))
		changes = append(changes, said...)
		errs = append(errs, err)
	}
	for i := range after.params {
		p := &after.params[i]
		if before.Index(p.Name) >= 0 {
			continue
		}
		if p.Default.IsZero() {
			errs = append(errs, paramError(p.Name, "default", "is new and has no default, so that nobody knows what earlier trials had; give it the default that the program used so far"))
			continue
		}
		changes = append(changes, fmt.Sprintf("parameter %s is new: %s; earlier trials count as having had its default, %s", p.Name, p.Domain, p.Default))
	}
	return changes, errors.Join(errs...)
}

// changed compares a parameter with what it is to become.
func (p *Param) changed(q *Param) (changes []string, err error) {
	say := func(format string, args ...any) {
		changes = append(changes, "parameter "+p.Name+" "+fmt.Sprintf(format, args...))
	}
	if a, b := domainKey(p.Domain), domainKey(q.Domain); a != b {
		return nil, paramError(p.Name, b, fmt.Sprintf("was %s and is now %s; keep its kind", p.Domain, q.Domain))
	}
	if a, ok := p.Domain.(Choice); ok {
		b := q.Domain.(Choice)
		for _, v := range a.Values {
			if b.index(v) < 0 {
				return nil, paramError(p.Name, "choice", fmt.Sprintf("no longer has the value %s, which trials may have; keep it, and exclude it by a constraint: %[2]s != '%[1]s'", v, p.Name))
			}
		}
	}
	if !sameDomain(p.Domain, q.Domain) {
		say("was %s, and is now %s", p.describe(), q.describe())
	}
	if p.WhenText() != q.WhenText() {
		if q.Default.IsZero() {
			return nil, paramError(p.Name, "when", "exists under other conditions than before and has no default, so that nobody knows what earlier trials had; give it a default")
		}
		say("existed %s, and now exists %s", p.existence(), q.existence())
	}
	if a, b := p.scaleText(), q.scaleText(); a != b {
		say("scaled with %s, and now scales with %s", a, b)
	}
	if p.Default != q.Default {
		say("had the default %s, and now has %s", orNone(p.Default.String()), orNone(q.Default.String()))
	}
	if a, b := p.Prior.String(), q.Prior.String(); a != b {
		say("was believed to be %s, and now %s", a, b)
	}
	if p.Role != q.Role {
		say("had the role %s, and now has %s", orNone(p.Role), orNone(q.Role))
	}
	return changes, nil
}

func sameDomain(a, b Domain) bool {
	c, ok := a.(Choice)
	if !ok {
		return a == b
	}
	d := b.(Choice)
	return c.Ordered == d.Ordered && slices.Equal(c.Values, d.Values)
}

func (p *Param) describe() string {
	if c, ok := p.Domain.(Choice); ok && c.Ordered {
		return p.Domain.String() + " in order"
	}
	return p.Domain.String()
}

func (p *Param) existence() string {
	if len(p.When) == 0 {
		return "always"
	}
	return "when " + p.WhenText()
}

func (p *Param) scaleText() string {
	if p.Scale == nil {
		return "nothing"
	}
	return fmt.Sprintf("%s to the power of %s, at %s", p.Scale.To, number(p.Scale.Exponent), number(p.Scale.At))
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
