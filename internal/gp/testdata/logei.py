"""Writes logei.json: the logarithm of the expected improvement in 60 digits.

    python logei.py > logei.json     # mpmath 1.3
"""
import json
from mpmath import mp, mpf, exp, log, sqrt, erfc, pi
mp.dps = 60

def ei(mean, sd, best):
    z = (best - mean) / sd
    # φ(z) + zΦ(z) loses digits like z², which 60 digits bear far out
    with mp.workdps(60 + int(abs(z)) + 60):
        return sd * (exp(-z * z / 2) / sqrt(2 * pi) + z * erfc(-z / sqrt(mpf(2))) / 2)

cases = []
for means, variance, bests in [
    ([0], 1, [0]), ([2], 0.25, [1]), ([-3], 4, [0]), ([5], 0.01, [0]), ([30], 1, [-8]),
    ([1], 1e-8, [0.5]), ([0.1, -0.2, 3], 0.3, [0, -0.5, 1]), ([40, 45], 0.7, [0, 1]),
]:
    sd = sqrt(mpf(variance))
    total = sum(ei(mpf(m), sd, mpf(b)) for m, b in zip(means, bests)) / len(means)
    cases.append({"mean": means, "variance": variance, "best": bests, "log": float(log(total))})
print(json.dumps(cases, indent=1))
