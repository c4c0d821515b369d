package engine

import "github.com/danlu-ml/danlu/internal/study"

// onward is where an attempt up to a step begins: at the checkpoint to go on from, nil
// for nothing. Where a parameter is the fidelity, each attempt is a training of its
// own: it follows the one before at a lower value, and begins from a checkpoint only
// if that is of a training with the same value, or the file says that programs go on
// from those of a lower one.
func (e *Engine) onward(t *study.Trial, to int64) *study.Checkpoint {
	saved := e.resumable(t)
	if e.view.Def.Fidelity.Param == "" {
		return saved
	}
	c := study.Checkpoint{Step: t.Curve().Last()}
	says := e.view.Def.Fidelity.Resume
	if saved != nil && (says != nil && *says || t.Attempts[saved.Attempt-1].To == to) {
		c.Path = saved.Path
	}
	if c.Step == 0 && c.Path == "" {
		return nil
	}
	return &c
}
