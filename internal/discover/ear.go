package discover

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/danlu-ml/danlu/internal/observe"
	"github.com/danlu-ml/danlu/internal/option"
)

// ear collects the metrics of a program: what it printed, or what its source says
// that it prints.
type ear struct {
	observer *observe.Observer
	metrics  []*metric
	rest     []byte // of an unfinished line
	tail     []byte // the last that was printed
	files    string // observe: where metrics were found in files
}

// metric is a name and the steps it was reported at.
type metric struct {
	name        string
	count       int
	first, last int64
	value       float64
}

func newEar() *ear {
	e := &ear{}
	o, err := observe.New(observe.Options{Patterns: []string{observe.Auto}}, func(r observe.Report) {
		for _, v := range r.Values {
			e.add(v.Name, r.Step, v.Value)
		}
	})
	if err != nil {
		panic(err) // there is no pattern to be wrong
	}
	e.observer = o
	return e
}

func (e *ear) add(name string, step int64, value float64) {
	for _, m := range e.metrics {
		if m.name == name {
			m.count, m.last, m.value = m.count+1, step, value
			return
		}
	}
	e.metrics = append(e.metrics, &metric{name, 1, step, step, value})
}

func (e *ear) write(b []byte) {
	e.tail = append(e.tail, b...)
	if len(e.tail) > 8192 {
		e.tail = e.tail[len(e.tail)-4096:]
	}
	e.rest = append(e.rest, b...)
	for {
		line, over, rest, ok := split(e.rest)
		if !ok {
			return
		}
		e.observer.Line(line, over)
		e.rest = rest
	}
}

func (e *ear) close() {
	if len(e.rest) > 0 {
		e.observer.Line(e.rest, false)
	}
	e.observer.Close()
}

// heardEnough says that a run need not go on: something measured on data apart from
// the training's was reported twice.
func (e *ear) heardEnough() bool {
	best := e.best()
	return best != nil && best.rank() >= goodEnough && best.count > 1 && best.last > best.first
}

// read takes in what a source says is printed, with numbers made up.
func (e *ear) read(prints []option.Print) {
	for epoch := range 2 {
		for _, p := range prints {
			if line := imagine(p, epoch); line != "" {
				for l := range strings.SplitSeq(line, "\n") {
					e.observer.Line([]byte(l), false)
				}
			}
		}
	}
	e.observer.Close()
	e.metrics = slices.DeleteFunc(e.metrics, func(m *metric) bool {
		words := slices.DeleteFunc(strings.Split(m.name, "_"), func(w string) bool { return w == aCounter || w == inNames })
		m.name = strings.Join(words, "_")
		return m.name == "" || strings.Contains(m.name, madeUp)
	})
}

// Numbers that are not known, and what they look like in a name they have got into:
// "Train Epoch: 1 77 Loss: 0.512".
const (
	madeUp   = "0.512"
	inNames  = "0512"
	aCounter = "77"
)

var (
	counts   = regexp.MustCompile(`(?i)epoch|step|iter|round`)
	counters = regexp.MustCompile(`(?i)batch|idx|index`)
)

// imagine is a line that a print could print in an epoch, counted from 0.
func imagine(p option.Print, epoch int) string {
	var b strings.Builder
	for _, piece := range p.Pieces {
		switch {
		case piece.Expression == "":
			b.WriteString(piece.Text)
		case piece.Zero:
			b.WriteString(strconv.Itoa(epoch))
		case counts.MatchString(piece.Expression) && !strings.ContainsAny(piece.Format, "fe"):
			b.WriteString(strconv.Itoa(epoch + 1))
		case counters.MatchString(piece.Expression) && !strings.ContainsAny(piece.Format, "fe"), strings.HasSuffix(piece.Format, "d"):
			b.WriteString(aCounter)
		case strings.HasSuffix(piece.Format, "%"):
			b.WriteString("51.2%")
		default:
			b.WriteString(madeUp)
		}
	}
	return b.String()
}

// Ranks of metrics: on validation data before test data, what people care about
// before what is minimised for it.
const goodEnough = 20 // validation or test

var (
	onValidation = regexp.MustCompile(`(?i)(^|[^a-z])(val|valid|validation|dev|eval|evaluation)([^a-z]|$)|^cv_agg|^metrics/`) // metrics/mAP50(B): ultralytics
	onTest       = regexp.MustCompile(`(?i)(^|[^a-z])(test|testing)([^a-z]|$)`)
	onTraining   = regexp.MustCompile(`(?i)(^|[^a-z])(train|training|tr|learn)([^a-z]|$)`)
	large        = regexp.MustCompile(`(?i)(^|[^a-z])([a-z]*acc|accuracy|acc1|top1|f1|auc|auroc|aucpr|auprc|average_precision|precision|recall|iou|miou|dice|map|bleu|rouge\w*|reward|return|score|r2|psnr|ssim|mcc|ndcg|kappa|spearman|pearson|elbo)([^a-z]|$)`)
	small        = regexp.MustCompile(`(?i)(^|[^a-z])([a-z]*loss|[a-z]*error|err|rmse|mse|mae|nll|perplexity|ppl|wer|cer|fid|bpc|bpb|mape|rmsle|l1|l2|huber|quantile|poisson|tweedie|gamma|deviance|[a-z]*nloglik|cross_entropy|kullback_leibler|mphe)([^a-z]|$)`)
	partial      = regexp.MustCompile(`(?i)(^|[^a-z])(precision|recall|specificity|sensitivity)([^a-z]|$)`)
	noMetric     = regexp.MustCompile(`(?i)(^|[^a-z])(lr|learning.?rate|time|sec|seconds|ms|eta|mem\w*|gb|mb|grad.?norm|speed|samples|tokens|throughput|mfu|batch|it/s|runtime|epoch|step|best|mixed|amp)([^a-z]|$)|per.second`)
)

func (m *metric) rank() int {
	if noMetric.MatchString(m.name) || m.count == 0 {
		return 0
	}
	n := 0
	switch {
	case partial.MatchString(m.name): // easily had at the cost of the other
		n = 4
	case large.MatchString(m.name):
		n = 5
	case small.MatchString(m.name):
		n = 3
		if strings.Contains(strings.ToLower(m.name), "loss") {
			n = 4 // perplexity is a loss as well
		}
	default:
		n = 1
	}
	switch {
	case onTraining.MatchString(m.name):
		return n
	case onValidation.MatchString(m.name):
		return n + 30
	case onTest.MatchString(m.name):
		return n + 20
	}
	return n + 10 - 2*strings.Count(m.name, "@5") - strings.Count(strings.ToLower(m.name), "last_") // of an episode, beside a mean
}

// best is the metric to tune for, nil where there is none.
func (e *ear) best() *metric {
	var best *metric
	for _, m := range e.metrics {
		if r := m.rank(); r > 0 && (best == nil || r > best.rank() || r == best.rank() && observe.Later(m.name, best.name)) {
			best = m
		}
	}
	if best != nil && best.rank() < 3 { // a number with a name: nothing says that it measures quality
		return nil
	}
	return best
}

// others are the other metrics.
func (e *ear) others(best *metric) (names []string) {
	for _, m := range e.metrics {
		if m != best && m.rank() > 0 {
			names = append(names, m.name)
		}
	}
	return names
}

// goal is the direction by the metric's name. Where that only says on which data it
// is measured, a fraction beside a loss is an accuracy.
func (e *ear) goal(m *metric) string {
	switch {
	case small.MatchString(m.name):
		return "min"
	case large.MatchString(m.name):
		return "max"
	}
	loss := slices.ContainsFunc(e.metrics, func(o *metric) bool { return small.MatchString(o.name) })
	if loss && m.value >= 0 && m.value <= 1 {
		return "max"
	}
	return "min"
}

func (m *metric) unclear() bool { return !large.MatchString(m.name) && !small.MatchString(m.name) }

// apart is how far the steps of reports are from each other, about.
func (m *metric) apart() int64 {
	if m.count < 2 {
		return 0
	}
	return (m.last - m.first) / int64(m.count-1)
}

var word = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// objective is the metric's name in the study: its own where that is a word.
func (m *metric) objective() string {
	if word.MatchString(m.name) {
		return m.name
	}
	name := strings.ReplaceAll(m.name, "'s ", "_") // LightGBM's valid_0's auc
	name = strings.Trim(regexp.MustCompile(`[^A-Za-z0-9]+`).ReplaceAllString(name, "_"), "_")
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		name = "metric_" + name
	}
	return strings.ToLower(name)
}
