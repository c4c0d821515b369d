"""Write wfg.json: pymoo's values of WFG1-9.

pip install pymoo==0.6.2 && python wfg.py >wfg.json
"""

import json

import numpy as np
from pymoo.problems import get_problem

rng = np.random.default_rng(1)
out = []
for objectives, positions, distances in ((2, 4, 4), (3, 4, 4)):
    n = positions + distances
    for i in range(1, 10):
        problem = get_problem("wfg%d" % i, n_var=n, n_obj=objectives, k=positions, l=distances)
        z = rng.random((4, n)).round(6)
        if i > 1:  # whose 50th root makes .1 of what dividing by a range leaves of 0
            z[0, positions:] = 0.35
        for at, f in zip(z, problem.evaluate(z * 2 * np.arange(1, n + 1))):
            out.append({"problem": i, "objectives": objectives, "positions": positions, "z": at.tolist(), "f": f.tolist()})
print("[\n" + ",\n".join(json.dumps(o) for o in out) + "\n]")
