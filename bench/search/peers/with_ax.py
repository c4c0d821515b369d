"""Ax: https://ax.dev, with BoTorch. Its generation strategy is the default one. It has
no conditions that its models use: all parameters are asked for."""

import logging
import math
from importlib.metadata import version

import torch
from ax.api.client import Client
from ax.api.configs import ChoiceParameterConfig, RangeParameterConfig
from drive import TRIES

VERSION = version("ax-platform")
logging.disable(logging.CRITICAL)


def describe(p):
    if p["type"] == "choice":
        kind = "str" if isinstance(p["values"][0], str) else "float" if isinstance(p["values"][0], float) else "bool" if isinstance(p["values"][0], bool) else "int"
        return ChoiceParameterConfig(name=p["name"], parameter_type=kind, values=p["values"], is_ordered=bool(p.get("ordered")))
    return RangeParameterConfig(name=p["name"], parameter_type=p["type"], bounds=(p["low"], p["high"]), scaling="log" if p["log"] else "linear")


def search(desk):
    """A table's own row is attached in place of the trial that was asked for."""
    torch.set_num_threads(1)
    client = Client(random_seed=desk.seed)
    client.configure_experiment(name="task", parameters=[describe(p) for p in desk.space])
    client.configure_optimization(objective=", ".join(f"-loss{i}" for i in range(desk.objectives)))
    while True:
        for _ in range(TRIES):
            [(index, params)] = client.get_next_trials(max_trials=1).items()
            if desk.allowed(desk.prune(params)):
                break
            client.mark_trial_abandoned(trial_index=index)
        used, losses, feasible = desk.evaluate(desk.prune(params))
        told = params | used
        if told != params:
            client.mark_trial_abandoned(trial_index=index)
            index = client.attach_trial(parameters=told)
        if feasible and not any(map(math.isnan, losses)):
            client.complete_trial(trial_index=index, raw_data={f"loss{i}": v for i, v in enumerate(losses)})
        else:
            client.mark_trial_failed(trial_index=index)


ALGORITHMS = {"ax": search}
