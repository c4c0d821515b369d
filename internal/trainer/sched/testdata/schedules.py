"""Writes schedules.json: the rate before every step of PyTorch's schedules.

Run with Python 3.11 and torch 2.15.0 (CPU): python schedules.py > schedules.json
"""

import json

import torch
from torch.optim import lr_scheduler as s

TOTAL = 60
CASES = [
    ("constant", {}, lambda o: s.ConstantLR(o, factor=1.0)),
    ("cosine", {}, lambda o: s.CosineAnnealingLR(o, TOTAL)),
    ("cosine", dict(Floor=0.1), lambda o: s.CosineAnnealingLR(o, TOTAL, eta_min=0.03)),
    ("cosine_restarts", dict(Cycle=7, CycleMult=1), lambda o: s.CosineAnnealingWarmRestarts(o, 7)),
    ("cosine_restarts", dict(Cycle=7, CycleMult=2, Floor=0.1),
     lambda o: s.CosineAnnealingWarmRestarts(o, 7, 2, eta_min=0.03)),
    ("onecycle", dict(PctStart=0.3), lambda o: s.OneCycleLR(o, 0.3, total_steps=TOTAL)),
    ("onecycle", dict(PctStart=0.05), lambda o: s.OneCycleLR(o, 0.3, total_steps=TOTAL, pct_start=0.05)),
    ("linear", {}, lambda o: s.LinearLR(o, 1.0, 0.0, TOTAL)),
    ("linear", dict(Floor=0.25), lambda o: s.LinearLR(o, 1.0, 0.25, TOTAL)),
    ("polynomial", dict(Power=1), lambda o: s.PolynomialLR(o, TOTAL)),
    ("polynomial", dict(Power=2.5), lambda o: s.PolynomialLR(o, TOTAL, 2.5)),
    ("step", dict(StepSize=7, Gamma=0.5), lambda o: s.StepLR(o, 7, 0.5)),
    ("multistep", dict(Milestones=[10, 30, 31], Gamma=0.3), lambda o: s.MultiStepLR(o, [10, 30, 31], 0.3)),
    ("exponential", dict(Gamma=0.9), lambda o: s.ExponentialLR(o, 0.9)),
]


def optimiser():
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.3)


cases = []
for name, options, make in CASES:
    o = optimiser()
    schedule = make(o)
    rates = []
    for _ in range(TOTAL):
        rates.append(o.param_groups[0]["lr"])
        o.step()
        schedule.step()
    cases.append(dict(name=name, options=options, rates=rates))

o = optimiser()
plateau = s.ReduceLROnPlateau(o, factor=0.5, patience=2)
losses = [3, 2, 1, 1, 0.99995, 1.2, 1.1, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, float("nan"), 0.5, 0.6, 0.7, 0.8]
rates = []
for loss in losses:
    plateau.step(loss)
    rates.append(o.param_groups[0]["lr"])
print(json.dumps(dict(
    torch=torch.__version__, total=TOTAL, lr=0.3, cases=cases,
    plateau=dict(losses=[str(x) for x in losses], rates=rates, factor=0.5, patience=2),
)))
