package sampler

import (
	"github.com/danlu-ml/danlu/internal/gp"
	"github.com/danlu-ml/danlu/internal/study"
)

const (
	// remembered is how many trials of an earlier study a process takes, chosen as in
	// thin: its mean is asked for wherever the study's own process is.
	remembered = 100
	// hoped is how many trials of their own kind earlier studies are worth: a slope of 1
	// is so well supported before the study has results.
	hoped = .5
)

// elders are processes of earlier studies, one each; they are the same for the
// whole of a study.
func (s *process) elders(v []study.Earlier, logged bool) []*gp.Model {
	var models []*gp.Model
	shape := s.columns.shape
	for i, from := range v {
		var x, losses []float64
		for _, t := range from.Trials {
			x, losses = append(x, s.columns.of(t.Params, t.Unit)...), append(losses, t.Loss)
		}
		if len(losses) < 3 {
			continue
		}
		x, losses = thin(shape, x, losses, remembered)
		theta := s.fits.theta(shape, fitKey{objective: -1 - i, logged: logged}, x, losses, nil)
		y, _ := standardise(losses, logged)
		models = append(models, gp.New(shape, theta, x, y))
	}
	return models
}

// legacy is what earlier studies say of a place, in terms of this one: the mean of each
// one's process, about its middle, times a slope. The slope is what own results
// support, and not less than 0: a study that misleads is forgotten. What the legacy
// gets wrong is for the study's own process to learn.
type legacy struct {
	shape   gp.Shape
	models  []*gp.Model
	slopes  []float64
	middles []float64
	places  []gp.Place
}

// inherit finds the slopes by regression, study by study, and answers with what is left
// of the values y at x.
func inherit(shape gp.Shape, elders []*gp.Model, x, y []float64) (l legacy, left []float64) {
	if len(elders) == 0 {
		return legacy{}, y
	}
	l = legacy{shape: shape, models: elders, places: make([]gp.Place, len(elders))}
	left = append([]float64(nil), y...)
	n, d := len(y), shape.Columns
	mean := make([]float64, n)
	for k, m := range elders {
		var middle float64
		for i := range mean {
			m.At(&l.places[k], x[i*d:i*d+d])
			mean[i] = l.places[k].Mean[0]
			middle += mean[i] / float64(n)
		}
		both, own := hoped, hoped
		for i := range mean {
			mean[i] -= middle
			both, own = both+mean[i]*left[i], own+mean[i]*mean[i]
		}
		slope := max(both/own, 0)
		for i := range left {
			left[i] -= slope * mean[i]
		}
		l.slopes, l.middles = append(l.slopes, slope), append(l.middles, middle)
	}
	return l, left
}

// at is what is to be added to the study's own process at a row.
func (l *legacy) at(x []float64) (sum float64) {
	for k, m := range l.models {
		if l.slopes[k] > 0 {
			m.At(&l.places[k], x)
			sum += l.slopes[k] * (l.places[k].Mean[0] - l.middles[k])
		}
	}
	return sum
}

// many adds to the means at rows, so many a row.
func (l *legacy) many(x, means []float64, each int) {
	if len(l.models) == 0 {
		return
	}
	for i := range len(means) / each {
		add := l.at(x[i*l.shape.Columns : (i+1)*l.shape.Columns])
		for f := range each {
			means[i*each+f] += add
		}
	}
}

// gradient adds to the gradient at the row of the last at, given the derivative by the
// means.
func (l *legacy) gradient(byMean float64, gradient []float64) {
	for k, m := range l.models {
		if l.slopes[k] > 0 {
			m.Gradient(&l.places[k], []float64{byMean * l.slopes[k]}, 0, gradient)
		}
	}
}
