package batchsize

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// machine is a training as memory and processors allow it.
type machine struct {
	fits  int64 // larger sizes don't fit
	fails int64 // these and larger ones fail; 0: none
	small int64 // these and smaller ones fail
	unit  Unit
	// seconds that a batch takes: fixed, and a sample of it.
	fixed, sample float64
	leak          float64 // MB a report
	memory        float64 // MB a sample
	silent        bool
}

func (m machine) run(size int64) Run {
	r := Run{Size: size, State: Fits, PeakMB: 500 + m.memory*float64(size)}
	switch {
	case m.fails > 0 && size >= m.fails || size <= m.small:
		return Run{Size: size, State: Failed, Why: "exit status 1"}
	case size > m.fits:
		return Run{Size: size, State: TooLarge, Why: "CUDA out of memory"}
	case m.silent:
		return r
	}
	seconds := m.fixed + m.sample*float64(size)
	if m.unit == Epoch {
		seconds *= 10_000 / float64(size)
	}
	for i := range 9 {
		r.Samples = append(r.Samples, Sample{Step: int64(i + 1), Seconds: 3 + seconds*float64(i), MB: r.PeakMB + m.leak*float64(i)})
	}
	return r
}

func (m machine) tried(p Plan) (runs []Run) {
	for {
		size, done := p.Next(runs)
		if done {
			return runs
		}
		runs = append(runs, m.run(size))
	}
}

func TestASizeIsFound(t *testing.T) {
	for _, c := range []struct {
		name    string
		plan    Plan
		machine machine
		want    Result // of which these are compared
		says    string
	}{
		{
			"memory is the limit",
			Plan{Low: 16, High: 4096, Unit: Step},
			machine{fits: 700, fixed: .01, sample: .001, memory: 1},
			Result{Ok: true, Suggestion: 128, Knee: 128, Largest: 640, Safe: 576, Limit: ByMemory},
			"the largest that fits is 640, 576 with a margin",
		},
		{
			"everything fits",
			Plan{Low: 16, High: 300, Unit: Epoch},
			machine{fits: 1e6, unit: Epoch, fixed: .01, sample: .001, memory: 1},
			Result{Ok: true, Suggestion: 128, Knee: 128, Largest: 300, Safe: 300, Limit: ByRange},
			"larger ones were not tried",
		},
		{
			"throughput still grows",
			Plan{Low: 1, High: 64, Unit: Step},
			machine{fits: 1e6, fixed: 1, memory: 1},
			Result{Ok: true, Suggestion: 64, Knee: 64, Largest: 64, Safe: 64, Limit: ByRange},
			"still grows at 64",
		},
		{
			"the smallest does not fit",
			Plan{Low: 32, High: 64, Unit: Step},
			machine{fits: 8},
			Result{},
			"not even the smallest size, 32, fits into memory (CUDA out of memory)",
		},
		{
			"the smallest fails",
			Plan{Low: 32, High: 64, Unit: Step},
			machine{fits: 1e6, fails: 1},
			Result{},
			"fails with the smallest size, 32, and not for memory: exit status 1",
		},
		{
			"a large one fails",
			Plan{Low: 32, High: 4096, Unit: Step},
			machine{fits: 1e6, fails: 200, fixed: .01, sample: .001, memory: 1},
			Result{Ok: true, Suggestion: 64, Knee: 64, Largest: 128, Safe: 128, Limit: ByFailure},
			"larger ones than 128 don't run",
		},
		{
			"the smallest can't be normalised",
			Plan{Low: 1, High: 8, Unit: Step},
			machine{fits: 1e6, small: 1, fixed: .01, sample: .001, memory: 1},
			Result{Ok: true, Suggestion: 8, Knee: 8, Largest: 8, Safe: 8, Limit: ByRange},
			"still grows at 8",
		},
		{
			"every size fails",
			Plan{Low: 16, High: 64, Unit: Step},
			machine{fits: 1e6, fails: 1},
			Result{},
			"fails with the smallest size, 16, and not for memory: exit status 1",
		},
		{
			"the size is ignored",
			Plan{Low: 16, High: 256, Unit: Epoch},
			machine{fits: 1e6, fixed: .1},
			Result{Largest: 256, Safe: 256, Limit: ByRange},
			"as long with 16 as with 256",
		},
		{
			"nothing is reported",
			Plan{Low: 16, High: 64, Unit: Epoch},
			machine{fits: 1e6, memory: 1, silent: true},
			Result{Largest: 64, Safe: 64, Limit: ByRange},
			"reports less than twice",
		},
		{
			"nobody says what a step is, and the times do",
			Plan{Low: 16, High: 256},
			machine{fits: 1e6, unit: Epoch, fixed: .01, sample: .001, memory: 1},
			Result{Ok: true, Suggestion: 128, Knee: 128, Largest: 256, Safe: 256, Limit: ByRange},
			"nine tenths",
		},
		{
			"one size",
			Plan{Low: 16, High: 16, Unit: Step},
			machine{fits: 1e6, fixed: .01, memory: 1},
			Result{Ok: true, Suggestion: 16, Knee: 16, Largest: 16, Safe: 16, Limit: ByRange},
			"still grows at 16",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := c.plan.Conclude(c.machine.tried(c.plan))
			if !strings.Contains(got.Reason, c.says) {
				t.Errorf("the reason is %q, want %q in it", got.Reason, c.says)
			}
			got = Result{Ok: got.Ok, Suggestion: got.Suggestion, Knee: got.Knee, Largest: got.Largest, Safe: got.Safe, Limit: got.Limit}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestALeakIsNoticed(t *testing.T) {
	p := Plan{Low: 16, High: 64, Unit: Step, Full: 100}
	m := machine{fits: 1e6, fixed: .01, sample: .001, memory: 1, leak: 20}
	got := p.Conclude(m.tried(p))
	want := "with 16 from 556 to 676 MB over 6 steps, which would be 2556 MB after all 100"
	if len(got.Doubts) != 1 || !strings.Contains(got.Doubts[0], want) {
		t.Errorf("doubts %q, want %q", got.Doubts, want)
	}
	m.leak = 0.1
	if got := p.Conclude(m.tried(p)); len(got.Doubts) != 0 {
		t.Errorf("memory that hardly grows gives the doubts %q", got.Doubts)
	}
}

func TestTheLargestIsFoundToAnEighth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Plan{Low: rapid.Int64Range(1, 64).Draw(t, "low"), Unit: Step}
		p.High = p.Low + rapid.Int64Range(0, 5000).Draw(t, "more")
		m := machine{fits: rapid.Int64Range(p.Low, 6000).Draw(t, "fits"), fixed: .01, sample: .001, memory: 1}
		runs := m.tried(p)
		if len(runs) > 20 {
			t.Fatalf("%d runs", len(runs))
		}
		got := p.Conclude(runs)
		can := min(m.fits, p.High)
		if got.Largest > can || float64(got.Largest) < float64(can)*7/8-1 {
			t.Fatalf("found %d where %d fits", got.Largest, can)
		}
		if got.Suggestion > got.Safe || got.Suggestion < 1 || got.Safe > got.Largest {
			t.Fatalf("suggests %d, with %d safe and %d the largest", got.Suggestion, got.Safe, got.Largest)
		}
	})
}

func TestNothingIsTriedBesideARun(t *testing.T) {
	p := Plan{Low: 16, High: 64}
	if size, done := p.Next([]Run{{Size: 16, State: Running}}); size != 0 || done {
		t.Errorf("Next gives %d, %v", size, done)
	}
}

func TestAnExponentIsFitted(t *testing.T) {
	e, err := Fit([]Best{{16, 0.1, 0.1}, {64, 0.2, 0.1}, {256, 0.4, 0.1}})
	if err != nil || math.Abs(e.K-0.5) > 1e-12 || !e.Has(0.5) || e.Has(1) || e.Has(0) {
		t.Errorf("%v, %v", e, err)
	}
	if rate, ok := e.Predict(128); !ok || math.Abs(rate-0.2*math.Sqrt2) > 1e-12 {
		t.Errorf("at 128 the rate is %v, %v", rate, ok)
	}
	for _, outside := range []int64{8, 512} {
		if rate, ok := e.Predict(outside); ok {
			t.Errorf("at %d, beyond what was fitted, it says %v", outside, rate)
		}
	}
	scattered, err := Fit([]Best{{16, 0.1, 0.1}, {64, 2, 0.1}, {256, 0.4, 0.1}})
	if err != nil || scattered.High-scattered.Low < 3*(e.High-e.Low) {
		t.Errorf("rates far from a line give %v, %v", scattered, err)
	}
	if _, err := Fit([]Best{{16, 0.1, 0.1}, {16, 0.2, 0.1}}); !errors.Is(err, ErrOneSize) {
		t.Errorf("one size gives %v", err)
	}
	if _, err := Fit([]Best{{16, 0.1, 0.1}, {32, 0, 0.1}}); err == nil {
		t.Error("a rate of 0 was fitted")
	}
}

// TestTheIntervalHoldsTheTruth draws rates around a law, with the errors that they
// are said to have.
func TestTheIntervalHoldsTheTruth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.Float64Range(-0.5, 1.5).Draw(t, "k")
		var bests []Best
		for i, size := range []int64{16, 64, 256, 1024} {
			err := rapid.Float64Range(-0.2, 0.2).Draw(t, "error")
			bests = append(bests, Best{size, 0.01 * math.Pow(4, k*float64(i)) * math.Exp(err), 0.2})
		}
		if e, err := Fit(bests); err != nil || !e.Has(k) {
			t.Fatalf("%v, %v, where the truth is %.2f", e, err, k)
		}
	})
}
