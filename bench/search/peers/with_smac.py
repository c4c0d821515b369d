"""SMAC3: https://github.com/automl/SMAC3, with ConfigSpace's conditions."""

import logging
import math
import tempfile
from importlib.metadata import version
from pathlib import Path

from ConfigSpace import Categorical, CategoricalHyperparameter, Configuration, ConfigurationSpace, EqualsCondition, Float, InCondition, Integer
from drive import TRIES
from smac import BlackBoxFacade, HyperparameterOptimizationFacade, MultiFidelityFacade, Scenario
from smac.runhistory.dataclasses import TrialInfo, TrialValue
from smac.runhistory.enumerations import StatusType

VERSION = version("smac")
logging.disable(logging.CRITICAL)


def configspace(desk):
    cs = ConfigurationSpace(seed=desk.seed)
    made = {}
    for p in desk.space:
        if p["type"] == "choice":
            h = Categorical(p["name"], [str(v) for v in p["values"]])
        elif p["type"] == "int":
            h = Integer(p["name"], (p["low"], p["high"]), log=p["log"])
        else:
            h = Float(p["name"], (p["low"], p["high"]), log=p["log"])
        made[p["name"]] = h
        cs.add(h)
    for p in desk.space:
        for c in p["when"]:
            parent = made[c["param"]]
            values = [str(v) for v in c["in"]] if isinstance(parent, CategoricalHyperparameter) else c["in"]
            one = len(values) == 1
            cs.add(EqualsCondition(made[p["name"]], parent, values[0]) if one else InCondition(made[p["name"]], parent, values))
    return cs


def ours(desk, config):
    params = {}
    for p in desk.space:
        if p["name"] not in config:
            continue
        value = config[p["name"]]
        if p["type"] == "choice":
            value = next(v for v in p["values"] if str(v) == value)
        params[p["name"]] = int(value) if p["type"] == "int" else value
    return params


def theirs(desk, cs, params):
    values = {p["name"]: str(params[p["name"]]) if p["type"] == "choice" else params[p["name"]] for p in desk.space if p["name"] in params}
    return Configuration(cs, values=values)


def scenario(desk, cs, trials, **more):
    return Scenario(cs, n_trials=trials, seed=desk.seed, deterministic=True, output_directory=Path(tempfile.mkdtemp()), **more)


def search(desk):
    """A table's own row is told as a trial of its own; the one asked for stays running."""
    cs = configspace(desk)
    facade = {"hpo": HyperparameterOptimizationFacade, "blackbox": BlackBoxFacade}[desk.algorithm]
    o = facade(scenario(desk, cs, 1000 * desk.budget), lambda config, seed=0: 0.0, overwrite=True, logging_level=False,
               initial_design=facade.get_initial_design(scenario(desk, cs, desk.budget)))
    worst = 0.0
    while True:
        for _ in range(TRIES):
            info = o.ask()
            params = ours(desk, info.config)
            if desk.allowed(params):
                break
            o.tell(info, TrialValue(cost=worst, status=StatusType.CRASHED), save=False)
        used, losses, feasible = desk.evaluate(params)
        ok = feasible and not math.isnan(losses[0])
        worst = max(worst, losses[0]) if ok else worst
        value = TrialValue(cost=losses[0] if ok else worst, status=StatusType.SUCCESS if ok else StatusType.CRASHED)
        told = theirs(desk, cs, used)
        if told != info.config:
            info = TrialInfo(config=told, seed=info.seed, instance=info.instance, budget=info.budget)
        o.tell(info, value, save=False)


def fidelity(desk):
    """Hyperband with a random forest over all fidelities. A configuration that comes
    again with a larger budget goes on from where it was."""
    cs = configspace(desk)
    # Its n_trials only has to be larger than what the budget of steps allows.
    o = MultiFidelityFacade(scenario(desk, cs, 100 * desk.budget, min_budget=max(1, desk.steps / 27), max_budget=desk.steps),
                            lambda config, seed=0, budget=0: 0.0, overwrite=True, logging_level=False)
    started = {}
    worst = 0.0
    while True:
        info = o.ask()
        if info.config not in started:
            started[info.config] = [desk.start(ours(desk, info.config))[0], 0, math.nan]
        run = started[info.config]
        while run[1] < round(info.budget):
            run[1], losses, _ = desk.train(run[0])
            run[2] = losses[0]
        ok = not math.isnan(run[2])
        worst = max(worst, run[2]) if ok else worst
        o.tell(info, TrialValue(cost=run[2] if ok else worst, status=StatusType.SUCCESS if ok else StatusType.CRASHED), save=False)


ALGORITHMS = {"hpo": search, "blackbox": search, "multifidelity": fidelity}
