"""HEBO: https://github.com/huawei-noah/HEBO. No conditions: all parameters are asked
for, those that do not exist are left out. Log scales are its `pow`."""

import math
from importlib.metadata import version

import numpy as np
import pandas as pd
import torch
from drive import TRIES
from hebo.design_space.design_space import DesignSpace
from hebo.optimizers.hebo import HEBO

VERSION = version("HEBO")


def describe(p):
    if p["type"] == "choice":
        return {"name": p["name"], "type": "cat", "categories": [str(k) for k in range(len(p["values"]))]}
    kind = {("float", False): "num", ("float", True): "pow", ("int", False): "int", ("int", True): "pow_int"}
    return {"name": p["name"], "type": kind[p["type"], p["log"]], "lb": p["low"], "ub": p["high"]}


def search(desk):
    np.random.seed(desk.seed)
    torch.manual_seed(desk.seed)
    torch.set_num_threads(1)
    o = HEBO(DesignSpace().parse([describe(p) for p in desk.space]), scramble_seed=desk.seed)
    worst = 0.0
    while True:
        for _ in range(TRIES):
            rec = o.suggest(n_suggestions=1)
            row = rec.iloc[0].to_dict()
            for p in desk.space:
                if p["type"] == "choice":
                    row[p["name"]] = p["values"][int(row[p["name"]])]
                elif p["type"] == "int":
                    row[p["name"]] = int(row[p["name"]])
            if desk.allowed(desk.prune(row)):
                break
            o.observe(rec, np.array([[worst]]))
        used, losses, feasible = desk.evaluate(desk.prune(row))
        row |= used
        told = {p["name"]: str(p["values"].index(row[p["name"]])) if p["type"] == "choice" else row[p["name"]] for p in desk.space}
        value = losses[0] if feasible and not math.isnan(losses[0]) else worst
        worst = max(worst, value)
        o.observe(pd.DataFrame([told], index=rec.index), np.array([[value]]))


ALGORITHMS = {"hebo": search}
