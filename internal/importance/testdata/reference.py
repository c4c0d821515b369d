"""Writes reference.json: a sample of some functions and what Optuna's evaluators
make of it. With optuna and scikit-learn:

    python internal/importance/testdata/reference.py > internal/importance/testdata/reference.json
"""

import json
import math
import warnings
from importlib.metadata import version

import numpy as np
import optuna
from optuna.importance import FanovaImportanceEvaluator, PedAnovaImportanceEvaluator

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
rng = np.random.default_rng(3)


def ishigami(x):
    a, b, c = (2 * math.pi * v - math.pi for v in x)
    return math.sin(a) + 7 * math.sin(b) ** 2 + 0.1 * c**4 * math.sin(a)


def bowls(x):
    return (x[0] - 0.3) ** 2 + 0.25 * (x[1] - 0.6) ** 2 + 0.05 * x[2] + 0 * x[3]


def chosen(x):  # the third coordinate is a choice of three
    return x[0] + [0.0, 0.4, 1.2][min(int(3 * x[2]), 2)] + 0.1 * x[1]


def case(name, f, categories, n):
    rows = np.round(rng.random((n, len(categories))), 6)
    for j, c in enumerate(categories):
        if c:
            rows[:, j] = (np.minimum(rows[:, j] * c, c - 1).astype(int) + 0.5) / c
    y = [f(r) for r in rows]
    study = optuna.create_study()
    for r, value in zip(rows, y):
        dist, params = {}, {}
        for j, c in enumerate(categories):
            if c:
                dist[f"x{j}"] = optuna.distributions.CategoricalDistribution(list(range(c)))
                params[f"x{j}"] = int(r[j] * c)
            else:
                dist[f"x{j}"] = optuna.distributions.FloatDistribution(0, 1)
                params[f"x{j}"] = float(r[j])
        study.add_trial(optuna.trial.create_trial(params=params, distributions=dist, value=float(value)))
    out = {"name": name, "categories": categories, "x": rows.tolist(), "y": y}
    for key, make in (
        ("fanova", lambda s: FanovaImportanceEvaluator(seed=s)),
        ("ped", lambda s: PedAnovaImportanceEvaluator()),
    ):
        runs = []
        for seed in range(5):
            got = optuna.importance.get_param_importances(study, evaluator=make(seed))
            runs.append([got[f"x{j}"] for j in range(len(categories))])
        out[key] = np.mean(runs, axis=0).tolist()
    return out


def main():
    cases = [
        case("ishigami", ishigami, [0, 0, 0], 300),
        case("bowls", bowls, [0, 0, 0, 0], 200),
        case("a choice", chosen, [0, 0, 3], 200),
    ]
    print(json.dumps({"versions": {p: version(p) for p in ("optuna", "scikit-learn")}, "cases": cases}))


if __name__ == "__main__":
    main()
