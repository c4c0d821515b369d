package probe

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// program is a training as a plan sees it: the loss at a rate and a step.
type program func(rate float64, step int64) float64

// valley learns fastest at a rate and diverges at 8 times it.
func valley(best float64) program {
	return func(rate float64, step int64) float64 {
		x := rate / best
		if x > 8 {
			return math.Pow(10, float64(step))
		}
		speed := x / (1 + x*x) // most at 1
		return 0.1 + 2*math.Exp(-0.2*speed*float64(step))
	}
}

func noisy(p program, sd float64) program {
	return func(rate float64, step int64) float64 {
		rng := rand.New(rand.NewPCG(math.Float64bits(rate), uint64(step)))
		return p(rate, step) + sd*rng.NormFloat64()
	}
}

// drive trains as a plan wishes, so many at a time, a report every so many steps.
func drive(t interface{ Fatalf(string, ...any) }, p Plan, train program, parallel int, every int64) []Run {
	var runs []Run
	for range 10_000 {
		running := 0
		for i := range runs {
			if runs[i].State == Running {
				running++
			}
		}
		start, done := p.Next(runs)
		if done {
			return runs
		}
		for _, rate := range start[:min(len(start), parallel-running)] {
			runs = append(runs, Run{Rate: rate, State: Running})
		}
		for i := range runs {
			r := &runs[i]
			if r.State != Running {
				continue
			}
			step := r.last() + every
			loss := train(r.Rate, step)
			if math.IsNaN(loss) || math.Abs(loss) > 1e9 {
				loss = math.Inf(1)
			}
			r.Curve = append(r.Curve, Sample{step, loss})
			if stop, _ := p.Judge(runs, i); stop {
				r.State = Ended
			}
			if math.IsInf(loss, 1) {
				r.State = Diverged
			}
		}
	}
	t.Fatalf("the plan comes to no end")
	return nil
}

func TestTheBestRateIsFound(t *testing.T) {
	for _, test := range []struct {
		name     string
		best     float64
		plan     Plan
		noise    float64
		parallel int
		every    int64
	}{
		{"from far below", 0.03, Plan{Low: 1e-5, High: 1, Start: 1e-4, Full: 2000}, 0, 1, 1},
		{"from far above", 0.003, Plan{Low: 1e-5, High: 10, Start: 1, Full: 2000}, 0, 1, 1},
		{"without a rate to start from", 0.003, Plan{Low: 1e-5, High: 1, Full: 2000}, 0, 2, 1},
		{"four at a time", 0.003, Plan{Low: 1e-5, High: 1, Start: 0.01, Full: 2000}, 0, 4, 1},
		{"with noise", 0.003, Plan{Low: 1e-5, High: 1, Start: 0.01, Full: 2000}, 0.05, 1, 1},
		{"one report a probe", 0.003, Plan{Low: 1e-5, High: 1, Start: 0.01, Full: 30}, 0, 2, 1},
		{"beyond the range", 0.003, Plan{Low: 0.006, High: 1, Full: 2000}, 0, 1, 1},
		{"few reports", 0.003, Plan{Low: 1e-5, High: 1, Start: 0.003, Full: 2000}, 0, 2, 25},
	} {
		t.Run(test.name, func(t *testing.T) {
			runs := drive(t, test.plan, noisy(valley(test.best), test.noise), test.parallel, test.every)
			got := test.plan.Conclude(runs)
			if !got.Ok || math.Abs(math.Log10(got.Best/test.best)) > 0.3 {
				t.Errorf("best %.3g, want about %.3g: %+v", got.Best, test.best, got)
			}
			if got.Rate < got.Low || got.Rate > got.High {
				t.Errorf("rate %.3g outside of its range [%.3g, %.3g]", got.Rate, got.Low, got.High)
			}
		})
	}
}

func TestWhatSaysNothingIsSaidToSayNothing(t *testing.T) {
	plan := Plan{Low: 1e-5, High: 1, Start: 1e-3, Full: 2000}
	for _, test := range []struct {
		name  string
		train program
		want  string
	}{
		{"the rate is ignored", func(_ float64, step int64) float64 { return 1 / float64(step) }, "ignore its learning rate"},
		{"a constant", func(float64, int64) float64 { return 0.5 }, "reports a constant"},
		{"not a number at once", func(float64, int64) float64 { return math.NaN() }, "not finite from the first report"},
		{"all diverge later", func(_ float64, step int64) float64 { return 1 + float64(step/4)*1e10 }, "every rate"},
		{"noise", noisy(func(float64, int64) float64 { return 1 }, 0.5), "nois"},
		{"noise at the end of a training that ignores its rate", noisy(func(_ float64, step int64) float64 { return 3 / float64(step) }, 0.2), "nois"},
		{"it only rises", func(rate float64, step int64) float64 { return 1 + rate*float64(step) }, "only rises"},
	} {
		t.Run(test.name, func(t *testing.T) {
			runs := drive(t, plan, test.train, 2, 1)
			got := plan.Conclude(runs)
			if got.Ok || got.Rate != 0 || !strings.Contains(got.Reason, test.want) {
				t.Errorf("got ok=%v rate %.3g %q, want %q", got.Ok, got.Rate, got.Reason, test.want)
			}
		})
	}
}

func TestAProgramThatFailsEndsTheSearch(t *testing.T) {
	plan := Plan{Low: 1e-5, High: 1, Start: 1e-3, Full: 2000}
	runs := []Run{{Rate: 1e-3, State: Failed, Why: "exit status 1: no such file"}}
	if start, done := plan.Next(runs); len(start) > 0 || !done {
		t.Errorf("it goes on with %v", start)
	}
	if got := plan.Conclude(runs); got.Ok || !strings.Contains(got.Reason, "no such file") {
		t.Errorf("got %+v", got)
	}
}

func TestAFailureAtALargeRateCountsAsDivergence(t *testing.T) {
	plan := Plan{Low: 1e-5, High: 1, Start: 1e-3, Full: 2000}
	runs := drive(t, plan, valley(0.003), 1, 1)
	for i := range runs {
		if runs[i].State == Diverged {
			runs[i].State, runs[i].Why = Failed, "exit status 1"
		}
	}
	if got := plan.Conclude(runs); !got.Ok {
		t.Errorf("got %+v", got)
	}
}

// What runs say does not depend on the order in which they began.
func TestTheOrderOfRunsDoesNotMatter(t *testing.T) {
	plan := Plan{Low: 1e-5, High: 1, Start: 1e-2, Full: 2000}
	rapid.Check(t, func(t *rapid.T) {
		best := math.Pow(10, rapid.Float64Range(-4, -1).Draw(t, "best"))
		runs := drive(t, plan, valley(best), rapid.IntRange(1, 4).Draw(t, "parallel"), 1)
		runs = runs[:rapid.IntRange(0, len(runs)).Draw(t, "ended")]
		want, _ := plan.Next(runs)
		conclusion := plan.Conclude(runs)
		shuffled := slices.Clone(runs)
		rand.New(rand.NewPCG(1, rapid.Uint64().Draw(t, "order"))).Shuffle(len(shuffled), func(i, j int) {
			shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
		})
		got, _ := plan.Next(shuffled)
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("what is wanted changes (-want +got):\n%s", d)
		}
		if d := cmp.Diff(fmt.Sprint(conclusion), fmt.Sprint(plan.Conclude(shuffled))); d != "" {
			t.Fatalf("the conclusion changes (-want +got):\n%s", d)
		}
	})
}

// A probe that is wanted lies where it may, is not there already, and they are
// never more than allowed.
func TestProbesStayWithinWhatIsAllowed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		low := math.Pow(10, rapid.Float64Range(-6, -2).Draw(t, "low"))
		high := low * math.Pow(10, rapid.Float64Range(0.3, 5).Draw(t, "decades"))
		plan := Plan{
			Low: low, High: high, Inside: rapid.Bool().Draw(t, "inside"), Full: rapid.Int64Range(1, 5000).Draw(t, "full"),
			Most: rapid.IntRange(3, 14).Draw(t, "most"),
		}
		if rapid.Bool().Draw(t, "started") {
			plan.Start = low * math.Pow(high/low, rapid.Float64Range(-0.2, 1.2).Draw(t, "start"))
		}
		runs := drive(t, plan, valley(math.Pow(10, rapid.Float64Range(-6, 0).Draw(t, "best"))), rapid.IntRange(1, 5).Draw(t, "parallel"), 1)
		if len(runs) > plan.Most {
			t.Fatalf("%d probes, %d allowed", len(runs), plan.Most)
		}
		room := 10.1
		if plan.Inside {
			room = 1.006 // rounding to three digits
		}
		seen := map[int]bool{}
		for _, r := range runs {
			if r.Rate < low/room || r.Rate > high*room {
				t.Fatalf("rate %g outside of [%g, %g]", r.Rate, low, high)
			}
			if seen[plan.place(r.Rate)] {
				t.Fatalf("rate %g twice", r.Rate)
			}
			seen[plan.place(r.Rate)] = true
		}
	})
}

func BenchmarkNext(b *testing.B) {
	plan := Plan{Low: 1e-5, High: 1, Start: 1e-2, Full: 40_000}
	runs := drive(b, plan, valley(1e-3), 2, 1)
	for b.Loop() {
		plan.Next(runs)
	}
}

// Where batches are noisy and nothing is learnt yet, what harms is all that can be
// told.
func TestNoiseBelowWhatHarmsSaysWhereHarmBegins(t *testing.T) {
	plan := Plan{Low: 1e-5, High: 1, Start: 1e-3, Full: 2000}
	late := func(rate float64, _ int64) float64 {
		if rate > 0.05 {
			return 4
		}
		return 2.3
	}
	got := plan.Conclude(drive(t, plan, noisy(late, 0.1), 2, 1))
	if !got.Ok || got.Noisy || got.Rate < 0.001 || got.Rate > 0.02 || !strings.Contains(got.Reason, "begins to suffer") {
		t.Errorf("got %+v", got)
	}
}

// What is best so early is too high later, the more so the less has been learnt.
func TestShortTrainingsThatHaveHardlyBegunSuggestLowerRates(t *testing.T) {
	plan := Plan{Low: 1e-5, High: 1, Start: 1e-2, Full: 2000}
	rates := map[float64]float64{}
	for _, speed := range []float64{0.02, 0.5} {
		slow := func(rate float64, step int64) float64 {
			x := rate / 0.01
			if x > 8 {
				return math.Pow(10, float64(step))
			}
			return 2 * math.Exp(-speed*x/(1+x*x)*float64(step))
		}
		got := plan.Conclude(drive(t, plan, slow, 1, 1))
		if !got.Ok {
			t.Fatalf("got %+v", got)
		}
		rates[speed] = got.Rate
	}
	if rates[0.02] > 0.8*rates[0.5] {
		t.Errorf("rates by speed: %v", rates)
	}
}

// A metric that is no loss says nothing of how much has been learnt.
func TestAMetricBelowZeroIsTakenAsItIs(t *testing.T) {
	plan := Plan{Low: 1e-5, High: 1, Start: 1e-2, Full: 2000}
	below := func(rate float64, step int64) float64 { return valley(0.01)(rate, step) - 5 }
	got := plan.Conclude(drive(t, plan, below, 1, 1))
	if !got.Ok || strings.Contains(got.Reason, "of its loss") {
		t.Errorf("got %+v", got)
	}
}

// A second search, where the first found noise, must not take more than it may bring.
func TestASecondSearchIsOfFewerAndLongerProbes(t *testing.T) {
	for _, c := range []struct {
		name    string
		plan    Plan
		horizon int64
		want    Plan
		ok      bool
	}{
		{"three times as long", Plan{Full: 500}, 25, Plan{Full: 500, Steps: 75, Most: 4}, true},
		{"fewer were asked for", Plan{Full: 500, Most: 3}, 25, Plan{Full: 500, Steps: 75, Most: 3}, true},
		{"no longer than the training", Plan{Full: 60}, 25, Plan{Full: 60}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := c.plan.Longer(c.horizon)
			if ok != c.ok || got != c.want {
				t.Errorf("%+v, %v", got, ok)
			}
		})
	}
}

// A program that is soon ended reports beyond the step at which probes are compared,
// and that says nothing of them; nor does a metric that is to be large have a sign.
func TestWhatIsSaidOfAMetricToBeLargeIsAsTheProgramReportsIt(t *testing.T) {
	run := func(rate float64, losses ...float64) Run {
		r := Run{Rate: rate, State: Ended}
		for i, loss := range losses {
			r.Curve = append(r.Curve, Sample{Step: int64(i + 1), Loss: loss})
		}
		return r
	}
	flat := []Run{run(0.01, -0.2, -0.2, -0.19, -0.18), run(0.1, -0.21, -0.2, -0.2, -0.2), run(1, -0.25, -0.2, -0.1, -0.1)}
	for _, c := range []struct {
		name  string
		steps int64
		want  string
	}{
		{"compared at the first", 1, "of 3 short trainings to step 1"},
		{"compared at the last", 4, "acc only falls, at all of 3 rates: at the best one from 0.21 to 0.2 by step 4; either that is too early to see it rise"},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan := Plan{Low: 0.01, High: 1, Inside: true, Start: 0.1, Full: 100, Steps: c.steps, Larger: "acc"}
			if got := plan.Conclude(flat); !strings.Contains(got.Reason, c.want) {
				t.Errorf("%q", got.Reason)
			}
		})
	}
}

// With one report an epoch nobody sees the loss before training: how little has been
// learnt is not known, but that it is early is.
func TestOneReportIsEarlyAllTheSame(t *testing.T) {
	plan := Plan{Low: 1e-5, High: 1, Start: 1e-2, Full: 20}
	var runs []Run
	for i, loss := range []float64{2.2, 1, 1.5, 1.9, 2.1} {
		runs = append(runs, Run{Rate: plan.rate(2*i - 2), State: Ended, Curve: []Sample{{Step: 1, Loss: loss}}})
	}
	loss := plan.Conclude(runs)
	plan.Larger = "score"
	score := plan.Conclude(runs)
	if !loss.Ok || math.Abs(loss.Rate/score.Rate-0.75) > 1e-9 || !strings.Contains(loss.Reason, "times 0.75, since what is best so early is too high later") {
		t.Errorf("%g of a loss, %g of a score: %s", loss.Rate, score.Rate, loss.Reason)
	}
}

// Programs that evaluate before the first step have a report that tells nothing of a rate.
func TestAReportBeforeTrainingIsNoMeasurement(t *testing.T) {
	p := Plan{Low: 1e-4, High: 1, Start: 1e-2, Full: 200}
	var runs []Run
	if h := p.Horizon([]Run{{Rate: 1e-2, Curve: []Sample{{Step: 0, Loss: 4}}}}); h != 10 {
		t.Errorf("before a report that tells, a probe is of %d steps, want the plan's 10", h)
	}
	for range 14 {
		start, done := p.Next(runs)
		if done {
			break
		}
		for _, rate := range start {
			far := math.Log10(rate / 0.03)
			runs = append(runs, Run{Rate: rate, State: Ended, Curve: []Sample{{Step: 0, Loss: 4}, {Step: 20, Loss: 2 + far*far}}})
		}
	}
	if h := p.Horizon(runs); h != 20 {
		t.Errorf("probes are of %d steps, want 20, the first report that came of training", h)
	}
	if res := p.Conclude(runs); !res.Ok || res.Rate < 0.003 || res.Rate > 0.1 {
		t.Errorf("got %v, %g, because %s; want about 0.03", res.Ok, res.Rate, res.Reason)
	}
}

// One that reports its best step alone may do so at another at each rate.
func TestAReportThatComesLaterIsNoDivergence(t *testing.T) {
	p := Plan{Low: 1e-4, High: 1, Start: 1e-2, Steps: 4}
	var runs []Run
	for i, rate := range []float64{1e-3, 3e-3, 1e-2, 3e-2, 1e-1} {
		runs = append(runs, Run{Rate: rate, State: Ended, Curve: []Sample{{Step: int64(12 - 2*i), Loss: 2 + math.Abs(math.Log10(rate/1e-2))}}})
	}
	for _, point := range p.Conclude(runs).Points {
		if point.Verdict != "measured" {
			t.Errorf("rate %g is %s, with a report at step %d", point.Rate, point.Verdict, point.Steps)
		}
	}
}
