package sweep

import (
	"fmt"
	"math"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/danlu-ml/danlu/internal/draft"
)

// stop translates early_terminate. Its Hyperband compares runs where they are after
// min_iter, min_iter*eta, … reports, or after max_iter/eta^s, … max_iter/eta, and
// stops the worse ones, which is what danlu's asha does.
func (s *sweep) stop(n *yaml.Node) {
	if n == nil {
		s.file.Rest = append(s.file.Rest, draft.Entry{Key: "scheduler", Value: "none", Note: "the sweep has no early_terminate; auto would end poor trials early"})
		return
	}
	if kind := text1(get(n, "type"), "hyperband"); kind != "hyperband" {
		s.lose(n, "early_terminate of type %s is unknown; the scheduler is auto", kind)
		return
	}
	eta := numberOr(get(n, "eta"), 3)
	first := numberOr(get(n, "min_iter"), 0)
	last, hasLast := number(get(n, "max_iter"))
	if first == 0 && hasLast {
		brackets, ok := number(get(n, "s"))
		if !ok {
			brackets = 1
			s.lose(n, "early_terminate.s is missing, and is taken for 1")
		}
		first = math.Max(math.Round(last/math.Pow(eta, brackets)), 1)
	}
	options := []string{fmt.Sprintf("eta: %v", eta)}
	if first >= 1 {
		options = append(options, fmt.Sprintf("min: %d", int64(first)))
	}
	s.file.Rest = append(s.file.Rest, draft.Entry{Key: "scheduler", Value: "{asha: {" + strings.Join(options, ", ") + "}}", Note: "in place of hyperband, which stops at the same steps"})
	if hasLast {
		s.file.Rest = append(s.file.Rest, draft.Entry{Key: "fidelity", Value: fmt.Sprintf("{step: step, max: %d}", int64(last)), Note: "max_iter"})
	} else {
		s.file.Rest = append(s.file.Rest, draft.Entry{Value: "fidelity: {step: epoch, max: 30}", Unsure: "how many reports does a whole training make? Say so here"})
	}
	if x := get(n, "strict"); x != nil {
		s.lose(x, "early_terminate.strict: danlu's asha keeps the best 1/eta that it has seen at a step, neither more nor less strictly")
	}
}
