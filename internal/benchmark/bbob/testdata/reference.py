"""Writes reference.json: values of COCO's functions at some points."""

import json
from importlib.metadata import version

import cocoex
import numpy as np

rng = np.random.default_rng(0)
rows = []
for d in (2, 3, 5, 10, 20):
    for i in (1, 2, 5) if d != 20 else (3,):
        suite = cocoex.Suite("bbob", f"instances: {i}", f"dimensions: {d}")
        for p in suite:
            x = np.round(rng.uniform(-5, 5, d), 3)
            rows.append({"f": p.id_function, "i": i, "x": x.tolist(), "y": float(p(x))})
json.dump({"coco-experiment": version("coco-experiment"), "values": rows}, open("reference.json", "w"))
