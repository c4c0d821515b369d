package engine

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/danlu-ml/danlu/internal/scheduler"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// theatre plays a study of any shape with an engine: programs that report, leave
// checkpoints or none, vanish and fail, side by side and in any order.
type theatre struct {
	*Engine
	t        *rapid.T
	rng      *rand.Rand
	seed     uint64
	slots    int
	saves    int  // 0: programs leave no checkpoints; n: every n steps
	flaky    bool // attempts vanish, programs fail, values are not finite
	restarts bool // the engine is made anew from its log before everything it is asked
	disk     map[string]bool
	log      []study.Event
	playing  []*study.Trial
	anew     map[study.TrialID]bool // lost a checkpoint that no program could go on from
}

// options have a clock that moves a second an event.
func (p *theatre) options() Options {
	return Options{Size: p.size, Now: func() time.Time { return time.Unix(1_800_000_000+p.View().Seq, 0) }}
}

func (p *theatre) size(path string) (int64, bool) { return 1, p.disk[path] }

// play plays to the study's end.
func (p *theatre) play(def *study.Definition) {
	p.disk, p.anew, p.rng = map[string]bool{}, map[study.TrialID]bool{}, rand.New(rand.NewPCG(p.seed, 3))
	p.Engine = New(p.options())
	p.must(p.Create(def, study.Provenance{}))
	p.settle()
	for round := 0; ; round++ {
		if round > 1000*def.Budget.Trials*int(def.Fidelity.Max+2) {
			p.t.Fatalf("the study does not come to its end: %v", p.View().Count)
		}
		p.again()
		launches, reason, err := p.Next(p.t.Context(), p.slots-len(p.playing), func(name string) string { return "/runs/" + name })
		p.must(err)
		for _, l := range launches {
			if l.Attempt.From > 0 && l.Attempt.Resume != "" && !p.disk[l.Attempt.Resume] {
				p.t.Errorf("attempt %d of trial %d goes on from %s, which is gone", l.Attempt.Number, l.Trial.ID, l.Attempt.Resume)
			}
			p.playing = append(p.playing, l.Trial)
		}
		p.settle()
		if len(p.playing) == 0 && reason != Ready {
			return
		}
		if len(p.playing) > 0 {
			i := p.rng.IntN(len(p.playing))
			if !p.act(p.playing[i]) {
				p.playing = slices.Delete(p.playing, i, i+1)
			}
			p.settle()
		}
	}
}

func (p *theatre) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// again is a driver that died and another one that goes on from the log.
func (p *theatre) again() {
	if !p.restarts {
		return
	}
	opened := p.opened
	p.Engine = New(p.options())
	p.opened = opened // who comes later forgives a hopeless study
	for _, ev := range p.log {
		p.must(p.Replay(ev))
	}
	p.must(p.Ready())
	for i, t := range p.playing {
		p.playing[i] = p.View().Trials[t.ID]
	}
}

// settle does as a runner does with what the engine says, and looks at the study.
func (p *theatre) settle() {
	_, events := p.Take()
	p.log = append(p.log, events...)
	for _, ev := range events {
		if d, ok := ev.Body.(study.Dropped); ok && strings.HasPrefix(d.Why, "damaged") {
			p.anew[d.Trial] = true
		}
	}
	for _, d := range p.Doomed() {
		delete(p.disk, d.Path)
	}
	v := p.View()
	if b := v.Def.Budget.Trials; v.Started > b {
		p.t.Fatalf("%d trials were started, of a budget of %d", v.Started, b)
	}
	if b := v.Def.Budget.Steps; b > 0 && v.Steps > b {
		p.t.Fatalf("%d steps were trained, of a budget of %d", v.Steps, b)
	}
	if best := v.Best(); best != nil && best.Curve().Last() < v.Def.Fidelity.Max {
		p.t.Errorf("the best is trial %d, which came to step %d of %d", best.ID, best.Curve().Last(), v.Def.Fidelity.Max)
	}
	for _, t := range v.Trials {
		for _, c := range t.Checkpoints {
			if !p.disk[c.Path] {
				p.t.Errorf("trial %d refers to the checkpoint %s, which is gone", t.ID, c.Path)
			}
		}
		if t.Parent != nil && (t.Parent.Trial >= t.ID || t.Parent.Step < 1) {
			p.t.Errorf("trial %d is a copy of trial %d at step %d", t.ID, t.Parent.Trial, t.Parent.Step)
		}
		if a := t.Attempt(); t.State.Open() && t.Parent != nil && a != nil && len(t.Checkpoints) == 0 && !p.disk[a.Resume] && !p.anew[t.ID] {
			p.t.Errorf("trial %d may have to begin again from %s, which is gone", t.ID, a.Resume)
		}
	}
}

// act is the next thing that happens to an attempt; it answers whether it goes on.
func (p *theatre) act(t *study.Trial) bool {
	a, id := t.Attempt(), t.ID
	if p.flaky {
		switch p.rng.IntN(30) {
		case 0:
			p.must(p.Lost(id, a.Number, "the machine is gone"))
			return false
		case 1:
			p.must(p.Exit(id, a.Number, study.Exit{Code: 1}))
			return false
		}
	}
	step, last := t.Step()+1, p.View().Horizon(t)
	if p.View().Def.Fidelity.Param != "" { // each attempt is a training of five steps
		step, last = 1, 5
		if s := t.Metrics["loss"]; s != nil {
			step = s.LastStep + 1
		}
	}
	if p.saves > 0 && step%int64(p.saves) == 0 {
		path := fmt.Sprintf("%s/%d", a.Dir, step)
		p.disk[path] = true
		p.must(p.Checkpoint(id, a.Number, step, path, 1))
		if p.flaky && p.rng.IntN(10) == 0 {
			p.must(p.Lost(id, a.Number, "the machine is gone"))
			return false
		}
	}
	d, err := p.Report(id, a.Number, []study.Point{{Step: step, Metric: "loss", Value: p.loss(id, step)}})
	p.must(err)
	if d != study.Continue || step >= last {
		p.must(p.Exit(id, a.Number, study.Exit{}))
		return false
	}
	return true
}

func (p *theatre) loss(id study.TrialID, step int64) float64 {
	rng := rand.New(rand.NewPCG(p.seed^uint64(id), uint64(step)))
	own := rand.New(rand.NewPCG(p.seed, uint64(id))).Float64()
	if p.flaky && rng.IntN(60) == 0 {
		return math.NaN()
	}
	return own + 1/float64(step) + 0.05*rng.NormFloat64()
}

// bodies are the events.
func (p *theatre) bodies() []string {
	all := make([]string, len(p.log))
	for i, ev := range p.log {
		text := fmt.Sprint(ev.Body)
		if _, points := ev.Body.(study.Points); !points {
			body, err := study.EncodeBody(ev.Body)
			p.must(err)
			text = string(body)
		}
		all[i] = ev.Body.Kind() + " " + text
	}
	return all
}

// Whatever the scheduler, the programs and the order of things: no more is started
// than the budget allows, copies come from earlier trials, no checkpoint is removed
// that is referred to or that somebody may have to begin from, and a driver that
// dies after any event goes on as if it had not.
func TestAnyStudyUnderAnyScheduler(t *testing.T) {
	for _, name := range scheduler.Names() {
		t.Run(name, func(t *testing.T) {
			slow := name == "curve" || name == "freeze-thaw" || name == "auto"
			plays := 20
			if slow {
				plays = 2
			}
			if os.Getenv("DANLU_LONG") != "" {
				plays *= 20
			}
			rapid.Check(t, func(t *rapid.T) {
				if plays--; plays < 0 {
					return
				}
				one := theatre{
					t: t, seed: rapid.Uint64().Draw(t, "seed"),
					slots: rapid.IntRange(1, 6).Draw(t, "slots"), saves: rapid.IntRange(0, 3).Draw(t, "saves"), flaky: rapid.Bool().Draw(t, "flaky"),
				}
				def := anyDefinition(t, name, one.seed)
				if slow {
					def.Budget.Trials, def.Fidelity.Max = min(def.Budget.Trials, 6), min(def.Fidelity.Max, 7)
				}
				two := one
				two.restarts = true
				one.play(def)
				two.play(def)
				if d := cmp.Diff(one.bodies(), two.bodies()); d != "" {
					t.Errorf("with drivers that die the study differs (-one driver +many):\n%s", d)
				}
			})
		})
	}
}

func anyDefinition(t *rapid.T, name string, seed uint64) *study.Definition {
	sp, err := space.New([]space.Param{{Name: "x", Domain: space.Float{Low: 0, High: 1}, Default: space.FloatValue(0.5)}})
	if err != nil {
		t.Fatal(err)
	}
	def := &study.Definition{
		Name: "s", Objectives: []study.Objective{{Metric: "loss", Best: rapid.Bool().Draw(t, "best")}}, Space: sp, Seed: seed % 1000, Retries: 2,
		Fidelity: study.Fidelity{Step: "epoch", Max: rapid.Int64Range(1, 20).Draw(t, "max")},
		Budget:   study.Budget{Trials: rapid.IntRange(1, 20).Draw(t, "trials")},
		Sampler:  study.Algorithm{Name: "random"}, Scheduler: study.Algorithm{Name: name},
	}
	if name == "asha" && def.Fidelity.Max > 3 && rapid.Bool().Draw(t, "promote") {
		def.Scheduler.Options = map[string]json.RawMessage{"promote": json.RawMessage("true")}
	}
	if name == "pbt" {
		def.Scheduler.Options = map[string]json.RawMessage{"interval": json.RawMessage("2"), "exploit": json.RawMessage(rapid.SampledFrom([]string{`"truncation"`, `"tournament"`}).Draw(t, "exploit"))}
		def.Fidelity.Max = max(def.Fidelity.Max, 2)
	}
	if able := []string{"asha", "auto", "bohb", "halving", "hyperband", "none"}; slices.Contains(able, name) && rapid.Bool().Draw(t, "over a parameter") {
		def.Fidelity = study.Over("data_fraction", rapid.Float64Range(0.01, 0.9).Draw(t, "min"), 1, 0)
	}
	if def.Fidelity.Param == "" && rapid.Bool().Draw(t, "steps count") {
		def.Budget.Steps = rapid.Int64Range(1, int64(def.Budget.Trials)*def.Fidelity.Max).Draw(t, "steps")
	}
	if name == "replay" {
		def.Fidelity.Max = max(def.Fidelity.Max, 5)
		def.Scheduler.Options = map[string]json.RawMessage{"segments": json.RawMessage(`[{"to":2,"params":{"x":0.1}},{"to":4,"params":{"x":0.9}},{"params":{"x":0.3}}]`)}
	}
	if name == "threshold" {
		def.Scheduler.Options = map[string]json.RawMessage{"upper": json.RawMessage("1.5")}
	}
	return def
}
