package sweep

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/danlu-ml/danlu/internal/space"
)

// nameOK is what danlu takes as a parameter's name.
var nameOK = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.\-/]*$`)

// parameters reads the parameters of a mapping; those of a nested one get the names
// on the way as a prefix.
func (s *sweep) parameters(prefix string, n *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, def := prefix+n.Content[i].Value, get(n, n.Content[i].Value)
		switch inner := get(def, "parameters"); {
		case inner != nil:
			s.lose(n.Content[i], "%s is nested: its parameters are called %[1]s.NAME, and are passed under that name", name)
			s.parameters(name+".", inner)
		case !nameOK.MatchString(name):
			s.lose(n.Content[i], "%s can't be a parameter's name: letters, digits, _ - . and / only; it is left out", name)
		case def == nil || def.Kind != yaml.MappingNode:
			s.lose(n.Content[i], "%s has neither values nor a range; it is left out", name)
		default:
			s.parameter(name, def)
		}
	}
}

// parameter reads one parameter.
func (s *sweep) parameter(name string, n *yaml.Node) {
	p := param{Param: space.Param{Name: name}}
	dist := text1(get(n, "distribution"), "")
	values, value := get(n, "values"), get(n, "value")
	switch {
	case value != nil && (dist == "" || dist == "constant"):
		p.constant, p.json = s.printed(value), asJSON(value)
		s.constants = append(s.constants, p)
		s.all = append(s.all, p)
		return
	case values != nil && values.Kind == yaml.SequenceNode:
		s.choice(&p, n, values)
	default:
		s.ranges(&p, n, dist)
	}
	if p.Domain == nil {
		return
	}
	if s.method == "grid" {
		if f, ok := p.Domain.(space.Float); ok && f.Step == 0 {
			s.lose(n, "%s: a grid over a range without steps has no end; danlu's grid takes a few points of it", name)
		}
	}
	s.params = append(s.params, p)
	s.all = append(s.all, p)
}

// choice reads a list of values.
func (s *sweep) choice(p *param, n, values *yaml.Node) {
	c := space.Choice{}
	numeric := true
	for _, v := range values.Content {
		x := scalar(v)
		switch {
		case v.Kind != yaml.ScalarNode || v.Tag == "!!null" || (v.Tag == "!!bool" && s.prints):
			x = space.StringValue(s.printed(v))
		case v.Tag == "!!bool":
			p.boolean = true
		}
		numeric = numeric && (x.Kind() == space.IntKind || x.Kind() == space.FloatKind)
		c.Values = append(c.Values, x)
		if v.Kind != yaml.ScalarNode {
			s.lose(v, "%s: a value that is a list or a mapping is passed as the text %s", p.Name, s.printed(v))
		}
	}
	if len(c.Values) == 1 {
		k := param{Param: p.Param, constant: s.printed(values.Content[0]), json: asJSON(values.Content[0])}
		s.constants, s.all = append(s.constants, k), append(s.all, k)
		return
	}
	p.boolean = len(c.Values) == 2 && values.Content[0].Tag == "!!bool" && values.Content[1].Tag == "!!bool"
	if p.boolean && !s.prints {
		p.Domain = space.Bool()
		return
	}
	c.Ordered = numeric
	p.Domain = c
	if pr := get(n, "probabilities"); pr != nil && len(pr.Content) == len(c.Values) {
		p.Prior = &space.Prior{Weights: map[string]float64{}}
		for i, w := range pr.Content {
			p.Prior.Weights[c.Values[i].String()] = digits(numberOr(w, 1) * float64(len(c.Values)))
		}
	}
}

// ranges reads min and max, or mu and sigma, as a distribution has them.
func (s *sweep) ranges(p *param, n *yaml.Node, dist string) {
	lowNode, highNode := get(n, "min"), get(n, "max")
	low, okLow := number(lowNode)
	high, okHigh := number(highNode)
	if dist == "" {
		dist = "uniform"
		if okLow && okHigh && whole(lowNode) && whole(highNode) {
			dist = "int_uniform"
		}
	}
	mu, sigma := numberOr(get(n, "mu"), 0), numberOr(get(n, "sigma"), 1)
	q := numberOr(get(n, "q"), 1)
	base, quantised := strings.CutPrefix(dist, "q_")
	switch base {
	case "normal":
		low, high, okLow, okHigh = mu-3*sigma, mu+3*sigma, true, true
	case "log_normal":
		low, high, okLow, okHigh = math.Exp(mu-3*sigma), math.Exp(mu+3*sigma), true, true
	case "beta":
		low, high, okLow, okHigh = 0, 1, true, true
		s.lose(n, "%s: a beta distribution becomes the whole range from 0 to 1", p.Name)
	case "log_uniform":
		low, high = math.Exp(low), math.Exp(high)
	case "inv_log_uniform":
		low, high = math.Exp(-high), math.Exp(-low)
	case "uniform", "int_uniform", "log_uniform_values", "inv_log_uniform_values":
	default:
		s.lose(n, "%s: the distribution %s is unknown; it is left out", p.Name, dist)
		return
	}
	if !okLow || !okHigh || !(low < high) || math.IsInf(high, 0) {
		s.lose(n, "%s: %s needs min below max, as finite numbers; it is left out", p.Name, dist)
		return
	}
	if strings.Contains(base, "normal") {
		p.note = fmt.Sprintf("%s, cut off at three sigma", dist)
		p.Prior = &space.Prior{Near: space.FloatValue(digits(mu)), Within: digits(sigma)}
		if base == "log_normal" {
			p.Prior = &space.Prior{Near: space.FloatValue(digits(math.Exp(mu))), Within: digits(math.Exp(sigma))}
		}
	}
	log := strings.Contains(base, "log")
	low, high = digits(low), digits(high)
	if base == "int_uniform" {
		p.Domain = space.Int{Low: int64(low), High: int64(high)}
		return
	}
	if !quantised {
		p.Domain = space.Float{Low: low, High: high, Log: log}
		return
	}
	s.steps(p, n, low, high, q, log)
}

// steps makes a domain of multiples of q.
func (s *sweep) steps(p *param, n *yaml.Node, low, high, q float64, log bool) {
	low, high = math.Round(low/q)*q, math.Round(high/q)*q
	if p.Prior != nil && q > 0 {
		p.Prior.Near = space.FloatValue(digits(math.Max(math.Round(p.Prior.Near.Float()/q), 1) * q))
	}
	switch {
	case !(q > 0) || !(low < high):
		s.lose(n, "%s: between its bounds there are no two multiples of q = %v; it is left out", p.Name, q)
	case q == math.Trunc(q) && math.Abs(high) < 1<<53:
		if log && low < 1 {
			low = q
		}
		p.Domain = space.Int{Low: int64(low), High: int64(high), Log: log, Step: int64(q) * btoi(q != 1)}
	default:
		if log && low <= 0 {
			low = q
		}
		p.Domain = space.Float{Low: digits(low), High: digits(high), Log: log, Step: q}
	}
}

func btoi(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// digits drops the noise of exponentials.
func digits(x float64) float64 {
	y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 6, 64), 64)
	if err != nil {
		return x
	}
	return y
}

func whole(n *yaml.Node) bool { return n != nil && n.Tag == "!!int" }

// number reads a number; 1e-4 too, which is text to YAML 1.1.
func number(n *yaml.Node) (float64, bool) {
	if n == nil || n.Kind != yaml.ScalarNode {
		return 0, false
	}
	x, err := strconv.ParseFloat(strings.ReplaceAll(n.Value, "_", ""), 64)
	return x, err == nil && !math.IsNaN(x) && !math.IsInf(x, 0)
}

func numberOr(n *yaml.Node, otherwise float64) float64 {
	if x, ok := number(n); ok {
		return x
	}
	return otherwise
}

// scalar reads a value as the kind it is.
func scalar(n *yaml.Node) space.Value {
	switch n.Tag {
	case "!!int":
		if i, err := strconv.ParseInt(n.Value, 0, 64); err == nil {
			return space.IntValue(i)
		}
	case "!!bool":
		return space.BoolValue(strings.EqualFold(n.Value, "true"))
	}
	if x, ok := number(n); ok && n.Style == 0 {
		return space.FloatValue(x)
	}
	return space.StringValue(n.Value)
}

// printed is a value as W&B puts it on a command line: as Python prints it.
func (s *sweep) printed(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.SequenceNode:
		var parts []string
		for _, c := range n.Content {
			parts = append(parts, s.inner(c))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case n.Kind == yaml.MappingNode:
		var parts []string
		for i := 0; i+1 < len(n.Content); i += 2 {
			parts = append(parts, s.inner(n.Content[i])+": "+s.inner(n.Content[i+1]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case n.Tag == "!!null":
		return "None"
	case n.Tag == "!!bool":
		return strings.ToUpper(n.Value[:1]) + strings.ToLower(n.Value[1:])
	}
	return n.Value
}

// inner is a value within another one: text is in quotes.
func (s *sweep) inner(n *yaml.Node) string {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" {
		return "'" + n.Value + "'"
	}
	return s.printed(n)
}

// asJSON is a value as JSON.
func asJSON(n *yaml.Node) string {
	var x any
	if err := n.Decode(&x); err != nil {
		return strconv.Quote(n.Value)
	}
	text, err := json.Marshal(x)
	if err != nil {
		return strconv.Quote(fmt.Sprint(x))
	}
	return string(text)
}
