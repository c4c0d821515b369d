"""Records runs of pycma and, for the separable form, of cmaes: what they were told,
and the state that followed.

    pip install cma==4.5.0 cmaes==0.13.1 && python record.py > pycma-4.5.0.json
"""

import json

import cma
import cmaes
import numpy as np


def loss(x):
    return float(sum(10 ** (3 * i / (len(x) - 1)) * v * v for i, v in enumerate(x - 0.3)) + abs(x[0] * x[-1]))


def generation(points, values, mean, sigma, c, ps, pc):
    order = np.argsort(values, kind="stable")
    return {"told": [list(map(float, points[i])) for i in order], "mean": mean.tolist(), "sigma": float(sigma),
            "c": np.asarray(c).ravel().tolist(), "psigma": ps.tolist(), "pc": pc.tolist()}


def pycma(n, popsize, generations):
    es = cma.CMAEvolutionStrategy(n * [0.8], 0.3, {"seed": 7, "verbose": -9, "popsize": popsize})
    run = {"by": "pycma", "n": n, "lambda": popsize, "separable": False, "mean": n * [0.8], "sigma": 0.3,
           "variances": np.diag(es.sm.C).tolist(), "weights": list(map(float, es.sp.weights)), "generations": []}
    for _ in range(generations):
        x = es.ask()
        values = [loss(v) for v in x]
        es.tell(x, values)
        run["generations"].append(generation(x, values, es.mean, es.sigma, es.sm.C, es.adapt_sigma.ps, es.pc))
    run |= {"c1": es.sp.c1, "cmu": es.sp.cmu, "cc": es.sp.cc, "csigma": es.adapt_sigma.cs, "dsigma": es.adapt_sigma.damps,
            "norm": cma.utilities.math.Mh.chiN(n)}
    return run


def separable(n, popsize, generations):
    es = cmaes.SepCMA(np.full(n, 0.8), 0.3, seed=7, population_size=popsize)
    run = {"by": "cmaes", "n": n, "lambda": popsize, "separable": True, "mean": n * [0.8], "sigma": 0.3, "generations": [],
           "variances": n * [1.0],
           "weights": es._weights.tolist() + (popsize - len(es._weights)) * [0.0]}
    for _ in range(generations):
        x = [es.ask() for _ in range(popsize)]
        values = [loss(v) for v in x]
        es.tell(list(zip(x, values)))
        run["generations"].append(generation(x, values, es._mean, es._sigma, es._C, es._p_sigma, es._pc))
    run |= {"c1": es._c1, "cmu": es._cmu, "cc": es._cc, "csigma": es._c_sigma, "dsigma": es._d_sigma, "norm": es._chi_n}
    return run


print(json.dumps({"pycma": cma.__version__, "cmaes": cmaes.__version__,
                  "runs": [pycma(2, 6, 30), pycma(5, 8, 40), pycma(10, 30, 25), separable(6, 9, 40)]}))
