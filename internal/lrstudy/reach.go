package lrstudy

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/danlu-ml/danlu/internal/probe"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/trainer/sched"
)

// reach is the share of its peak at which a schedule is during a probe, on average
// over what is read of it; 1 where nothing is known of one. A program that warms up,
// or goes through One Cycle, has hardly begun when a probe ends: without this its
// suggestion would be too high by the inverse.
func (q *question) reach() float64 { return q.reachBy(q.plan.Horizon(nil)) }

// reachBy is the same for probes of a length.
func (q *question) reachBy(horizon int64) float64 {
	name, warmup := q.schedule()
	full, h := int(q.plan.Full), int(horizon)
	if full == 0 || name == "" && warmup == 0 {
		return 1
	}
	if name == "" {
		name = "constant"
	}
	s := sched.Schedule{Name: name, LR: 1, Total: full, Warmup: int(warmup * float64(full)), PctStart: 0.3, Gamma: 1}
	sum, n := 0.0, 0
	for step := h * 4 / 10; step < max(h, 1); step++ {
		sum += s.At(step)
		n++
	}
	return sum / float64(n)
}

// schedule is what the person says of the program's own, else what the default
// configuration does, or the command line of the built-in trainer. The name is one of
// sched.Names, empty where a program has a name of its own for it.
func (q *question) schedule() (name string, warmup float64) {
	name, warmup = q.ask.Schedule, q.ask.Warmup
	base, ok := q.def.Space.Default()
	for i := 0; ok && i < q.def.Space.Len(); i++ {
		p := q.def.Space.Param(i)
		v, there := base[p.Name]
		switch {
		case !there:
		case (p.Role == "schedule" || p.Name == "schedule" && q.builtIn()) && name == "" && v.Kind() == space.StringKind:
			name = v.String()
		case p.Role == "warmup" && warmup == 0:
			if warmup = v.Float(); warmup >= 1 && q.plan.Full > 0 { // steps as the study counts them
				warmup /= float64(q.plan.Full)
			}
		}
	}
	if name == "" && q.builtIn() {
		name = trainersSchedule(q.def.Command)
	}
	name, warm, ok := sched.Named(name)
	if !ok {
		name = ""
	}
	if warm && warmup == 0 {
		warmup = sched.UsualWarmup
	}
	return name, min(max(warmup, 0), 1)
}

// trainersSchedule is what a command line of the built-in trainer sets, its default
// if nothing.
func trainersSchedule(command []string) string {
	name := "constant"
	for i, arg := range command {
		if set, ok := strings.CutPrefix(strings.TrimLeft(arg, "-"), "schedule="); ok {
			name = set
		} else if arg == "--schedule" && i+1 < len(command) {
			name = command[i+1]
		}
	}
	return name
}

var isRate = regexp.MustCompile(`(?i)^(.*[^a-z])?(lr|learning_rate)(-.*|_0|/pg1)?$`)

// reported is the share of the given rate that a program itself reports to have
// trained with, over the trials measured; 0 where it reports none.
func (q *question) reported(ctx context.Context, o Options, name string, v *study.View, res probe.Result) (float64, error) {
	var shares []float64
	for _, t := range v.Trials {
		given := t.Params[q.param.Name].Float()
		var sum float64
		var n int
		for ps, err := range o.Store.Points(ctx, name, t.ID) {
			if err != nil {
				return 0, fmt.Errorf("read what probe %d reported: %w", t.ID, err)
			}
			for _, p := range ps.Rows {
				if isRate.MatchString(p.Metric) && p.Step*10 >= res.Horizon*4 && p.Step <= res.Horizon && p.Value > 0 {
					sum += p.Value
					n++
				}
			}
		}
		if n > 0 && given > 0 {
			shares = append(shares, sum/float64(n)/given)
		}
	}
	if len(shares) == 0 {
		return 0, nil
	}
	slices.Sort(shares)
	return shares[len(shares)/2], nil
}
