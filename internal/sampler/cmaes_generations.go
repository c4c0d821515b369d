package sampler

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danlu-ml/danlu/internal/study"
)

// generations deals out a study's ended trials, a generation at a time. It follows
// the study: what it has dealt out stays so, until [generations.catchUp] says
// otherwise.
type generations struct {
	seen    follower
	of      []told         // by trial; without one while it has not ended
	members map[int][]told // of the generations to come
	others  []told         // of other origin, or late, that no lesson has looked at, by end
	at      int
	until   time.Time // the end of the last generation

	first  *study.Trial // of the sampler's name; nil: there is none yet
	origin told         // the best that was known when that was planned
	before bool         // something may have changed about what came before first
}

// told is how a trial that ended counts.
type told struct {
	standing
	ok    bool     // it has a standing; others are worse than any
	unit  *float64 // of its coordinates, which change if a program says that it used others
	ended time.Time
}

func tell(t *study.Trial) told {
	if t.State.Open() {
		return told{}
	}
	s, ok := stands(t)
	return told{s, ok, &t.Unit[0], t.Ended}
}

func (a told) compare(b told) int {
	if a.ok != b.ok {
		return map[bool]int{true: -1, false: 1}[a.ok]
	}
	return a.standing.compare(b.standing)
}

func byEnd(a, b told) int {
	return cmp.Or(a.ended.Compare(b.ended), cmp.Compare(a.trial.ID, b.trial.ID))
}

// lesson is what one generation was told: its trials as they ended, and the best
// of others that ended meanwhile, if any has a standing.
type lesson struct {
	told     []told
	stranger told
}

// ranked is the best first, the stranger in the place of the worst if it is better
// than all.
func (l lesson) ranked() []told {
	all := l.told
	slices.SortFunc(all, told.compare)
	if l.stranger.ok && l.stranger.compare(all[0]) < 0 {
		all = slices.Insert(all[:len(all)-1], 0, l.stranger)
	}
	return all
}

// catchUp takes in what has become of trials, of which those of the sampler's name
// make generations. It begins anew, and says so, where that changes a generation
// already dealt out.
func (g *generations) catchUp(v *study.View, name string) (anew bool) {
	trials, anew := g.seen.changed(v)
	if !anew {
		for t := range trials {
			anew = anew || g.upsets(t)
		}
	}
	if anew {
		*g = generations{seen: g.seen, members: map[int][]told{}}
		trials = slices.Values(v.Trials)
	}
	g.of = append(g.of, make([]told, len(v.Trials)-len(g.of))...)
	for t := range trials {
		g.take(t, name)
	}
	if origin := g.known(); origin != g.origin {
		if g.at > 0 { // what was dealt out has to be once more
			*g = generations{seen: g.seen, members: map[int][]told{}, of: make([]told, len(v.Trials))}
			for _, t := range v.Trials {
				g.take(t, name)
			}
			g.before = false
		}
		g.origin, anew = origin, true
	}
	return anew
}

// known is the best trial that ran to its end before the first one of the sampler's was
// planned: where the strategy begins.
func (g *generations) known() (best told) {
	if !g.before {
		return g.origin
	}
	g.before = false
	until := len(g.of)
	if g.first != nil {
		until = int(g.first.ID)
	}
	for _, one := range g.of[:until] {
		if one.ok && one.early == 0 && (g.first == nil || !one.ended.After(g.first.Planned)) && (!best.ok || one.compare(best) < 0) {
			best = one
		}
	}
	return best
}

// upsets reports whether a trial is not what it was when it was taken in, or ended
// before others that have been dealt out already.
func (g *generations) upsets(t *study.Trial) bool {
	now, was := tell(t), told{}
	if int(t.ID) < len(g.of) {
		was = g.of[t.ID]
	}
	return now != was && (was.trial != nil || !now.ended.After(g.until))
}

func (g *generations) take(t *study.Trial, name string) {
	one := tell(t)
	if t.Sampler == name && (g.first == nil || t.ID < g.first.ID) {
		g.first, g.before = t, true
	}
	if one == g.of[t.ID] {
		return
	}
	g.of[t.ID] = one
	g.before = g.before || g.first == nil || t.ID < g.first.ID
	if t.Sampler == name {
		if n := generationOf(t.Tag); n >= g.at && n <= int(t.ID) {
			g.members[n] = append(g.members[n], one)
			return
		}
	}
	g.add(one)
}

func (g *generations) add(one told) {
	i := len(g.others)
	if i > 0 && byEnd(g.others[i-1], one) > 0 {
		i, _ = slices.BinarySearchFunc(g.others, one, byEnd)
	}
	g.others = slices.Insert(g.others, i, one)
}

// next is what the next generation of lambda points has to tell; ok is false while
// it is not over.
func (g *generations) next(lambda int) (l lesson, ok bool) {
	members := g.members[g.at]
	if len(members) < lambda {
		return lesson{}, false
	}
	slices.SortFunc(members, byEnd)
	if last := members[lambda-1].ended; last.After(g.until) {
		g.until = last
	}
	n := 0
	for n < len(g.others) && !g.others[n].ended.After(g.until) {
		if one := g.others[n]; one.ok && (!l.stranger.ok || one.compare(l.stranger) < 0) {
			l.stranger = one
		}
		n++
	}
	g.others = slices.Delete(g.others, 0, n)
	for _, late := range members[lambda:] {
		g.add(late)
	}
	l.told = members[:lambda:lambda]
	delete(g.members, g.at)
	g.at++
	return l, true
}

// generationOf reads a tag's generation, -1 if it has none.
func generationOf(tag string) int {
	number, _, _ := strings.Cut(tag, " ")
	if g, err := strconv.Atoi(number); err == nil {
		return g
	}
	return -1
}
