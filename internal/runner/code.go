package runner

import (
	"context"
	"time"

	"github.com/danlu-ml/danlu/internal/study"
)

// codeEvery is how often the program's version is looked at.
const codeEvery = 30 * time.Second

// watchCode looks at the program's version now and then, and sends it when it
// has changed, until ctx ends.
func (r *Runner) watchCode(ctx context.Context, known study.Provenance) {
	ticker := time.NewTicker(codeEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		p, err := r.Code(ctx)
		if err != nil || p.SameCode(known) {
			continue
		}
		known = p
		select {
		case r.code <- p:
		case <-ctx.Done():
			return
		}
	}
}

// codeChanged writes down that the trials from now on run other code.
func (r *Runner) codeChanged(p study.Provenance) error {
	was := r.engine.View().Provenance
	now := was
	now.Commit, now.Dirty, now.Diff, now.Files = p.Commit, p.Dirty, p.Diff, p.Files
	what := "the code has changed during the study: " + now.CodeChange(was)
	r.Log.Warn(what + "; trials from here on are not comparable to earlier ones (snapshot: true keeps them so)")
	return r.engine.Change(study.Changed{Provenance: &now, What: []string{what}})
}
