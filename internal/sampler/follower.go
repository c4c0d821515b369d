package sampler

import (
	"iter"
	"slices"

	"github.com/danlu-ml/danlu/internal/study"
)

// follower knows how far a cache has followed a study.
type follower struct {
	view *study.View
	def  *study.Definition
	seq  int64
}

// changed lists the trials that events have touched since it was last asked, or all
// of them where that was about another study, or another definition: then anew is
// set, and nothing that was kept holds.
func (f *follower) changed(v *study.View) (trials iter.Seq[*study.Trial], anew bool) {
	since := f.seq
	anew = f.view != v || f.def != v.Def || v.Seq < since
	*f = follower{v, v.Def, v.Seq}
	if anew {
		return slices.Values(v.Trials), true
	}
	return v.ChangedSince(since), false
}
