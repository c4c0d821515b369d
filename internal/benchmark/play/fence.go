// Package play lets a searcher meet a problem, for as long as the budget lasts, and
// writes down how it did.
//
// A searcher is ours, behind the engine that users get ([Ours]), or another package's,
// in a process of its own ([Peer]). Both meet the same [Fence], which counts what is
// spent, keeps the score, and keeps it to itself.
//
// Start reading at [Run].
package play

import (
	"context"
	"fmt"
	"hash/fnv"

	"github.com/danlu-ml/danlu/internal/benchmark/problem"
	"github.com/danlu-ml/danlu/internal/benchmark/record"
	"github.com/danlu-ml/danlu/internal/space"
)

// Searcher proposes configurations.
type Searcher interface {
	// Name is what results are kept under: the package, the algorithm, its options.
	Name() string
	// Version says which code it was. Results of another version do not count as its.
	Version() (string, error)
	// Search spends the fence's budget, or less where it has nothing more to propose.
	Search(ctx context.Context, f *Fence, seed uint64) error
}

// Run lets a searcher search once.
func Run(ctx context.Context, s Searcher, p problem.Problem, seed uint64) (record.Line, error) {
	version, err := s.Version()
	if err != nil {
		return record.Line{}, err
	}
	in, err := p.Open(seed)
	if err != nil {
		return record.Line{}, fmt.Errorf("open %s with seed %d: %w", p.Name, seed, err)
	}
	f := &Fence{problem: p, seed: seed, instance: in}
	if err := s.Search(ctx, f, searchSeed(p, seed)); err != nil {
		return record.Line{}, fmt.Errorf("%s on %s with seed %d: %w", s.Name(), p.Name, seed, err)
	}
	for len(f.scores) < len(p.Marks) {
		f.mark()
	}
	return record.Line{
		Searcher: s.Name(), Version: version, Suite: p.Suite, Task: p.Name, Seed: seed,
		Marks: p.Marks, Scores: f.scores, CPU: f.cpu,
	}, nil
}

// searchSeed is the seed a searcher is given: another one for every task, or all tasks
// would begin with the same draws, and their means would be no independent evidence.
func searchSeed(p problem.Problem, seed uint64) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s %s %d", p.Suite, p.Name, seed)
	return h.Sum64() >> 33 // a seed everywhere: positive, 31 bits
}

// Fence stands between a searcher and an instance.
type Fence struct {
	// Thinking is the CPU time, in seconds, that the searcher has used: it keeps it.
	Thinking float64

	problem  problem.Problem
	seed     uint64
	instance problem.Instance
	last     []int64 // the step each trial was trained to
	spent    int64
	scores   []float64
	cpu      []float64
}

// Earlier is what a study of a problem alike found; nil if there was none.
func (f *Fence) Earlier() ([]problem.Trial, error) {
	if f.problem.Earlier == nil {
		return nil, nil
	}
	return f.problem.Earlier(f.seed)
}

// Space is what may be varied.
func (f *Fence) Space() *space.Space { return f.problem.Space }

// Objectives is the number of losses.
func (f *Fence) Objectives() int { return max(1, f.problem.Objectives) }

// Constraints are those known beforehand.
func (f *Fence) Constraints() []string { return f.problem.Constraints }

// Steps is the length of a training, 0 where an evaluation is one value.
func (f *Fence) Steps() int64 { return f.problem.Steps }

// Budget is the number of evaluations, or of steps where there are some.
func (f *Fence) Budget() int64 { return int64(f.problem.Budget) * max(1, f.problem.Steps) }

// Left is what of the budget is left.
func (f *Fence) Left() int64 { return f.Budget() - f.spent }

// Start begins the next trial and says what it took; the trials are counted from 0.
func (f *Fence) Start(asked space.Values) (trial int, used space.Values) {
	used = f.instance.Start(asked)
	if used == nil {
		used = asked
	}
	f.last = append(f.last, 0)
	return len(f.last) - 1, used
}

// Train takes a trial one step further, or to its value where there are no steps, and
// charges for it. ok is false where nothing is left to pay with or the training is at
// its end.
func (f *Fence) Train(trial int) (r problem.Result, step int64, ok bool) {
	if f.Left() < 1 || trial < 0 || trial >= len(f.last) || f.last[trial] >= max(1, f.problem.Steps) {
		return r, 0, false
	}
	f.last[trial]++
	f.spent++
	r = f.instance.Train(trial, f.last[trial])
	for len(f.scores) < len(f.problem.Marks) && f.spent*100 >= int64(f.problem.Marks[len(f.scores)])*f.Budget() {
		f.mark()
	}
	return r, f.last[trial], true
}

func (f *Fence) mark() {
	f.scores = append(f.scores, rounded(f.instance.Score(), 5))
	f.cpu = append(f.cpu, rounded(f.Thinking, 3))
}
