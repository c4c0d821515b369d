"""Writes schedules.json: the rate before every step of PyTorch's schedules.

Run with Python 3.11 and torch 2.15.0 (CPU): python schedules.py > schedules.json
"""

import json
import warnings

import torch
from torch.optim import lr_scheduler as s

warnings.simplefilter("ignore")  # schedulers are stepped without their optimiser
LR = 0.3


def cases(n):
    """Each schedule over n steps: its name, options by the names of ours, PyTorch's."""
    yield "constant", {}, lambda o: s.ConstantLR(o, factor=1.0)
    yield "cosine", {}, lambda o: s.CosineAnnealingLR(o, n)
    yield "cosine", dict(floor=0.1), lambda o: s.CosineAnnealingLR(o, n, eta_min=0.03)
    for first in sorted({1, 7, max(1, n // 2)}):
        yield "cosine_restarts", dict(cycle=first, cycle_mult=1), lambda o: s.CosineAnnealingWarmRestarts(o, first)
        yield ("cosine_restarts", dict(cycle=first, cycle_mult=2, floor=0.1),
               lambda o: s.CosineAnnealingWarmRestarts(o, first, 2, eta_min=0.03))
    yield "onecycle", {}, lambda o: s.OneCycleLR(o, LR, total_steps=n)
    for given in (
        dict(pct_start=0.05),
        dict(pct_start=0.9),
        dict(pct_start=0.4, div=10.0, final_div=100.0),
        dict(straight=True),
        dict(pct_start=0.45, three_phase=True),
        dict(pct_start=0.2, three_phase=True, straight=True),
    ):
        theirs = dict(total_steps=n, pct_start=given.get("pct_start", 0.3), three_phase=given.get("three_phase", False),
                      div_factor=given.get("div", 25.0), final_div_factor=given.get("final_div", 1e4),
                      anneal_strategy="linear" if given.get("straight") else "cos")
        if theirs["pct_start"] * n in (1, 0.5):
            continue  # a phase of no steps, by which PyTorch divides
        yield "onecycle", given, lambda o: s.OneCycleLR(o, LR, **theirs)
    yield "linear", {}, lambda o: s.LinearLR(o, 1.0, 0.0, n)
    yield "linear", dict(floor=0.25), lambda o: s.LinearLR(o, 1.0, 0.25, n)
    yield "polynomial", {}, lambda o: s.PolynomialLR(o, n)
    yield "polynomial", dict(power=2.5), lambda o: s.PolynomialLR(o, n, 2.5)
    yield "step", dict(step_size=7, gamma=0.5), lambda o: s.StepLR(o, 7, 0.5)
    yield "step", dict(step_size=1, gamma=0.9), lambda o: s.StepLR(o, 1, 0.9)
    yield "multistep", dict(milestones=[1, 30, 31], gamma=0.3), lambda o: s.MultiStepLR(o, [1, 30, 31], 0.3)
    yield "multistep", dict(milestones=[5, 5, 6], gamma=0.3), lambda o: s.MultiStepLR(o, [5, 5, 6], 0.3)
    yield "exponential", dict(gamma=0.9), lambda o: s.ExponentialLR(o, 0.9)


def optimiser():
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=LR)


def rates(make, n):
    o = optimiser()
    schedule = make(o)
    found = []
    for i in range(n):
        found.append(o.param_groups[0]["lr"])
        if i + 1 < n:
            schedule.step()
    return found


def warmed(make, n, warmup):
    """n steps of warm-up and schedule, as SequentialLR puts them together."""
    return rates(lambda o: s.SequentialLR(
        o, [s.LinearLR(o, 1 / warmup, 1.0, max(1, warmup - 1)), make(o)], [warmup]), n)


def plateau(losses, factor, patience, threshold=1e-4, cooldown=0, floor=0.0):
    o = optimiser()
    theirs = s.ReduceLROnPlateau(
        o, factor=factor, patience=patience, threshold=threshold, cooldown=cooldown, min_lr=floor * LR)
    found = []
    for loss in losses:
        theirs.step(loss)
        found.append(o.param_groups[0]["lr"])
    return dict(losses=[str(x) for x in losses], gamma=factor, patience=patience, threshold=threshold,
                cooldown=cooldown, floor=floor, rates=found)


done = []
for n in (1, 2, 3, 10, 61):
    for name, options, make in cases(n):
        done.append(dict(name=name, options=options, total=n, warmup=0, rates=rates(make, n)))
for n, warmup in ((4, 1), (9, 2), (61, 11)):
    for name, options, make in cases(n - warmup):
        if name != "onecycle":  # SequentialLR can't: OneCycleLR sets the rate when it is made
            done.append(dict(name=name, options=options, total=n, warmup=warmup, rates=warmed(make, n, warmup)))

losses = [3, 2, 1, 1, 0.99995, 1.2, 1.1, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, float("nan"), 0.5, 0.6, 0.7, 0.8]
print(json.dumps(dict(
    torch=torch.__version__, lr=LR, cases=done,
    plateaus=[
        plateau(losses, 0.5, 2),
        plateau(losses, 0.1, 0, floor=0.02),
        plateau(losses, 0.5, 1, cooldown=2),
        plateau(losses, 0.3, 1, threshold=0.2),
        plateau([float("inf"), 5, 4, 4, 4], 0.5, 1),
    ],
)).replace("}, {", "},\n{"))
