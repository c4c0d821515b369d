package samplertest

import (
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/sampler"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// testSteps follows studies with one sampler and asks, on the way, another one that
// reads the log from its beginning: what a sampler keeps must not show, whatever
// happens to trials that it has seen before.
func testSteps(t *testing.T, name string, makeSampler Make) {
	studies := 4
	switch {
	case os.Getenv("DANLU_LONG") != "":
		studies = 100
	case testing.Short():
		studies = 1
	}
	for seed := range uint64(studies) {
		def := define(spaces[seed%4], seed)
		if seed%2 == 0 {
			def.Objectives = def.Objectives[:1]
		}
		s, l := fresh(t, makeSampler, def), studytest.New(def)
		rng := rand.New(rand.NewPCG(seed, 0))
		for step := range 80 {
			happen(t, s, l, rng, name)
			if rng.IntN(4) > 0 {
				continue
			}
			n := 1 + rng.IntN(2)
			got := suggest(t, s, l.View(), n)
			again := replay(t, l)
			if d := cmp.Diff(suggest(t, fresh(t, makeSampler, again.Def), again, n), got, studytest.Equal); d != "" {
				t.Fatalf("study %d, step %d, after %d trials (-from the log +step by step):\n%s", seed, step, len(l.View().Trials), d)
			}
		}
	}
}

// tags are what trials of other versions, or of nobody, may bear.
var tags = []string{"", "-1", "3", "7 0.5", "99999999999", "x y", "0 nan inf", "1e9", "0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9"}

// happen lets the next thing happen to a study.
func happen(t fatal, s sampler.Sampler, l *studytest.Log, rng *rand.Rand, name string) {
	trials := l.View().Trials
	switch rng.IntN(4) {
	case 0:
		for _, p := range suggest(t, s, l.View(), 1) {
			propose(l, p)
			l.Start(study.TrialID(len(trials)))
		}
		return
	case 1:
		if rng.IntN(4) > 0 {
			break
		}
		u := make([]float64, l.View().Def.Space.Len())
		for i := range u {
			u[i] = rng.Float64()
		}
		by := []string{"user", name}[rng.IntN(2)]
		l.Propose(study.Planned{Params: l.View().Def.Space.At(u), Sampler: by, Tag: tags[rng.IntN(len(tags))]})
		return
	}
	if len(trials) == 0 {
		return
	}
	id := study.TrialID(len(trials) - 1 - min(int(rng.ExpFloat64()*4), len(trials)-1))
	switch tr := trials[id]; tr.State {
	case study.Waiting, study.Paused:
		l.Start(id)
	case study.Running:
		finish(l, tr, rng)
	default:
		switch rng.IntN(8) {
		case 0:
			l.Append(study.Reopened{Trial: id, By: "user"})
		case 1:
			l.Append(study.Used{Trial: id, Params: moved(tr.Params)})
		default:
			l.Append(study.Dropped{Trial: id, Step: 1})
		}
	}
}

// finish lets a running trial say something, or end, now or some time ago.
func finish(l *studytest.Log, tr *study.Trial, rng *rand.Rand) {
	value := rng.NormFloat64()
	switch rng.IntN(8) {
	case 0:
		l.End(tr.ID, study.Failed)
	case 1:
		l.Append(study.Used{Trial: tr.ID, Params: moved(tr.Params)})
	case 2:
		l.Report(tr.ID, tr.Step()+1, value, -value).End(tr.ID, study.Stopped, value, -value)
	case 3:
		l.Report(tr.ID, tr.Step()+1, value, -value).End(tr.ID, study.Paused)
	case 4:
		ended := l.View().Updated.Add(-time.Duration(rng.IntN(40)) * time.Second)
		l.Append(study.Ended{
			Trial: tr.ID, Attempt: tr.Attempt().Number, State: study.Completed,
			Values: study.Numbers{"accuracy": value, "seconds": -value}, Exit: &study.Exit{Ended: ended},
		})
	default:
		l.End(tr.ID, study.Completed, value, -value)
	}
}

// moved is what a program may say it used instead.
func moved(params space.Values) space.Values {
	for _, name := range []string{"lr", "x", "momentum"} {
		if v, ok := params[name]; ok {
			return space.Values{name: space.FloatValue(v.Float() * 0.9)}
		}
	}
	return nil
}
