package lrfind

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// valleyLoop is a training whose loss falls the faster the higher the rate, and takes
// off above twice its best rate.
type valleyLoop struct {
	best  float64
	slow  float64 // steps in which what is left to learn falls by a factor e there
	noise float64
	wait  int // steps in which nothing is learnt
	spent int
	at    map[float64]state
}

// state is a training in progress.
type state struct {
	steps int
	x     float64 // what is left to learn
}

func (l *valleyLoop) step(s *state, rate float64) float64 {
	rng := rand.New(rand.NewPCG(uint64(s.steps), 7)) // the batch's
	loss := 0.3 + 2*s.x + l.noise*rng.NormFloat64()
	if s.steps++; s.steps > l.wait || rate > 2*l.best {
		r := rate / l.best
		s.x *= max(math.Exp(-r/l.slow), math.Exp(r-2.1))
	}
	l.spent++
	if loss > 1e6 {
		return math.NaN()
	}
	return loss
}

func (l *valleyLoop) Sweep(_ context.Context, rates []float64) (losses []float64, _ error) {
	s := state{x: 1}
	for _, rate := range rates {
		losses = append(losses, l.step(&s, rate))
		if last := losses[len(losses)-1]; !(last < 10) {
			break
		}
	}
	return losses, nil
}

func (l *valleyLoop) Probe(ctx context.Context, rate float64, steps int) (losses []float64, _ error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	s, ok := l.at[rate]
	if !ok {
		s.x = 1
	}
	for range steps {
		losses = append(losses, l.step(&s, rate))
		if math.IsNaN(losses[len(losses)-1]) {
			break
		}
	}
	if l.at == nil {
		l.at = map[float64]state{}
	}
	l.at[rate] = s
	return losses, nil
}

// Of 500 valleys, the same each time, nearly all are hit within 0.6 decades and none is
// missed by one: how near is a question of accuracy, and noise has a tail.
func TestFindComesNearTheBestForATenth(t *testing.T) {
	const valleys, mostFar = 500, 5
	rng := rand.New(rand.NewPCG(8, 64))
	far := 0
	for range valleys {
		steps := 2000 + rng.IntN(18_001)
		l := &valleyLoop{best: math.Pow(10, -4+3.5*rng.Float64()), noise: 0.03 * rng.Float64(), slow: float64(steps) / 30}
		told := 0
		r, err := Find(t.Context(), l, steps, Options{}, func(done, total int) {
			if done < told || done > total || total != steps/10 {
				t.Fatalf("progress %d of %d after %d", done, total, told)
			}
			told = done
		})
		if err != nil {
			t.Fatal(err)
		}
		if l.spent > steps/10 || told != l.spent {
			t.Fatalf("%d steps spent of %d, %d told", l.spent, steps, told)
		}
		off := math.Abs(math.Log10(r.Suggestion / l.best))
		if r.Verdict != Ok || off > 1 {
			t.Errorf("the best is %.3g: %s %.3g, %.2f decades off: %s", l.best, r.Verdict, r.Suggestion, off, r.Reason)
		}
		if off > 0.6 {
			far++
		}
		if r.Range.Low > r.Suggestion || r.Range.High < r.Suggestion {
			t.Errorf("%g is not within %v", r.Suggestion, r.Range)
		}
	}
	if far > mostFar {
		t.Errorf("%d of %d are more than 0.6 decades off, want at most %d", far, valleys, mostFar)
	}
}

func TestFindSaysWhereHarmBeginsWhenNothingIsLearntYet(t *testing.T) {
	l := &valleyLoop{best: 0.01, slow: 50, wait: 1000}
	r, err := Find(t.Context(), l, 2000, Options{Optimizer: "adam"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Verdict != Ok || r.Suggestion < 0.001 || r.Suggestion > 0.02 || !strings.Contains(r.Reason, "nothing is learnt") {
		t.Errorf("%s %g: %s", r.Verdict, r.Suggestion, r.Reason)
	}
}

// loopOf answers with the same loss whatever the rate.
type loopOf struct{ loss float64 }

func (l loopOf) Sweep(_ context.Context, rates []float64) ([]float64, error) {
	losses := make([]float64, len(rates))
	for i := range losses {
		losses[i] = l.loss
	}
	if math.IsNaN(l.loss) {
		losses = losses[:1]
	}
	return losses, nil
}

func (l loopOf) Probe(ctx context.Context, _ float64, steps int) ([]float64, error) {
	return l.Sweep(ctx, make([]float64, steps))
}

func TestFindSaysNothingWhereThereIsNothing(t *testing.T) {
	for _, c := range []struct {
		name  string
		loop  Loop
		steps int
		want  string
	}{
		{"the rate is ignored", loopOf{2.3}, 2000, "the program ignores the rate"},
		{"not a number at once", loopOf{math.NaN()}, 2000, "from the first batch on"},
		{"a short training", loopOf{2.3}, 200, "train 340 steps or more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := Find(t.Context(), c.loop, c.steps, Options{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if r.Verdict != CannotSay || r.Suggestion != 0 || !strings.Contains(r.Reason, c.want) {
				t.Errorf("%s %g: %s", r.Verdict, r.Suggestion, r.Reason)
			}
		})
	}
}

func TestFindEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Find(ctx, &valleyLoop{best: 0.1, slow: 10}, 2000, Options{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestEarlyStepsAreToldFromLaterOnes(t *testing.T) {
	for _, c := range []struct {
		o        Options
		t        int
		want     float64
		relative float64
	}{
		{Options{Optimizer: "adam"}, 10, 1, 0},
		{Options{Optimizer: "sgd"}, 10, 1, 0},
		{Options{Optimizer: "sgd", Momentum: 0.9}, 1, 0.1, 1e-9},
		{Options{Optimizer: "sgd", Momentum: 0.9}, 2, (0.1 + 0.19) / 2, 1e-9},
		{Options{Optimizer: "sgd", Momentum: 0.9}, 1000, 1, 0.01},
		{Options{Optimizer: "rmsprop"}, 1, 10, 1e-9},
		{Options{Optimizer: "rmsprop"}, 10_000, 1, 0.02},
	} {
		if got := c.o.early(c.t); math.Abs(got-c.want) > c.relative*c.want {
			t.Errorf("%+v at step %v: %v, want %v", c.o, c.t, got, c.want)
		}
	}
}

// What is best so early is too high later, the more so the earlier it is.
func TestProbesThatHaveHardlyBegunToLearnSuggestLowerRates(t *testing.T) {
	last := math.Inf(1)
	for _, slow := range []float64{20, 400} {
		r, err := Find(t.Context(), &valleyLoop{best: 0.01, slow: slow}, 3000, Options{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.Verdict != Ok || r.Suggestion > last*0.9 {
			t.Errorf("best after %v steps: %s %g, and %g where it learns faster: %s", slow, r.Verdict, r.Suggestion, last, r.Reason)
		}
		last = r.Suggestion
	}
}

func TestHarmIsAHigherLossOrASpike(t *testing.T) {
	f := &search{start: 2, noise: 0.01}
	noisy := &search{start: 2, noise: 0.2}
	for _, c := range []struct {
		name   string
		f      *search
		losses []float64
		want   bool
	}{
		{"level", f, []float64{2, 2, 2, 2}, false},
		{"a little above", f, []float64{2, 2, 2.05, 2.05}, false},
		{"above", f, []float64{2, 2, 2.2, 2.2}, true},
		{"a spike that is over", f, []float64{2, 2.7, 2, 2}, true},
		{"as much of noise", noisy, []float64{2, 2.7, 2, 2}, false},
	} {
		if got := c.f.harmed(&try{losses: c.losses}, len(c.losses), 2); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// Where the sweep takes off says what a whole training bears, beside what short ones do.
func TestALowerCliffLowersTheRate(t *testing.T) {
	o := Options{Optimizer: "adam"}
	without := reading{at: 0.01, steps: 30, learned: true, share: 1}
	last := math.Inf(1)
	for _, cliff := range []float64{1, 0.5, 0.1} {
		r := without
		r.cliff = cliff
		got := r.rate(o)
		want := math.Pow(without.rate(o), 0.75) * math.Pow(cliff/50, 0.25)
		if got >= last || math.Abs(got/want-1) > 1e-9 {
			t.Errorf("a cliff at %g: %g, want %g", cliff, got, want)
		}
		last = got
	}
}

func TestTheCliffIsWhereASweepTakesOff(t *testing.T) {
	falling := func(x float64) float64 { return 0.4 + 1.9/(1+math.Exp(5*(x+3))) }
	for _, c := range []struct {
		name      string
		f         func(x float64) float64
		o         Options
		low, high float64
	}{
		{"at the foot of what rises", typical(-3), Options{Optimizer: "adam"}, 0.005, 0.05},
		{"the highest, where nothing rises", falling, Options{Optimizer: "adam"}, 0.99, 1.01},
		{"unknown, where nobody knows what is high", falling, Options{}, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := descend(sweep(60, 1e-5, 1, 0.01, c.f))
			if got := c.o.cliff(&d); got < c.low || got > c.high {
				t.Errorf("%g, want from %g to %g", got, c.low, c.high)
			}
		})
	}
}
