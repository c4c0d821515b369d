package observe

import (
	"maps"
	"math"
	"slices"
)

// row is what one line, row or event says.
type row struct {
	steps   []counted
	values  []found
	passing bool // a later row of the step will say it better: a progress bar
}

// unnamed counts steps where no word does: a number at the beginning of a line.
const unnamed = ""

// counted is a step by the word that counts it.
type counted struct {
	word  string
	value float64
}

// found is a value under the program's name.
type found struct {
	name    string
	value   float64
	percent bool // a percent sign stands behind it
}

// recorder gives values their step, name and unit, and reports each (step, metric)
// once.
type recorder struct {
	emit   func(Report)
	wanted []want
	step   string // the word that counts, once known
	given  bool   // by the study: no other counts
	named  bool   // a word has counted a step

	at      carried
	metrics map[string]*metric
	matched map[string]bool // names that were compared with what is wanted
	held    []held          // of passing rows, by metric
}

// want is a metric of the study and where its values come from.
type want struct {
	name, source string
	closeness    int
}

type held struct {
	name  string
	value float64
	at    carried
}

// metric is what is known of a metric that was found.
type metric struct {
	count   int64
	last    int64    // highest step reported
	first   *float64 // came before any step was known, and waits for the next value
	signed  bool     // its unit is a fraction: the first value had a percent sign
	largest float64
}

// Bounds of what programs can make us report: names, and values of a metric that
// the study doesn't need before they are thinned out to every second, fourth, ….
const (
	maxMetrics = 300
	maxDense   = 1000
)

func newRecorder(o Options, emit func(Report)) recorder {
	r := recorder{emit: emit, metrics: map[string]*metric{}, matched: map[string]bool{}, step: o.Step, given: o.Step != ""}
	if w := stepWord(o.Step); w != "" {
		r.step = w
	}
	for _, name := range o.Wanted {
		w := want{name: name}
		if source, ok := o.Names[name]; ok {
			w.source, w.closeness = source, Exact+1
		}
		r.wanted = append(r.wanted, w)
	}
	return r
}

// wants reports whether a name is one that the study asks for, word for word.
func (r *recorder) wants(name string) bool {
	return slices.ContainsFunc(r.wanted, func(w want) bool {
		return w.name == name || (w.closeness > Exact && w.source == name)
	})
}

// meets reports whether a name is as good as one that the study asks for.
func (r *recorder) meets(name string) bool {
	return slices.ContainsFunc(r.wanted, func(w want) bool { return Match(w.name, name) >= Same })
}

// row takes in what was found together.
func (r *recorder) row(w row) {
	between := r.advance(w.steps)
	r.values(r.at, w.values, w.passing || between)
}

// advance moves on to the step a row tells; between is set in the middle of a step,
// as at epoch 2.5.
func (r *recorder) advance(steps []counted) (between bool) {
	if len(steps) == 0 {
		return false
	}
	best := -1
	for i, s := range steps {
		switch {
		case s.word == unnamed:
			if best < 0 && !r.named {
				best = i
			}
		case s.word == r.step || stepWord(s.word) == r.step && r.step != "":
			best = i
		case r.step == "" && (best < 0 || steps[best].word == unnamed || rank(s.word) < rank(steps[best].word)):
			best = i
		}
	}
	if best < 0 {
		return false
	}
	s := steps[best]
	if math.IsNaN(s.value) || s.value < 0 || s.value > 1<<53 {
		return false
	}
	if s.word != unnamed {
		r.named = true
		if r.step == "" {
			r.step = s.word
		}
	}
	step := int64(s.value)
	if !r.at.known {
		r.begin(carried{0, true}) // what came before the first step
	}
	if step != r.at.step {
		r.flush()
	}
	r.at = carried{step, true}
	return float64(step) != s.value
}

func rank(word string) int {
	if i := slices.Index(stepWords, word); i >= 0 {
		return i
	}
	return len(stepWords)
}

// values takes in values of one step.
func (r *recorder) values(at carried, values []found, passing bool) {
	r.match(values)
	var report Report
	for _, f := range values {
		name := r.nameOf(f.name)
		m := r.metrics[name]
		if m == nil {
			if len(r.metrics) >= maxMetrics && !r.wants(name) {
				continue
			}
			m = &metric{last: math.MinInt64}
			r.metrics[name] = m
		}
		v := m.unit(f)
		if !at.known && m.count == 0 && m.first == nil {
			m.first = &v
			continue
		}
		r.drop(name)
		if passing {
			r.held = append(r.held, held{name, v, at})
			continue
		}
		if m.first != nil {
			r.put(&report, m, name, *m.first, at)
			m.first = nil
		}
		r.put(&report, m, name, v, at)
	}
	r.send(report)
}

// begin reports the first values that waited for a step.
func (r *recorder) begin(at carried) {
	var report Report
	for _, name := range slices.Sorted(maps.Keys(r.metrics)) {
		if m := r.metrics[name]; m.first != nil {
			r.put(&report, m, name, *m.first, at)
			m.first = nil
		}
	}
	r.send(report)
}

// match looks whether some of the names are a better source for what is wanted.
func (r *recorder) match(values []found) {
	for _, f := range values {
		if r.matched[f.name] {
			continue
		}
		if len(r.matched) < maxMetrics {
			r.matched[f.name] = true
		}
		for i := range r.wanted {
			w := &r.wanted[i]
			if c := Match(w.name, f.name); c > w.closeness || c > 0 && c == w.closeness && Later(f.name, w.source) {
				w.source, w.closeness = f.name, c
			}
		}
	}
}

func (r *recorder) nameOf(source string) string {
	for _, w := range r.wanted {
		if w.source == source {
			return w.name
		}
	}
	return source
}

// unit keeps a metric in one unit. A percent sign makes a fraction of a number, and
// a metric that once had one is a fraction from then on, with the sign or without;
// but where it was beyond 1 before without a sign, it stays in percent.
func (m *metric) unit(f found) float64 {
	switch {
	case f.percent && m.largest > 1:
		return f.value
	case f.percent:
		m.signed = true
		return hundredth(f.value)
	case m.signed && math.Abs(f.value) > 1:
		return hundredth(f.value)
	case !m.signed:
		m.largest = max(m.largest, math.Abs(f.value))
	}
	return f.value
}

// put adds a value to a report, unless its step has been reported or is thinned
// out.
func (r *recorder) put(report *Report, m *metric, name string, v float64, at carried) {
	step := at.step
	if !at.known {
		step = m.count + 1
	}
	if step <= m.last {
		return
	}
	m.last = step
	m.count++
	if m.count > maxDense && !r.wants(name) {
		stride := int64(2)
		for stride*maxDense < m.count {
			stride *= 2
		}
		if m.count%stride != 0 {
			return
		}
	}
	if len(report.Values) > 0 && report.Step != step {
		r.send(*report)
		report.Values = nil
	}
	report.Step = step
	report.Values = append(report.Values, Value{name, v})
}

func (r *recorder) send(report Report) {
	if len(report.Values) > 0 {
		r.emit(report)
	}
}

func (r *recorder) drop(name string) {
	r.held = slices.DeleteFunc(r.held, func(h held) bool { return h.name == name })
}

// close reports what is left at the end.
func (r *recorder) close() {
	r.begin(r.at)
	r.flush()
}

// flush reports what nothing better has come for.
func (r *recorder) flush() {
	var report Report
	for _, h := range r.held {
		r.put(&report, r.metrics[h.name], h.name, h.value, h.at)
	}
	r.held = nil
	r.send(report)
}
