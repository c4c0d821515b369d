"""Records log densities of Optuna's Parzen estimator in unit coordinates.

    pip install optuna==5.0.0 && python record.py > optuna-5.0.0.json
"""

import json
import math

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import TPESampler
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator, _ParzenEstimatorParameters
from optuna.samplers._tpe.sampler import default_weights

# Which of several equal observations gets the gap beside them is an accident of
# NumPy's sort; here it is settled by age.
_argsort = np.argsort
np.argsort = lambda a, *args, **kw: _argsort(a, kind="stable")

SPACE = {
    "decay": FloatDistribution(0.0, 2.0, step=0.25),
    "depth": IntDistribution(-1, 6),
    "dropout": FloatDistribution(-1.0, 3.0),
    "lr": FloatDistribution(1e-5, 1e-1, log=True),
    "optimizer": CategoricalDistribution(["a", "b", "c"]),
    "width": IntDistribution(2, 900, log=True),
}


def bounds(d):
    half = (getattr(d, "step", None) or 0) / 2
    low, high = d.low - half, d.high + half
    return (math.log(low), math.log(high)) if d.log else (low, high)


def unit(d, x):
    if isinstance(d, CategoricalDistribution):
        return (x + 0.5) / len(d.choices)
    low, high = bounds(d)
    return ((math.log(x) if d.log else x) - low) / (high - low)


def edges(d):
    if isinstance(d, CategoricalDistribution) or not d.step:
        return []
    n = int(round((d.high - d.low) / d.step)) + 1
    return [unit(d, d.low + (i - 0.5) * d.step) for i in range(n + 1)]


def draw(rng, n, spread):
    """Points as internal representations; a small spread makes clusters and ties."""
    out = {}
    for name, d in SPACE.items():
        if isinstance(d, CategoricalDistribution):
            out[name] = rng.integers(len(d.choices), size=n).astype(float)
            continue
        low, high = bounds(d)
        u = np.clip(0.3 + spread * (rng.random(n) - 0.3), 0.001, 0.999)
        x = low + u * (high - low)
        x = np.exp(x) if d.log else x
        if d.step:
            x = np.clip(d.low + np.round((x - d.low) / d.step) * d.step, d.low, d.high)
        out[name] = x
    return out


def rows(points):
    return [[unit(d, x) for d, x in zip(SPACE.values(), p)] for p in zip(*points.values())]


def case(rng, n, spread, endpoints):
    observations, at = draw(rng, n, spread), draw(rng, 8, 1.0)
    parameters = _ParzenEstimatorParameters(1.0, True, endpoints, default_weights, True)
    estimator = _ParzenEstimator(observations, SPACE, parameters)
    scale = 0.0  # from densities in Optuna's coordinates to densities in the unit's
    for d in SPACE.values():
        if not isinstance(d, CategoricalDistribution) and not d.step:
            low, high = bounds(d)
            scale += math.log(high - low)
    return {
        "endpoints": endpoints,
        "points": rows(observations),
        "at": rows(at),
        "log_density": (estimator.log_pdf(at) + scale).tolist(),
    }


rng = np.random.default_rng(1)
print(json.dumps({
    "optuna": optuna.__version__,
    "categories": [len(getattr(d, "choices", [])) for d in SPACE.values()],
    "edges": [edges(d) for d in SPACE.values()],
    "recency": {str(n): default_weights(n).tolist() for n in (1, 24, 25, 26, 27, 40)},
    "cases": [case(rng, n, s, e) for n, s, e in [
        (0, 1, False), (1, 1, False), (1, 1, True), (2, 1, False), (5, 0, False), (9, 1, True),
        (24, 0.1, False), (26, 1, False), (60, 0.5, True), (300, 1, False), (300, 0.02, False)]],
}))
