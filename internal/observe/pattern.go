package observe

import (
	"math"
	"regexp"
)

// pattern is a regular expression whose groups are metrics, and perhaps the step.
type pattern struct {
	re   *regexp.Regexp
	emit func(Report)
	// rename has the study's names of some groups.
	rename map[string]string
	count  int64   // how many reports it has given
	held   *Report // of a line that may be written over yet
	own    bool    // held has a step of its own
}

// carried is the step that later lines belong to.
type carried struct {
	step  int64
	known bool
}

// line looks at a line. Where the pattern has no group `step`, the step is the one
// carried over, else the number of the match.
func (p *pattern) line(line []byte, over bool, at *carried) {
	r, own := p.read(line, at)
	if r == nil {
		if !over {
			p.flush() // what was held has not been written over
		}
		return
	}
	if p.held != nil && own && p.held.Step != r.Step {
		p.flush()
	}
	p.held, p.own = r, own
	if !over {
		p.flush()
	}
}

func (p *pattern) flush() {
	r := p.held
	if r == nil {
		return
	}
	p.held = nil
	p.count++
	if !p.own {
		r.Step = p.count
	}
	p.emit(*r)
}

// read is the report of a line, or nil: no match, a step that is no whole number,
// no group that holds a number. own says that it has a step.
func (p *pattern) read(line []byte, at *carried) (r *Report, own bool) {
	m := p.re.FindSubmatchIndex(line)
	if m == nil {
		return nil, false
	}
	r = &Report{Step: at.step}
	own = at.known
	only := true // no group but step
	for i, name := range p.re.SubexpNames() {
		if name == "" {
			continue
		}
		only = only && name == "step"
		if m[2*i] < 0 {
			continue
		}
		text, follows := line[m[2*i]:m[2*i+1]], line[m[2*i+1]:]
		if name == "step" {
			step, ok := wholeStep(text)
			if !ok {
				return nil, false
			}
			r.Step, own = step, true
		} else if v, ok := number(text, follows); ok {
			if known, ok := p.rename[name]; ok {
				name = known
			}
			r.Values = append(r.Values, Value{name, v})
		}
	}
	if only && own {
		*at = carried{r.Step, true}
	}
	if r.Values == nil {
		return nil, false
	}
	return r, own
}

// wholeStep reads a step: 12, 12.0, 12/100, 1,200.
func wholeStep(text []byte) (int64, bool) {
	for i, c := range text {
		if c == '/' && i > 0 {
			text = text[:i]
			break
		}
	}
	v, ok := number(text, nil)
	if !ok || v != math.Trunc(v) || math.Abs(v) > 1<<53 {
		return 0, false
	}
	return int64(v), true
}
