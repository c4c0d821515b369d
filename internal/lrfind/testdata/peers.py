"""Records what other finders suggest on a few curves, for peers_test.go.

Written with fastai 2.8.12, lightning 2.6.6, torch-lr-finder 0.2.2, torch 2.15.0:
    python peers.py > peers.json
"""

import contextlib
import io
import json
import math
import random
from importlib.metadata import version

import matplotlib

matplotlib.use("Agg")
import torch
from fastai.callback.schedule import minimum, slide, steep, valley
from lightning.pytorch.tuner.lr_finder import _LRFinder
from torch_lr_finder import LRFinder


def curve(n, low, high, noise, seed, shape):
    rng = random.Random(seed)
    lrs = [low * (high / low) ** (i / (n - 1)) for i in range(n)]
    losses = []
    for lr in lrs:
        x = math.log10(lr)
        loss = {
            "valley": 0.4 + 1.9 / (1 + math.exp(4 * (x + 2.5))) + math.exp(6 * (x + 0.3)),
            "late": 0.1 + 2.2 / (1 + math.exp(8 * (x + 0.5))),
            "rise": 2.3 + math.exp(2 * x),
            "flat": 2.3,
        }[shape]
        losses.append(float("%.6g" % (loss + noise * rng.gauss(0, 1))))
    return [float("%.6g" % lr) for lr in lrs], losses


def exponential(losses, keep):
    out, average = [], 0.0
    for i, loss in enumerate(losses):
        average = keep * average + (1 - keep) * loss
        out.append(float("%.6g" % (average / (1 - keep ** (i + 1)))))
    return out


def peers(lrs, losses):
    n = len(lrs)
    x, y = torch.tensor(lrs), torch.tensor(losses)
    out = {"valley": valley(x, y, n)[0], "minimum_over_10": minimum(x, y, n)[0], "fastai_steep": steep(x, y, n)[0]}
    if n > 16:
        out["fastai_slide"] = slide(x, y, n)[0]
    found = _LRFinder("exponential", lrs[0], lrs[-1], n)
    found.results = {"lr": lrs, "loss": losses}
    suggestion = found.suggestion()
    if suggestion is not None:
        out["lightning"] = suggestion
    if n >= 17:
        model = torch.nn.Linear(1, 1)
        finder = LRFinder(model, torch.optim.SGD(model.parameters(), lr=0.1), None, device="cpu")
        finder.history = {"lr": lrs, "loss": losses}
        with contextlib.redirect_stdout(io.StringIO()):
            out["steepest"] = finder.plot()[1]
    return out


cases = []
for shape in ("valley", "late", "rise", "flat"):
    for n, noise in ((100, 0.0), (100, 0.05), (60, 0.3), (17, 0.02), (12, 0.01)):
        lrs, losses = curve(n, 1e-6, 3, noise, n, shape)
        for name, keep in (("raw", 0.0), ("smooth", 0.9)):
            y = exponential(losses, keep) if keep else losses
            cases.append({"name": f"{shape} {n} {noise} {name}", "lr": lrs, "loss": y, "suggestions": peers(lrs, y)})
print(json.dumps({"versions": {p: version(p) for p in ("fastai", "lightning", "torch-lr-finder", "torch")}, "cases": cases}))
