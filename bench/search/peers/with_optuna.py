"""Optuna: https://optuna.org. Spaces are define-by-run, with conditions."""

import math
import os

import optuna
from drive import TRIES
from optuna.trial import TrialState

VERSION = optuna.__version__
optuna.logging.set_verbosity(optuna.logging.ERROR)


def suggest(desk, trial):
    params = {}
    for p in desk.space:
        if not desk.exists(p, params):
            continue
        name = p["name"]
        if p["type"] == "choice":
            params[name] = trial.suggest_categorical(name, p["values"])
        elif p["type"] == "int":
            params[name] = trial.suggest_int(name, p["low"], p["high"], log=p["log"])
        else:
            params[name] = trial.suggest_float(name, p["low"], p["high"], log=p["log"])
    return params


def put(study, trial, used):
    """Writes into a running trial what it really used."""
    frozen = study._storage.get_trial(trial._trial_id)
    for name, value in used.items():
        d = frozen.distributions[name]
        if frozen.params[name] != value:
            study._storage.set_trial_param(trial._trial_id, name, d.to_internal_repr(value), d)


def sampler_of(desk, constraints):
    kind, seed = desk.algorithm.split("/")[0], desk.seed
    extra = {"constraints_func": constraints} if constraints else {}
    samplers = optuna.samplers
    if kind == "tpe":
        return samplers.TPESampler(seed=seed, **extra)
    if kind == "tpe-group":
        return samplers.TPESampler(seed=seed, multivariate=True, group=True, **extra)
    if kind == "tpe-univariate":
        return samplers.TPESampler(seed=seed, multivariate=False, **extra)
    if kind == "gp":
        return samplers.GPSampler(seed=seed, warn_independent_sampling=False, **extra)
    if kind == "cmaes":
        return samplers.CmaEsSampler(seed=seed, warn_independent_sampling=False)
    if kind == "cmaes-margin":
        return samplers.CmaEsSampler(seed=seed, with_margin=True, warn_independent_sampling=False)
    if kind == "nsga2":
        return samplers.NSGAIISampler(seed=seed, **extra)
    if kind == "random":
        return samplers.RandomSampler(seed=seed)
    if kind == "auto":
        return auto().AutoSampler(seed=seed, **extra)
    raise ValueError(f"no sampler {kind}")


def auto():
    """OptunaHub's AutoSampler, from a copy of the registry where there is one."""
    import optunahub

    root = os.environ.get("OPTUNAHUB_REGISTRY")
    if root:
        return optunahub.load_local_module("samplers/auto_sampler", registry_root=root)
    return optunahub.load_module("samplers/auto_sampler")


def blackbox(desk):
    """Limits are told by constraints_func: a trial against one has the worst losses."""

    def violation(trial):
        return [trial.user_attrs.get("violation", 0.0)]

    study = optuna.create_study(directions=["minimize"] * desk.objectives, sampler=sampler_of(desk, violation if desk.limited else None))
    worst = [0.0] * desk.objectives

    def refuse(trial):
        trial.set_user_attr("violation", 1.0)
        study.tell(trial, worst)

    while True:
        trial = study.ask()
        params = suggest(desk, trial)
        for _ in range(TRIES):
            if desk.allowed(params):
                break
            refuse(trial)
            trial = study.ask()
            params = suggest(desk, trial)
        used, losses, feasible = desk.evaluate(params)
        put(study, trial, used)
        if not feasible:
            refuse(trial)
        elif any(map(math.isnan, losses)):
            study.tell(trial, state=TrialState.FAIL)
        else:
            worst = [max(a, b) for a, b in zip(worst, losses)]
            study.tell(trial, losses)


def pruner_of(desk):
    kind = desk.algorithm.split("/")[1]
    if kind == "asha":
        return optuna.pruners.SuccessiveHalvingPruner()
    if kind == "hyperband":
        return optuna.pruners.HyperbandPruner(max_resource=desk.steps)
    if kind == "median":
        return optuna.pruners.MedianPruner()
    raise ValueError(f"no pruner {kind}")


def fidelity(desk):
    """Pruners stop trials and never take them up again. As Optuna's users do, a trial
    reports every step and raises when it should be pruned. Its value is its last."""
    study = optuna.create_study(sampler=sampler_of(desk, None), pruner=pruner_of(desk))
    while True:
        trial = study.ask()
        number, used = desk.start(suggest(desk, trial))
        put(study, trial, used)
        value, state = math.nan, TrialState.COMPLETE
        while True:
            step, losses, _ = desk.train(number)
            value = losses[0]
            if math.isnan(value):
                state = TrialState.FAIL
                break
            trial.report(value, step)
            if step >= desk.steps:
                break
            if trial.should_prune():
                state = TrialState.PRUNED
                break
        if state == TrialState.COMPLETE:
            study.tell(trial, value)
        else:
            study.tell(trial, state=state)


ALGORITHMS = {name: blackbox for name in ("tpe", "tpe-group", "tpe-univariate", "gp", "cmaes", "cmaes-margin", "nsga2", "random", "auto")}
ALGORITHMS |= {f"{s}/{p}": fidelity for s in ("tpe", "gp", "random", "auto") for p in ("asha", "hyperband", "median")}
