"""What a range test of the learning rate says: its curve, and danlu's reading of it."""

import json
import math
import os
import subprocess
import tempfile
from typing import Any, Dict, List, Optional, Sequence, Tuple

from . import _pipe

Curve = List[Tuple[float, float]]


class LRTest:
    """What a range test found.

    - curve: pairs of a rate and the loss of the batch it was tried on.
    - verdict: "ok", or "cannot_say", for the reason given.
    - suggestion: the rate to begin with; range: where a search should look; None
      where nothing can be said.
    - candidates: the rates that other rules would take, by name.

    Where the optimizer has several groups, a rate is that of the group with the highest;
    ``apply`` sets the others in proportion.
    """

    def __init__(self, curve: Curve, answer: Dict[str, Any]) -> None:
        self.curve = curve
        self.verdict: str = answer["verdict"]
        self.reason: str = answer["reason"]
        self.suggestion: Optional[float] = answer.get("suggestion")
        ends = answer.get("range")
        self.range: Optional[Tuple[float, float]] = (ends[0], ends[1]) if ends else None
        self.candidates: Dict[str, float] = answer.get("candidates") or {}

    def apply(self, optimizer: Any) -> None:
        """Set the optimizer's rates to the suggestion, its groups in proportion."""
        if self.suggestion is None:
            raise ValueError("there is no suggestion to apply: %s" % self.reason)
        set_rates(optimizer, proportions(optimizer), self.suggestion)

    def __str__(self) -> str:
        if self.suggestion is None or self.range is None:
            return "can't say: %s" % self.reason
        return "lr %.2g, to search from %.2g to %.2g: %s" % (self.suggestion, *self.range, self.reason)

    __repr__ = __str__


def read(curve: Curve, options: Sequence[str]) -> LRTest:
    """The test of a curve, as ``danlu lr --curve`` with these options reads it; without a danlu the curve alone."""
    if len(curve) == 1 and not math.isfinite(curve[0][1]):
        reason = "the loss of the first batch is %r already, at a rate of %g: look at the data and the model's start" % (
            curve[0][1], curve[0][0],
        )
        return LRTest(curve, {"verdict": "cannot_say", "reason": reason})
    try:
        return LRTest(curve, _ask(curve, options))
    except (_pipe.Error, OSError, ValueError) as error:
        return LRTest(curve, {"verdict": "cannot_say", "reason": "danlu did not read the curve: %s" % error})


def _ask(curve: Curve, options: Sequence[str]) -> Dict[str, Any]:
    program = _pipe.binary()
    with tempfile.TemporaryDirectory(prefix="danlu-") as folder:
        file = os.path.join(folder, "curve.csv")
        with open(file, "w", encoding="ascii") as out:
            out.write("lr,loss\n")
            out.writelines("%r,%r\n" % point for point in curve)
        command = [program, "lr", "--curve", file, "--json", *options]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    lines = done.stdout.decode("utf-8", "replace").strip().splitlines()
    if not lines:
        raise _pipe.Error(done.stderr.decode("utf-8", "replace").strip() or "it ended with exit code %d" % done.returncode)
    answer: Dict[str, Any] = json.loads(lines[-1])
    return answer


def rates(low: float, high: float, points: int, linear: bool) -> List[float]:
    """The rates of a sweep, from low to high."""
    if not 0 < low < high < math.inf:
        raise ValueError("low=%r, high=%r: give 0 < low < high" % (low, high))
    if points < 2:
        raise ValueError("points=%r: give some 100" % points)
    step = [i / (points - 1) for i in range(points)]
    if linear:
        return [low + (high - low) * x for x in step]
    return [low * (high / low) ** x for x in step]


def proportions(optimizer: Any) -> List[float]:
    """The groups' rates as shares of the highest."""
    for key in ("lr", "initial_lr"):  # a warm-up may begin at 0
        now = [float(group.get(key) or 0) for group in optimizer.param_groups]
        if max(now) > 0:
            return [rate / max(now) for rate in now]
    raise ValueError("all groups of the optimizer have lr 0: give it a rate above 0, whose proportions are kept")


def set_rates(optimizer: Any, shares: Sequence[float], rate: float) -> None:
    for group, share in zip(optimizer.param_groups, shares):
        if hasattr(group["lr"], "fill_"):  # a tensor
            group["lr"].fill_(rate * share)
        else:
            group["lr"] = rate * share


class Sweep:
    """Collects a curve, and says when the loss has diverged."""

    def __init__(self, diverged: float) -> None:
        self.curve: Curve = []
        self._diverged = diverged
        self._mean = self._first = self._best = 0.0

    def add(self, rate: float, loss: float) -> bool:
        """Take in a point; False where there is nothing beyond it."""
        self.curve.append((rate, loss))
        if not math.isfinite(loss):
            return False
        n = len(self.curve)
        self._mean = 0.9 * self._mean + 0.1 * loss
        mean = self._mean / (1 - 0.9**n)
        if n == 1:
            self._first = self._best = mean
        self._best = min(self._best, mean)
        scale = self._best if self._best > 0 else self._first - self._best
        return n < 5 or mean - self._best <= (self._diverged - 1) * scale or scale == 0
