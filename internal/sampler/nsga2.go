package sampler

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"

	"github.com/danlu-ml/danlu/internal/pareto"
	"github.com/danlu-ml/danlu/internal/sobol"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// nsga2 is the genetic algorithm of Deb, Pratap, Agarwal and Meyarivan (2002): of
// parents and children together the best survive, by non-domination rank and, of
// equal rank, by crowding distance; children are bred of parents that won a
// tournament of two. With one objective the rank is the order.
//
// It departs from the paper in when it selects: a child is bred from the best of
// all results there are, and not only when the whole generation before it has
// ended. So trials that run long or fail hold up nothing, and nothing has to be
// remembered: the population is worked out from the trials, a generation's worth of
// results at a time. The tag is the generation.
//
// The first generation is an even spread.
type nsga2 struct {
	options nsga2Options
	all     *lattice
	points  *sobol.Sequence // of the first generation; nil: at random
	breeder breeder

	mu     sync.Mutex // of what follows, a cache: see population
	seen   follower
	of     []*contender // by trial, nil for those that are none
	told   []*contender // those there are
	stages []stage
}

type nsga2Options struct {
	Population int      `json:"population"` // 0: by the budget, see populationFor
	Crossover  *float64 `json:"crossover"`  // the probability that a child has two parents; nil: 0.9
	Mutation   *float64 `json:"mutation"`   // the probability that a parameter mutates; nil: one parameter in a child
}

func newNSGA2(a study.Algorithm, def *study.Definition) (Sampler, error) {
	s := &nsga2{all: enumerate(def.Space, listable)}
	o := &s.options
	if err := a.Decode(o); err != nil {
		return nil, err
	}
	if o.Crossover == nil {
		o.Crossover = new(0.9)
	}
	if o.Mutation == nil {
		o.Mutation = new(1 / float64(max(def.Space.Len(), 1)))
	}
	switch {
	case o.Population < 0 || o.Population == 1 || o.Population == 0 && given(a, "population"):
		return nil, fmt.Errorf("population: %d is not a number of parents: want 2 or more, as in {nsga2: {population: 40}}", o.Population)
	case !(*o.Crossover >= 0 && *o.Crossover <= 1):
		return nil, fmt.Errorf("crossover: %v is not a probability: want a number from 0 to 1, as in {nsga2: {crossover: 0.9}}", *o.Crossover)
	case !(*o.Mutation >= 0 && *o.Mutation <= 1):
		return nil, fmt.Errorf("mutation: %v is not a probability: want a number from 0 to 1, as in {nsga2: {mutation: 0.1}}", *o.Mutation)
	case *o.Crossover == 0 && *o.Mutation == 0:
		return nil, errors.New("crossover and mutation are both 0, which makes no child that is new: leave one of them out")
	}
	o.Population = cmp.Or(o.Population, populationFor(def))
	s.breeder = newBreeder(def.Space, *o.Crossover, *o.Mutation)
	if n := def.Space.Len(); n > 0 && n <= sobol.MaxDim {
		points, err := sobol.Scrambled(n, def.Seed)
		if err != nil {
			return nil, err
		}
		s.points = points
	}
	return s, nil
}

// populationFor is a tenth of the budget, for some generations to fit into it, but
// enough to span a front.
func populationFor(def *study.Definition) int {
	if def.Budget.Trials == 0 {
		return 30
	}
	return min(max(def.Budget.Trials/10, 20), 50)
}

// Name implements [Sampler].
func (*nsga2) Name() string { return "nsga2" }

// Suggest implements [Sampler].
func (s *nsga2) Suggest(ctx context.Context, v *study.View, n int, rng *rand.Rand) ([]Proposal, error) {
	return s.choose(ctx, v, n, rng, nil)
}

// choose implements [choosy].
func (s *nsga2) choose(ctx context.Context, v *study.View, n int, rng *rand.Rand, ok func(space.Values) bool) ([]Proposal, error) {
	f := newFresh(v, s.all, rng)
	f.ok = ok
	s.mu.Lock()
	defer s.mu.Unlock()
	parents, generation := s.population(v)
	var out []Proposal
	for len(out) < n && ctx.Err() == nil {
		p := Proposal{Sampler: s.Name(), Tag: strconv.Itoa(generation)}
		found := false
		if i := len(v.Trials) + len(out); i < s.options.Population || len(parents) < 2 {
			first := true
			p.Why = "of the first generation: evenly spread"
			p.Params, found = f.take(func(u []float64) {
				if first && s.points != nil {
					copy(u, s.points.At(uint32(i), make([]float64, len(u))))
					first = false
					return
				}
				uniform(rng, u)
			})
		} else {
			var a, b *contender
			p.Params, found = f.take(func(u []float64) {
				a, b = tournament(rng, parents), tournament(rng, parents)
				s.breeder.breed(rng, a.trial, b.trial, u)
			})
			p.Why = "one of the last configurations left"
			if !f.last {
				p.Why = fmt.Sprintf("child of trials %d and %d in generation %d", a.trial.ID, b.trial.ID, generation)
			}
		}
		if !found {
			break
		}
		out = append(out, p)
	}
	return out, ctx.Err()
}

// contender is a trial that may become a parent.
type contender struct {
	trial    *study.Trial
	losses   []float64
	feasible bool
	rank     int     // infeasible ones come after all that are feasible
	crowding float64 // within its rank
}

// compare puts the better one first (the crowded-comparison operator, Deb et al.
// 2002, § III-B, behind constrained domination, § VI).
func (a *contender) compare(b *contender) int {
	return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(b.crowding, a.crowding), cmp.Compare(a.trial.ID, b.trial.ID))
}

// selections is how many times the survivors are chosen, at most, however many
// trials there are.
const selections = 40

// stage is one selection: who joined, and who survived it.
type stage struct{ joined, alive []*contender }

// population works out who survives: a generation of results after another joins
// those that survived so far, the last of them as far as it has come. Where there
// are very many, several generations join at once. Selections of the same contenders
// are not made again.
func (s *nsga2) population(v *study.View) (alive []*contender, generation int) {
	s.follow(v)
	size := s.options.Population
	joint := size
	for len(s.told) > joint*selections {
		joint *= 2
	}
	if count := (len(s.told) + joint - 1) / joint; len(s.stages) > count {
		s.stages = s.stages[:max(count-1, 0)] // ranks are those of the last selection
	}
	i := 0
	for joining := range slices.Chunk(s.told, joint) {
		if i == len(s.stages) || !slices.Equal(s.stages[i].joined, joining) {
			all := slices.Concat(alive, joining)
			s.stages = append(s.stages[:i], stage{slices.Clone(joining), survivors(all, size)})
		}
		alive = s.stages[i].alive
		i++
	}
	return alive, len(s.told) / size
}

// follow brings the contenders up to date.
func (s *nsga2) follow(v *study.View) {
	trials, anew := s.seen.changed(v)
	if anew {
		s.of, s.stages = nil, nil
	}
	s.of = append(s.of, make([]*contender, len(v.Trials)-len(s.of))...)
	for t := range trials {
		c, ok := contend(v.Def, t)
		if !ok {
			c = nil
		}
		if was := s.of[t.ID]; was == nil || c == nil || was.feasible != c.feasible || !slices.Equal(was.losses, c.losses) {
			s.of[t.ID] = c
		}
	}
	s.told = s.told[:0]
	for _, c := range s.of {
		if c != nil {
			s.told = append(s.told, c)
		}
	}
}

// contend reads what a trial reached. A trial that broke a constraint by what it
// measured has losses all the same; ok is false for one without any.
func contend(def *study.Definition, t *study.Trial) (c *contender, ok bool) {
	if t.State != study.Completed && t.State != study.Infeasible {
		return nil, false
	}
	c = &contender{trial: t, losses: t.Losses, feasible: t.State == study.Completed}
	if !c.feasible {
		c.losses = make([]float64, len(def.Objectives))
		for i, o := range def.Objectives {
			c.losses[i] = math.Inf(1)
			if x, ok := t.Values[o.Metric]; ok {
				c.losses[i] = o.Loss(x)
			}
		}
	}
	return c, len(c.losses) > 0 && !slices.ContainsFunc(c.losses, func(x float64) bool { return math.IsInf(x, 1) })
}

// survivors are the best of all, at most size, with their rank and crowding.
func survivors(all []*contender, size int) []*contender {
	var feasible, infeasible []*contender
	for _, c := range all {
		if c.feasible {
			feasible = append(feasible, c)
		} else {
			infeasible = append(infeasible, c)
		}
	}
	alive := slices.Concat(rank(feasible, 0), rank(infeasible, len(feasible)))
	return alive[:min(len(alive), size)]
}

// rank puts the better ones first, with their rank, from a given one on, and
// their crowding.
func rank(group []*contender, from int) []*contender {
	losses := make([][]float64, len(group))
	for i, c := range group {
		losses[i] = c.losses
	}
	for i, r := range pareto.Ranks(losses) {
		group[i].rank = from + r
	}
	slices.SortStableFunc(group, func(a, b *contender) int { return a.rank - b.rank })
	for i := 0; i < len(group); {
		j := i + 1
		for j < len(group) && group[j].rank == group[i].rank {
			j++
		}
		crowd(group[i:j])
		i = j
	}
	slices.SortFunc(group, (*contender).compare)
	return group
}

// crowd works out the crowding distances on one front.
func crowd(front []*contender) {
	if len(front) == 1 {
		front[0].crowding = math.Inf(1)
		return
	}
	losses := make([][]float64, len(front))
	for i, c := range front {
		losses[i] = c.losses
	}
	for i, d := range pareto.Crowding(losses) {
		front[i].crowding = d
	}
}

// tournament is the better one of two drawn at random.
func tournament(rng *rand.Rand, from []*contender) *contender {
	a, b := from[rng.IntN(len(from))], from[rng.IntN(len(from))]
	if b.compare(a) < 0 {
		return b
	}
	return a
}
