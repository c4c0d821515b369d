"""Writes reference.json: what scipy makes of some differences."""

import json

import numpy as np
import scipy
from scipy import stats

rng = np.random.default_rng(0)
cases = []
for n in (3, 6, 8, 12, 18, 30, 50, 80):
    for shift in (0, 0.4, 1):
        d = np.round(rng.normal(-shift, 1, n), 6)
        cases.append({"d": d.tolist(), "p": stats.wilcoxon(d).pvalue})
for d in ([1, 1, -1, 2, 3], [0, 0, 1, -2, 2, 3, 4], [-0.5, -0.5, -0.5, -0.25, 0.25, -1, -1, 2]):
    d = np.array(d, float)
    kept = d[d != 0]
    # all assignments of signs
    ranks = stats.rankdata(abs(kept))
    w = min(ranks[kept > 0].sum(), ranks[kept < 0].sum())
    sums = [sum(r for k, r in enumerate(ranks) if m >> k & 1) for m in range(1 << len(kept))]
    p = min(1.0, 2 * float(np.mean([s <= w + 1e-9 for s in sums])))
    cases.append({"d": d.tolist(), "p": p})
intervals = []
for n in (2, 5, 18, 31, 32, 60):
    x = np.round(rng.normal(0, 1, n), 6)
    intervals.append({"x": x.tolist(), "half": stats.t.ppf(0.975, n - 1) * stats.sem(x)})
holm = {"p": [0.01, 0.04, 0.03, 0.005, 0.5], "adjusted": [0.04, 0.09, 0.09, 0.025, 0.5]}  # Holm 1979 by hand; R's p.adjust
json.dump({"scipy": scipy.__version__, "wilcoxon": cases, "intervals": intervals, "holm": holm}, open("reference.json", "w"))
