package samplertest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// harsh spaces are such as people do write, by mistake or in need. A sampler may
// refuse them by an error.
var harsh = []namedSpace{
	{name: "hundreds of decades", params: []space.Param{
		{Name: "lr", Domain: space.Float{Low: 1e-15, High: 1e15, Log: true}},
		{Name: "weight", Domain: space.Float{Low: 1e-270, High: 1e270, Log: true}},
		{Name: "offset", Domain: space.Float{Low: -8e307, High: 8e307}},
		{Name: "steps", Domain: space.Int{Low: 1, High: 1e12, Log: true}},
		{Name: "shift", Domain: space.Int{Low: -1e12, High: 1e12}},
		{Name: "bin", Domain: space.Float{Low: -1, High: 1, Step: 1e-8}},
	}},
	{name: "four levels", params: []space.Param{
		{Name: "kind", Domain: choice("mlp", "cnn")},
		{Name: "norm", Domain: choice("none", "batch", "group"), When: is("kind", "cnn")},
		{Name: "groups", Domain: space.Int{Low: 1, High: 16}, When: is("norm", "group")},
		{Name: "affine", Domain: space.Bool(), When: []space.Condition{{Param: "groups", Op: ">", Bound: space.IntValue(12)}}},
		{Name: "scale", Domain: space.Float{Low: 1e-3, High: 1, Log: true}, When: []space.Condition{
			{Param: "affine", In: []space.Value{space.BoolValue(true)}}, {Param: "kind", Op: "!=", Bound: space.StringValue("mlp")},
		}},
	}},
	{name: "hardly anything to choose", params: []space.Param{
		{Name: "depth", Domain: space.Int{Low: 3, High: 3}},
		{Name: "net", Domain: choice("cnn")},
		{Name: "zero", Domain: space.Float{Low: 0, High: 0}},
		{Name: "x", Domain: space.Float{Low: 1, High: 1.001}, When: is("net", "cnn")},
	}},
	{name: "finite and too large to list", params: []space.Param{
		{Name: "a", Domain: space.Int{Low: 0, High: 99}},
		{Name: "b", Domain: space.Int{Low: 0, High: 99}},
		{Name: "c", Domain: space.Int{Low: 0, High: 99}},
	}},
	{name: "a billion networks", params: switches(30)},
	{name: "a long choice", params: []space.Param{
		{Name: "word", Domain: long(300)},
		{Name: "x", Domain: space.Float{Low: 0, High: 1}},
	}},
}

// switches are n yes-or-nos beneath another one.
func switches(n int) []space.Param {
	params := []space.Param{{Name: "deep", Domain: choice("no", "yes")}}
	for i := range n {
		params = append(params, space.Param{Name: fmt.Sprint("skip", i), Domain: space.Bool(), When: is("deep", "yes")})
	}
	return params
}

func long(n int) (d space.Choice) {
	for i := range n {
		d.Values = append(d.Values, space.StringValue(fmt.Sprint("word ", i)))
	}
	return d
}

// hard histories go with them, beside the others.
var hard = []history{
	{"infinite in one objective", func(def *study.Definition, n int) *studytest.Log {
		l := studytest.New(def)
		for i := range n {
			plan(l, i)
			odd := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e308}[i%4]
			l.Start(study.TrialID(i)).End(study.TrialID(i), study.Completed, float64(i), odd)
		}
		return l
	}},
	{"the same again and again", func(def *study.Definition, n int) *studytest.Log {
		l := studytest.New(def)
		plan(l, 0)
		for i := range n {
			l.Plan(l.View().Trials[0].Params)
			l.Start(study.TrialID(i)).End(study.TrialID(i), study.Completed, 1, 1)
		}
		return l
	}},
	{"parameters that came later", func(def *study.Definition, n int) *studytest.Log {
		l := studytest.New(def)
		for i := range n {
			u := make([]float64, def.Space.Len())
			u[0] = float64(i) / float64(n)
			params := def.Space.At(u)
			for k := range def.Space.Len() / 2 {
				delete(params, def.Space.Param(def.Space.Len()-1-k).Name)
			}
			l.Plan(params)
			l.Start(study.TrialID(i)).End(study.TrialID(i), study.Completed, u[0], -u[0])
		}
		return l
	}},
	{"values beyond their ranges", func(def *study.Definition, n int) *studytest.Log {
		l := studytest.New(def)
		for i := range n {
			plan(l, i)
			id := study.TrialID(i)
			used := space.Values{}
			for name, v := range l.View().Trials[i].Params {
				if f, ok := def.Space.Param(def.Space.Index(name)).Domain.(space.Float); ok {
					v = space.FloatValue(f.High * 2)
				}
				used[name] = v
			}
			l.Start(id).Append(study.Used{Trial: id, Params: used}).End(id, study.Completed, float64(i), 1)
		}
		return l
	}},
}

// testHarsh asks about hard histories of all spaces, and about all histories of
// harsh ones: about every seventh pair, fewer where tests are to be short and, with DANLU_LONG set, about all, and longer
// ones.
func testHarsh(t *testing.T, name string, makeSampler Make) {
	trials, each := 14, 7
	switch {
	case os.Getenv("DANLU_LONG") != "":
		trials, each = 150, 1
	case testing.Short():
		each = 29
	}
	asked := 0
	ask := func(s namedSpace, h history) {
		def := define(s, 7)
		asked++
		if asked/each%2 == 0 { // one objective, or two
			def.Objectives = def.Objectives[:1]
		}
		if _, err := makeSampler(def); err != nil || asked%each != 0 {
			return
		}
		t.Run(s.name+", "+h.name, func(t *testing.T) {
			check(t, makeSampler, h.build(def, trials), 1, 5)
		})
	}
	hard := append(hard, tagged(name))
	for _, s := range spaces {
		for _, h := range hard {
			ask(s, h)
		}
	}
	for _, s := range harsh {
		for _, h := range append(histories, hard...) {
			ask(s, h)
		}
	}
}

// tagged is a history of trials of the sampler's name with tags of others.
func tagged(name string) history {
	return history{"tags of others", func(def *study.Definition, n int) *studytest.Log {
		l := studytest.New(def)
		rng := rand.New(rand.NewPCG(def.Seed, uint64(n)))
		for i := range n {
			u := make([]float64, def.Space.Len())
			for k := range u {
				u[k] = rng.Float64()
			}
			l.Propose(study.Planned{Params: def.Space.At(u), Sampler: name, Tag: tags[i%len(tags)]})
			l.Start(study.TrialID(i)).End(study.TrialID(i), study.Completed, u[0], -u[0])
		}
		return l
	}}
}
