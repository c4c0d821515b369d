package space

import (
	"fmt"
	"strconv"
	"strings"
)

// Warning is something about a parameter that is allowed, and probably not meant.
type Warning struct {
	Param string
	Text  string // goes on after the parameter's name
}

// Warnings finds scales that contradict what a parameter is to a training, values
// its role does not admit, and numbers whose order is not said.
func (s *Space) Warnings() []Warning {
	var all []Warning
	for i := range s.params {
		p := &s.params[i]
		for _, text := range []string{p.scaleWarning(), p.boundWarning(), p.orderWarning(), p.stepWarning()} {
			if text != "" {
				all = append(all, Warning{Param: p.Name, Text: text})
			}
		}
	}
	return all
}

// stepWarning tells of a default between the steps: it is run as it is, and no
// proposal is like it.
func (p *Param) stepWarning() string {
	d := p.Default
	if d.IsZero() || p.Domain.At(p.Domain.Unit(d)) == d {
		return ""
	}
	switch dom := p.Domain.(type) {
	case Float:
		if dom.Step == 0 {
			return ""
		}
	case Choice:
		return ""
	}
	return fmt.Sprintf("has the default %s between its steps, the nearest of which is %s: trial 0 runs with it, and no other can", d, p.Domain.At(p.Domain.Unit(d)))
}

// narrow is the ratio of bounds up to which a scale makes little difference.
const narrow = 5

func (p *Param) scaleWarning() string {
	r, guessed := p.role()
	low, high, log, ok := bounds(p.Domain)
	if !ok || r.scaling == anyScale {
		return ""
	}
	what := strings.ReplaceAll(r.name, "_", " ")
	who := "is a " + what
	if guessed {
		who = "looks like a " + what
	}
	switch {
	case r.scaling == logarithmic && !log && low > 0 && high > narrow*low:
		return fmt.Sprintf("%s, which acts by factors, on a linear scale: most trials would crowd at its upper end; add log: true", who)
	case r.scaling == logarithmic && !log && low <= 0 && high > 0:
		return fmt.Sprintf("%s, which acts by factors, on a linear scale from %s, which a log scale can't reach; write float: [%s, %s], log: true, and if nothing at all is worth trying, make that a choice", who, number(low), number(high*1e-4), number(high))
	case r.scaling == linear && log && high > narrow*low:
		return fmt.Sprintf("%s, which acts by differences, on a log scale: most trials would crowd at its lower end; take log: true out", who)
	}
	return ""
}

func (p *Param) boundWarning() string {
	r, _ := p.role()
	_, high, _, ok := bounds(p.Domain)
	if !ok || r.below == 0 || high < r.below {
		return ""
	}
	return fmt.Sprintf("reaches %s, and a %s stays below %s; lower its upper bound", number(high), r.name, number(r.below))
}

func (p *Param) orderWarning() string {
	c, ok := p.Domain.(Choice)
	if !ok || c.Ordered || len(c.Values) < 3 || !numeric(c) {
		return ""
	}
	return "lists numbers, of which no order is said, so that neighbours tell nothing about each other; add ordered: true"
}

// bounds of an interval of numbers.
func bounds(d Domain) (low, high float64, log, ok bool) {
	switch d := d.(type) {
	case Float:
		return d.Low, d.High, d.Log, true
	case Int:
		return float64(d.Low), float64(d.High), d.Log, true
	}
	return 0, 0, false, false
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
