"""nevergrad: https://facebookresearch.github.io/nevergrad. Parametrisation without
conditions: all parameters are asked for, those that do not exist are left out."""

import math

import nevergrad as ng
import numpy as np
from drive import TRIES

VERSION = ng.__version__


def parametrization(space):
    fields = {}
    for p in space:
        if p["type"] == "choice":
            fields[p["name"]] = (ng.p.TransitionChoice if p.get("ordered") else ng.p.Choice)(p["values"])
        elif p["log"]:
            x = ng.p.Log(lower=p["low"], upper=p["high"])
            fields[p["name"]] = x.set_integer_casting() if p["type"] == "int" else x
        else:
            x = ng.p.Scalar(lower=p["low"], upper=p["high"])
            fields[p["name"]] = x.set_integer_casting() if p["type"] == "int" else x
    return ng.p.Dict(**fields)


def search(desk):
    """A table's own row is not told in place of what was asked for: its optimisers are
    made to be told what they asked."""
    space = parametrization(desk.space)
    space.random_state = np.random.RandomState(desk.seed)
    o = getattr(ng.optimizers, desk.algorithm)(parametrization=space, budget=desk.budget, num_workers=1)
    worst = [0.0] * desk.objectives
    while True:
        x = o.ask()
        for _ in range(TRIES):
            if desk.allowed(desk.prune(x.value)):
                break
            o.tell(x, max(worst) + 1 if desk.objectives == 1 else [w + 1 for w in worst])
            x = o.ask()
        _, losses, feasible = desk.evaluate(desk.prune(x.value))
        if not feasible or any(map(math.isnan, losses)):
            losses = worst
        worst = [max(a, b) for a, b in zip(worst, losses)]
        o.tell(x, losses[0] if desk.objectives == 1 else losses)


ALGORITHMS = {name: search for name in ("NGOpt", "CMA", "DE")}
