"""The learning rate of every step, as PyTorch's schedulers of the same names give it.

The twin of ``danlu schedule``; both meet the same vectors, recorded from PyTorch.
``schedule`` is where to start.
"""

import difflib
import math
import operator
from typing import Any, Callable, Dict, List, Optional, Sequence, SupportsIndex, Tuple, Union, cast, overload

# The schedules, and the options that each goes by.
OPTIONS: Dict[str, Tuple[str, ...]] = {
    "constant": (),
    "cosine": ("floor",),
    "cosine_restarts": ("cycle", "cycle_mult", "floor"),
    "onecycle": ("pct_start", "div", "final_div", "straight", "three_phase"),
    "linear": ("floor",),
    "polynomial": ("power",),
    "step": ("step_size", "gamma"),
    "multistep": ("milestones", "gamma"),
    "exponential": ("gamma",),
    "plateau": ("gamma", "patience", "cooldown", "threshold", "floor"),
}


class Schedule(Sequence[float]):
    """The rates of all steps, as a sequence, and of any step, as a function.

    ``s[0]`` is the first, ``s[-1]`` the last; ``s(step)`` counts from 0 too, and keeps
    the last rate where training goes on beyond the end.
    """

    def __init__(self, name: str, peak: float, steps: int, warmup: int, epoch: int, options: Dict[str, Any]) -> None:
        self.name = name
        self.peak = peak
        self.steps = steps
        self.warmup = warmup
        self.epoch = epoch
        self.options = options
        self.seen: Dict[str, float] = {"best": math.inf, "bad": 0, "cooling": 0, "lowered": 0}

    def __len__(self) -> int:
        return self.steps

    @overload
    def __getitem__(self, index: int) -> float: ...
    @overload
    def __getitem__(self, index: slice) -> List[float]: ...
    def __getitem__(self, index: Union[int, slice]) -> Union[float, List[float]]:
        steps = range(self.steps)[index]
        return [self(step) for step in steps] if isinstance(steps, range) else self(steps)

    def __call__(self, step: int) -> float:
        """The rate of a step, counted from 0."""
        return self.peak * self.factor(step)

    def factor(self, step: int) -> float:
        """The rate of a step as a share of the peak."""
        if step < self.warmup:
            factor = (step + 1) / self.warmup
        else:
            total = self.steps - self.warmup
            factor = _SHAPES[self.name](self, min(step - self.warmup, total), total)
        if self.name == "plateau":
            lowered = factor * self.options["gamma"] ** self.seen["lowered"]
            factor = max(lowered, min(factor, self.options["floor"]))
        return factor

    def observe(self, loss: Any) -> None:
        """Say what the validation loss was, once an epoch: plateau goes by it, others don't mind.

        A loss, such that lower is better and none is negative: 1 − accuracy is one.
        """
        if self.name != "plateau":
            return
        o, s = self.options, self.seen
        if float(loss) < s["best"] * (1 - o["threshold"]):
            s["best"], s["bad"] = float(loss), 0
        else:
            s["bad"] += 1
        if s["cooling"] > 0:
            s["cooling"] -= 1
            s["bad"] = 0
        if s["bad"] > o["patience"]:
            s["bad"], s["cooling"] = 0, o["cooldown"]
            s["lowered"] += 1

    def __repr__(self) -> str:
        said = "".join(", %s=%r" % item for item in self.options.items())
        return "danlu.schedule(%r, peak=%r, steps=%d, warmup=%d, epoch=%d%s)" % (
            self.name, self.peak, self.steps, self.warmup, self.epoch, said,
        )


def schedule(name: str, peak: float, steps: int, *, warmup: Optional[int] = None, epoch: int = 1, **options: Any) -> Schedule:
    """The rates of a schedule: ``danlu.schedule("onecycle", peak=0.1, steps=1000)``.

    - name: constant, cosine, cosine_restarts, onecycle, linear, polynomial, step,
      multistep, exponential or plateau; ``warmup_NAME`` is NAME after a warm-up.
    - peak: the highest rate.
    - steps: of the whole training, warm-up included.
    - warmup: how many first steps rise to the peak, in a line; of ``warmup_NAME``, a
      twentieth unless it is given.
    - epoch: steps in an epoch, the unit of step_size, milestones and exponential's gamma.
    - floor: of cosine, cosine_restarts, linear and plateau the lowest rate, as a share
      of the peak (0).
    - step: step_size (a third of the epochs), gamma (0.1). multistep: milestones (a half
      and three quarters), gamma (0.1). exponential: gamma (to a hundredth in all).
    - onecycle: pct_start (0.3), div (25), final_div (10,000), straight, three_phase
      (False). polynomial: power (1).
    - cosine_restarts: cycle, the steps until the first restart (a third), cycle_mult (1).
    - plateau: gamma (0.1), patience (10), cooldown (0), threshold (1e-4); it goes by
      ``observe``.

    Raises ValueError and TypeError where that can't be, and says what to give.
    """
    plain, warm = named(name)
    for option in options:
        if option not in OPTIONS[plain]:
            raise TypeError("%s has no %s: it goes by %s" % (plain, option, ", ".join(OPTIONS[plain] + ("warmup", "epoch"))))
    total = _whole("steps", steps, 1)
    _need("peak", peak, peak > 0 and math.isfinite(peak), "a number above 0, like 0.1")
    if warmup is None:
        warmup = min(max(1, total // 20), total - 1) if warm else 0
    first = _whole("warmup", warmup, 0)
    _need("warmup", warmup, first < total, "fewer than the %d steps" % total)
    each = _whole("epoch", epoch, 1)
    return Schedule(plain, float(peak), total, first, each, _checked(plain, options, total - first, each))


def named(name: str) -> Tuple[str, bool]:
    """A schedule's name without warmup_, and whether it has that; ValueError where there is none."""
    plain, warm = (name[len("warmup_"):], True) if name.startswith("warmup_") else (name, False)
    if plain not in OPTIONS:
        near = difflib.get_close_matches(plain, OPTIONS, 1)
        hint = "did you mean %r? " % (name[: len(name) - len(plain)] + near[0]) if near else ""
        raise ValueError("no schedule %r: %sthere are %s, and warmup_ before any" % (name, hint, ", ".join(OPTIONS)))
    return plain, warm


def _checked(name: str, given: Dict[str, Any], steps: int, epoch: int) -> Dict[str, Any]:
    """The options of a schedule, with the defaults of those not given."""
    epochs = -(-steps // epoch)
    defaults: Dict[str, Any] = {
        "floor": 0.0,
        "cycle": (steps + 2) // 3,
        "cycle_mult": 1,
        "pct_start": 0.3,
        "div": 25.0,
        "final_div": 1e4,
        "straight": False,
        "three_phase": False,
        "power": 1.0,
        "step_size": (epochs + 2) // 3,
        "milestones": ((epochs + 1) // 2, (3 * epochs + 3) // 4),
        "gamma": 0.01 ** (1 / epochs) if name == "exponential" else 0.1,
        "patience": 10,
        "cooldown": 0,
        "threshold": 1e-4,
    }
    o = {option: given.get(option, defaults[option]) for option in OPTIONS[name]}
    for option, least in (("cycle", 1), ("cycle_mult", 1), ("step_size", 1), ("patience", 0), ("cooldown", 0)):
        if option in o:
            o[option] = _whole(option, o[option], least)
    ranges: Tuple[Tuple[str, Callable[[float], bool], str], ...] = (
        ("floor", lambda x: 0 <= x <= 1, "a share of the peak, from 0 to 1"),
        ("pct_start", lambda x: 0 < x < 1, "a number between 0 and 1"),
        ("div", lambda x: 1 <= x < math.inf, "a number from 1"),
        ("final_div", lambda x: 1 <= x < math.inf, "a number from 1"),
        ("power", lambda x: 0 <= x < math.inf, "a number from 0"),
        ("gamma", lambda x: 0 < x <= 1, "a number above 0, up to 1"),
        ("threshold", lambda x: 0 <= x < 1, "a share, from 0"),
    )
    for option, right, give in ranges:
        if option in o:
            _need(option, o[option], right(o[option]), give)
    if "three_phase" in o and o["three_phase"]:
        _need("pct_start", o["pct_start"], o["pct_start"] <= 0.5, "at most 0.5: the rate falls for as long as it rises")
    if "milestones" in o:
        o["milestones"] = tuple(_whole("milestones", m, 1) for m in o["milestones"])
        ascending = all(a <= b for a, b in zip(o["milestones"], o["milestones"][1:]))
        _need("milestones", o["milestones"], ascending, "epochs from 1, ascending")
    return o


def _need(name: str, value: Any, right: bool, give: str) -> None:
    if not right:
        raise ValueError("%s=%r: give %s" % (name, value, give))


def _whole(name: str, value: Any, least: int) -> int:
    try:
        number = operator.index(cast(SupportsIndex, value))
    except TypeError:
        raise TypeError("%s=%r: give a whole number" % (name, value)) from None
    _need(name, value, number >= least, "a whole number from %d" % least)
    return number


def _cosine(a: float, b: float, x: float) -> float:
    return b + (a - b) / 2 * (1 + math.cos(math.pi * x))


def _straight(a: float, b: float, x: float) -> float:
    return a + (b - a) * x


def _one_cycle(s: Schedule, t: int, total: int) -> float:
    o = s.options
    first = 1 / o["div"]
    last = first / o["final_div"]
    along = _straight if o["straight"] else _cosine
    up = o["pct_start"] * total - 1
    phases = [(up, 1.0), (total - 1.0, last)]
    if o["three_phase"]:
        phases.insert(1, (2 * o["pct_start"] * total - 2, first))
    t = min(t, total - 1)
    begin, rate = 0.0, first
    for end, goal in phases:
        if t <= end or goal == last:
            return goal if end == begin else along(rate, goal, (t - begin) / (end - begin))
        begin, rate = end, goal
    raise AssertionError("the last phase has no end")


def _in_cycle(t: int, length: int, mult: int) -> float:
    if mult == 1:
        return t % length / length
    while t >= length:
        t -= length
        length *= mult
    return t / length


def _epoch(s: Schedule, t: int) -> int:
    return t // s.epoch


# The share of the peak, t steps after the warm-up of total.
_SHAPES: Dict[str, Callable[[Schedule, int, int], float]] = {
    "constant": lambda s, t, total: 1.0,
    "plateau": lambda s, t, total: 1.0,
    "cosine": lambda s, t, total: _cosine(1.0, s.options["floor"], t / total),
    "cosine_restarts": lambda s, t, total: _cosine(
        1.0, s.options["floor"], _in_cycle(t, s.options["cycle"], s.options["cycle_mult"])
    ),
    "onecycle": _one_cycle,
    "linear": lambda s, t, total: _straight(1.0, s.options["floor"], t / total),
    "polynomial": lambda s, t, total: float((1 - t / total) ** s.options["power"]),
    "step": lambda s, t, total: float(s.options["gamma"] ** (_epoch(s, t) // s.options["step_size"])),
    "multistep": lambda s, t, total: float(
        s.options["gamma"] ** sum(_epoch(s, t) >= m for m in s.options["milestones"])
    ),
    "exponential": lambda s, t, total: float(s.options["gamma"] ** _epoch(s, t)),
}
