"""Lets another package's optimiser search, task after task.

Started by the search benchmark, which owns the tasks: lines of JSON come on standard
input and go out on standard output. A run begins with what a searcher may know; from
then on the optimiser starts trials and trains them, and the benchmark answers, counts
and keeps the score (package play of danlu).

    <- {"run": {"algorithm": "tpe", "seed": 7, "space": [...], "objectives": 1,
                "constraints": false, "limited": false, "steps": 0, "budget": 100}}
    -> {"start": {"lr": 0.1}}            <- {"trial": 0, "used": {"lr": 0.098}}
    -> {"train": 0, "cpu": 0.25}         <- {"step": 1, "losses": [0.3]}, or {"over": true}
    -> {"allowed": {"lr": 0.1}}          <- {"allowed": true}
    -> {"done": true, "cpu": 1.5}, or {"error": "..."}

What of it is Optuna's, HEBO's, ... is in with_<package>.py: a dictionary ALGORITHMS of
functions of a Desk and an algorithm's name, and VERSION.
"""

import importlib
import json
import math
import os
import sys
import time
import traceback
import warnings


TRIES = 10  # proposals against the known constraints that cost nothing, one after another


class Over(Exception):
    """The budget is spent."""


class Desk:
    """What a searcher may know and do."""

    def __init__(self, read, write, run):
        self._read, self._write = read, write
        self.algorithm = run["algorithm"]
        self.seed = run["seed"]
        self.space = run["space"]  # of name, type, low, high, log, values, when
        self.objectives = run["objectives"]
        self.constrained = run["constraints"]  # there are demands on parameters: allowed()
        self.limited = run["limited"]  # a trial may turn out infeasible
        self.steps = run["steps"]  # 0: an evaluation is one value
        self.budget = run["budget"]
        self._cpu = 0.0
        self._since = time.process_time()

    def _ask(self, message):
        self._cpu += time.process_time() - self._since
        self._write(message)
        answer = self._read()
        self._since = time.process_time()
        return answer

    def cpu(self):
        return self._cpu + time.process_time() - self._since

    def start(self, params):
        """Begins a trial; returns its number and the parameters it took instead."""
        answer = self._ask({"start": {name: plain(value) for name, value in params.items()}})
        return answer["trial"], answer["used"]

    def train(self, trial):
        """One step on, or to the value. Returns step, losses (NaN: failed), feasible."""
        answer = self._ask({"train": trial, "cpu": self.cpu()})
        if answer.get("over"):
            raise Over
        losses = [math.nan if v is None else v for v in answer.get("losses") or []]
        return answer["step"], losses, not answer.get("infeasible", False)

    def evaluate(self, params):
        """Start and train at once: parameters used, losses, feasible."""
        trial, used = self.start(params)
        _, losses, feasible = self.train(trial)
        return used, losses, feasible

    def allowed(self, params):
        """Whether the constraints known beforehand allow the parameters: it is free."""
        if not self.constrained:
            return True
        return self._ask({"allowed": {name: plain(value) for name, value in params.items()}})["allowed"]

    def exists(self, p, params):
        """Whether a parameter exists, given those before it."""
        return all(c["param"] in params and params[c["param"]] in c["in"] for c in p["when"])

    def prune(self, params):
        """Leaves out what does not exist, for optimisers that know no conditions."""
        kept = {}
        for p in self.space:
            if self.exists(p, kept):
                kept[p["name"]] = params[p["name"]]
        return kept


def plain(value):
    """A value as JSON has it: no numpy."""
    return value.item() if hasattr(value, "item") else value


def main():
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"):
        os.environ[name] = "1"
    warnings.simplefilter("ignore")
    channel = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what packages print is not for the benchmark

    def write(message):
        channel.write(json.dumps(message) + "\n")

    def read():
        line = sys.stdin.readline()
        if not line:
            sys.exit(0)
        return json.loads(line)

    package = importlib.import_module("with_" + sys.argv[1])
    write({"version": package.VERSION})
    while True:
        desk = Desk(read, write, read()["run"])
        try:
            package.ALGORITHMS[desk.algorithm](desk)
            write({"done": True, "cpu": desk.cpu()})
        except Over:
            write({"done": True, "cpu": desk.cpu()})
        except Exception as e:
            traceback.print_exc()
            write({"error": f"{type(e).__name__}: {e}"})


if __name__ == "__main__":
    main()
