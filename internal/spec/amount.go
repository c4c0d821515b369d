package spec

import (
	"github.com/danlu-ml/danlu/internal/study"
)

const budgetExample = "budget: {trials: 60, time: 2h}"

var budgetObject = &object[study.Budget]{
	what: "budget", example: budgetExample,
	fields: []field[study.Budget]{
		{key: "trials", read: func(r *reader, n *node, b *study.Budget) {
			x, _ := r.whole(n, "budget.trials", "a whole number, as in trials: 60", 1)
			b.Trials = int(x)
		}},
		{key: "time", read: func(r *reader, n *node, b *study.Budget) {
			b.Time = r.duration(n, "budget.time", "time: 2h")
		}},
		{key: "steps", read: func(r *reader, n *node, b *study.Budget) {
			b.Steps, _ = r.whole(n, "budget.steps", "a whole number, as in steps: 1000", 1)
		}},
		{key: "gpu_hours", read: func(r *reader, n *node, b *study.Budget) {
			x, ok := r.number(n, "budget.gpu_hours", "a number, as in gpu_hours: 8")
			if ok && x <= 0 {
				r.fail(n, "budget.gpu_hours must be above 0; leave it out for no bound")
			}
			b.GPUHours = x
		}},
	},
}

func readBudget(r *reader, n *node, d *draft) {
	switch {
	case n.kind == stringKind && n.text == "none":
		d.unbound = true
	case n.kind == numberKind:
		r.fail(n, "budget: %s could be trials or anything; write budget: {trials: %[1]s}", n)
	case n.kind == mapKind && len(n.keys) == 0:
		r.fail(n, "budget is empty; write %s, or budget: none for no bound", budgetExample)
	default:
		readFields(r, n, budgetObject, &d.Budget)
	}
}

var resourcesObject = &object[study.Resources]{
	what: "resources", example: "resources: {cpus: 2, gpus: 1}",
	fields: []field[study.Resources]{
		{key: "cpus", read: func(r *reader, n *node, s *study.Resources) {
			x, ok := r.number(n, "resources.cpus", "a number of cores, as in cpus: 2")
			if ok && (x <= 0 || x > 1e6) {
				r.fail(n, "resources.cpus must be above 0, as in cpus: 2; leave it out for an equal share")
			}
			s.CPUs = x
		}},
		{key: "gpus", read: func(r *reader, n *node, s *study.Resources) {
			x, ok := r.number(n, "resources.gpus", "a whole number of devices, as in gpus: 1")
			switch {
			case ok && x > 0 && x < 1:
				r.fail(n, "resources.gpus counts whole devices; for a part of one write {gpus: 1, share: %s}", n)
			case ok:
				x, _ := r.whole(n, "resources.gpus", "a whole number of devices, as in gpus: 1", 0)
				s.GPUs = int(min(x, 1_000_000))
			}
		}},
		{key: "share", read: func(r *reader, n *node, s *study.Resources) {
			x, ok := r.number(n, "resources.share", "a number, as in share: 0.5")
			if ok && (x <= 0 || x > 1) {
				r.fail(n, "resources.share is the part of a device that a trial takes, above 0 and at most 1; this is %s", n)
			}
			s.Share = x
		}},
	},
}
