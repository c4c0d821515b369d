"""Writes reference.json: answers of other implementations to questions about
points drawn here. Versions are in the file. With pymoo, pygmo, botorch, mpmath:

    python internal/pareto/testdata/reference.py > internal/pareto/testdata/reference.json
"""

import functools
import itertools
import json
from importlib.metadata import version

import mpmath as mp
import numpy as np
import pygmo
import torch
from botorch.acquisition.multi_objective.analytic import ExpectedHypervolumeImprovement
from botorch.models.model import Model
from botorch.posteriors.gpytorch import GPyTorchPosterior
from botorch.utils.multi_objective.box_decompositions.non_dominated import FastNondominatedPartitioning
from gpytorch.distributions import MultitaskMultivariateNormal
from linear_operator.operators import DiagLinearOperator
from pymoo.util.nds.non_dominated_sorting import NonDominatedSorting

rng = np.random.default_rng(7)
mp.mp.dps = 50


def rounded(x):
    return np.round(x, 3).tolist()


def sphere(n, k):
    x = np.abs(rng.normal(size=(n, k)))
    return 1 - x / np.linalg.norm(x, axis=1, keepdims=True)


def clouds():
    for k in (2, 3, 4, 5):
        yield k, rounded(rng.random((40, k)))
        yield k, rounded(sphere(12, k))
    yield 2, [[0.5, 0.5]] * 3 + [[0.2, 0.8], [0.2, 0.9], [0.8, 0.2]]
    yield 3, np.round(rng.integers(0, 4, (30, 3)) / 4, 3).tolist()  # ties


class Fixed(Model):
    """A model whose posterior is the same everywhere."""

    def __init__(self, mean, sd):
        super().__init__()
        self.mean, self.sd = mean, sd

    @property
    def num_outputs(self):
        return len(self.mean)

    def posterior(self, X, *args, **kwargs):
        m = torch.tensor(self.mean).expand(*X.shape[:-1], len(self.mean))
        v = torch.tensor(self.sd).square().expand(*X.shape[:-2], len(self.sd))
        return GPyTorchPosterior(MultitaskMultivariateNormal(m, DiagLinearOperator(v)))


def botorch_ehvi(front, ref, mean, sd):
    """botorch maximises: signs turn."""
    y = -torch.tensor(front, dtype=torch.double)
    r = -torch.tensor(ref, dtype=torch.double)
    part = FastNondominatedPartitioning(ref_point=r, Y=y)
    acq = ExpectedHypervolumeImprovement(Fixed([-m for m in mean], sd), r.tolist(), part)
    return acq(torch.zeros(1, 1, 1, dtype=torch.double)).item()


def grid_log_ehvi(front, ref, mean, sd):
    """By all cells of the grid the points span, with 50 digits."""
    k = len(ref)
    cuts = [sorted({mp.mpf(p[j]) for p in front if p[j] < ref[j]}) + [mp.mpf(ref[j])] for j in range(k)]

    @functools.cache
    def psi(c, j):
        z = (c - mean[j]) / mp.mpf(sd[j])
        return sd[j] * (mp.npdf(z) + z * mp.ncdf(z))

    total = mp.mpf(0)
    for cell in itertools.product(*[range(len(c)) for c in cuts]):
        low = [cuts[j][i - 1] if i else -mp.inf for j, i in enumerate(cell)]
        if any(all(p[j] <= low[j] for j in range(k)) for p in front):
            continue
        part = mp.mpf(1)
        for j, i in enumerate(cell):
            part *= psi(cuts[j][i], j) - (psi(low[j], j) if i else 0)
        total += part
    return float(mp.log(total))


def main():
    torch.set_default_dtype(torch.double)
    out = {"versions": {p: version(p) for p in ("pymoo", "pygmo", "botorch", "mpmath")}, "clouds": [], "ehvi": []}
    for k, points in clouds():
        ranks = [0] * len(points)
        for r, f in enumerate(NonDominatedSorting().do(np.array(points))):
            for i in f:
                ranks[i] = r
        ref = [1.1] * k
        hv = pygmo.hypervolume(points)
        case = {"points": points, "ref": ref, "ranks": ranks, "hypervolume": hv.compute(ref)}
        unique = [list(p) for p in dict.fromkeys(map(tuple, points))]
        front = [p for p in unique if not any(q != p and all(a <= b for a, b in zip(q, p)) for q in unique)]
        case["front"] = front
        case["contributions"] = pygmo.hypervolume(front).contributions(ref).tolist()
        case["crowding"] = [min(x, 1e300) for x in pygmo.crowding_distance(front).tolist()] if len(front) > 1 else None
        out["clouds"].append(case)
    for k in (2, 3):
        for n in (1, 7, 20):
            front = rounded(sphere(n, k))
            ref = [1.1] * k
            for mean, sd in [
                ([0.3] * k, [0.1] * k),
                (rounded(rng.random(k)), rounded(0.05 + 0.3 * rng.random(k))),
                ([1.5] * k, [0.2] * k),
                ([-0.5] * k, [0.01] * k),
            ]:
                out["ehvi"].append({
                    "front": front, "ref": ref, "mean": mean, "sd": sd,
                    "value": botorch_ehvi(front, ref, mean, sd), "log": grid_log_ehvi(front, ref, mean, sd),
                })
            for mean, sd in [([3.0] * k, [0.05] * k), ([1.2, 0.9, 0.95][:k], [0.004] * k)]:  # far tails
                mp.mp.dps = 1200
                out["ehvi"].append({
                    "front": front, "ref": ref, "mean": mean, "sd": sd, "log": grid_log_ehvi(front, ref, mean, sd),
                })
                mp.mp.dps = 50
    print(json.dumps(out))


if __name__ == "__main__":
    main()
