package guess

import (
	"strings"

	"github.com/danlu-ml/danlu/internal/space"
)

// linkDecay lets the weight decay of AdamW follow the learning rate, so that it is
// their product that is searched: that is what shrinks a weight in a step
// (Loshchilov & Hutter 2019, eq. 9), and what a change of the rate should leave as it
// is. It needs to be sure of the optimizer, and one rate with a default.
func linkDecay(all []*Guess, f Facts) {
	var rate, decay *Guess
	for _, g := range all {
		switch {
		case g.Role == "optimizer":
			if g.Use == Tune || !strings.Contains(strings.ToLower(g.Option.Default), "adamw") {
				return
			}
			f.AdamW = true
		case g.Use == Tune && g.Role == "learning_rate":
			if rate != nil {
				return
			}
			rate = g
		case g.Use == Tune && g.Role == "weight_decay":
			if decay != nil {
				return
			}
			decay = g
		}
	}
	if !f.AdamW || rate == nil || decay == nil || len(rate.When) > 0 {
		return
	}
	at := rate.Default.Float()
	if d, ok := decay.Domain.(space.Float); ok && d.Step == 0 && at > 0 {
		decay.Scale = &space.Scale{To: rate.Name(), Exponent: -1, At: at}
	}
}
