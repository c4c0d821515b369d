"""The batch size test of a PyTorch program: what fits, and what is fast."""

import gc
import itertools
import math
import numbers
import os
import re
import time
from typing import Any, Callable, Iterable, List, NamedTuple, Optional, Tuple

import torch
import torch.utils.data

from ._torch_keep import Kept
from ._torch_lr import _by_itself, _Loop

_NO_MEMORY = re.compile(
    r"out of memory|can't allocate memory|not enough memory|Cannot allocate memory|bad_alloc|"
    r"CUBLAS_STATUS_ALLOC_FAILED|CUDNN_STATUS_ALLOC_FAILED",
    re.I,
)

_ENOUGH = 0.9  # of the best throughput
_MARGIN = 0.1  # of the largest size that fits
_SCANNED = 10_000  # samples looked at for the longest
_LEAK_STEPS = 8
_WINDOWS = 5  # of a measurement of the throughput
_NEAR = 0.8  # of the best throughput, from which on a size is measured twice


class Size(NamedTuple):
    """A size that was tried. state is "fits", "out_of_memory" or "failed"; what is not known is None.

    spread is the share by which the throughput was lower in the middle of some moments than in the best of them,
    whose it is.
    """

    size: int
    state: str
    samples_per_second: Optional[float] = None
    memory_mb: Optional[float] = None
    reason: str = ""
    spread: float = 0.0


class BatchTest:
    """What a batch size test found.

    - suggestion: the smallest size with nine tenths of the best throughput, kept to safe.
    - largest: the largest that fits; safe: with a tenth to spare where memory is the limit.
    - limit: what larger sizes meet: "memory", "range" (they were not tried) or "failure".
    - sizes: all that was tried, by size; doubts: what else a person should know.
    - verdict: "ok", or "cannot_say", for the reason given.
    """

    def __init__(self, sizes: List[Size], doubts: List[str]) -> None:
        self.sizes = sorted(sizes)
        self.doubts = doubts
        self.suggestion: Optional[int] = None
        self.largest: Optional[int] = None
        self.safe: Optional[int] = None
        self.limit: Optional[str] = None
        self.verdict = "cannot_say"
        fits, stopped = _read(self.sizes)
        small = self.sizes[0]
        if not fits:
            what = "does not fit into memory" if small.state == "out_of_memory" else "fails, and not for memory"
            self.reason = "the smallest size, %d, %s: %s" % (small.size, what, small.reason)
            if self.sizes[-1].reason != small.reason:
                self.reason += "; with %d: %s" % (self.sizes[-1].size, self.sizes[-1].reason)
            return
        if small.state != "fits":
            self.doubts.append("with %d the program fails: %s" % (small.size, small.reason))
        self.largest = self.safe = fits[-1].size
        self.limit, more = "range", "larger ones were not tried"
        if stopped is not None and stopped.state == "out_of_memory":
            self.limit, self.safe = "memory", _free(self.largest)
            more = "%d does not fit" % stopped.size
        elif stopped is not None:
            self.limit, more = "failure", "with %d the program fails: %s" % (stopped.size, stopped.reason)
        safe = [s for s in fits if s.size <= self.safe or s is fits[0]]
        knee, least, greatest = _knee(safe)
        self.suggestion, self.verdict = min(knee.size, self.safe), "ok"
        if least.size < greatest.size:
            self.doubts.append(
                "from moment to moment the throughput of a size varied by up to %.0f%%, by which it may be any from %d to %d: "
                "measure longer (seconds=)" % (100 * max(s.spread for s in safe), least.size, greatest.size)
            )
        self.reason = "%d is the smallest size with nine tenths of the best throughput; the largest that fits is %d, and %s" % (
            knee.size, self.largest, more,
        )

    def __str__(self) -> str:
        if self.suggestion is None:
            return "can't say: %s" % self.reason
        return "batch size %d: %s" % (self.suggestion, "; ".join([self.reason, *self.doubts]))

    __repr__ = __str__


def batch_size_test(
    model: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    loss_fn: Optional[Callable[[Any, Any], torch.Tensor]],
    data: Any,
    *,
    low: int = 1,
    high: int = 1024,
    seconds: float = 1.0,
    length: Optional[Callable[[Any], float]] = None,
    collate: Optional[Callable[[List[Any]], Any]] = None,
    forward: Optional[Callable[[Any], torch.Tensor]] = None,
    scaler: Any = None,
    autocast: Optional[torch.dtype] = None,
    clip_norm: Optional[float] = None,
    also: Iterable[Any] = ()
) -> BatchTest:
    """Train for a moment with sizes that double, and say which one to take.

        found = danlu.torch.batch_size_test(model, optimizer, loss_fn, dataset, high=65536)
        loader = DataLoader(dataset, batch_size=found.suggestion)

    Each size makes three steps of the optimizer and a pass without gradients, as
    validation does, on the longest samples of the data; then steps for so many seconds,
    by whose best fifth its throughput is measured, and again at the end where it came
    near the best. Where memory ends, it looks between the last two sizes until they are
    an eighth apart. Where the smallest size fails by itself, as 1 does with batch
    normalisation, it begins with the double. It runs in one process, on the model's
    device; a CPU without a limit to its memory has none but high.

    Afterwards model, optimizer, gradients, scaler and generators of random numbers are as
    they were, bit for bit; so is what is named by also. Meanwhile their copy takes memory.

    - data is a dataset with a length, or a function of a size that returns a batch.
    - length(sample) tells which samples are long; else it is how many numbers they have.
      Of more than 10,000 samples as many are looked at, evenly spread.
    - collate makes a batch of samples, as in a DataLoader.
    - loss_fn, forward, scaler, autocast, clip_norm and also are those of lr_range_test.
    """
    if not (isinstance(low, numbers.Integral) and isinstance(high, numbers.Integral) and 1 <= low <= high):
        raise ValueError("low=%r, high=%r: give whole numbers, 1 <= low <= high" % (low, high))
    if not any(p.requires_grad for group in optimizer.param_groups for p in group["params"]):
        raise ValueError("no parameter of the optimizer needs a gradient: there is nothing to train")
    _by_itself(optimizer)
    kept = Kept([model, optimizer, scaler, *also], data)
    try:
        make = data
        samples: Any = data  # which callable() does not take for a function
        if not callable(data) or hasattr(data, "__getitem__"):
            longest = _longest(samples, high, length)
            high = min(high, len(samples))
            low = min(low, high)
            collated = collate or torch.utils.data.default_collate
            make = lambda n: collated(longest(n))  # noqa: E731
        loop = _Loop(model, optimizer, loss_fn, forward, scaler, autocast, clip_norm)
        test = _Test(model, loop, make, seconds)
        sizes: List[Size] = []
        size = _next(sizes, low, high)
        while size:
            sizes.append(test.run(size))
            kept.restore()
            size = _next(sizes, low, high)
        for i in reversed(_near_best(sizes)):  # the other way round, as the machine may have slowed down
            sizes[i] = test.again(sizes[i])
            kept.restore()
    finally:
        kept.restore()
    return BatchTest(sizes, test.doubts)


def _next(tried: List[Size], low: int, high: int) -> int:
    """The size to try next, 0 where there is none."""
    if not tried:
        return low
    held, limit = _read(sorted(tried))
    if limit is None:
        last = max(s.size for s in tried)
        return 0 if last >= high else min(2 * last, high)
    if not held or limit.state == "failed":
        return 0
    fits = held[-1].size
    grain = 1
    while 16 * grain <= fits:
        grain *= 2
    between = fits + max((limit.size - fits) // 2 // grain, 1) * grain
    return between if between < limit.size else 0


def _read(sizes: List[Size]) -> Tuple[List[Size], Optional[Size]]:
    """The sizes that fit, of ascending ones, and what stops them. A smallest that fails by itself stops none."""
    sizes = sizes[1:] if sizes[0].state == "failed" else sizes
    stopped = next((s for s in sizes if s.state != "fits"), None)
    return [s for s in sizes if stopped is None or s.size < stopped.size], stopped


def _knee(sizes: List[Size]) -> Tuple[Size, Size, Size]:
    """The smallest size with nearly the best throughput, and the least and greatest it can be by their spread."""

    def first(of: float, best: float) -> Size:
        return next((s for s in sizes if _rate(s, of) >= _ENOUGH * best), sizes[-1])

    best = max(_rate(s) for s in sizes)
    return first(0, best), first(1, best), first(0, max(_rate(s, 1) for s in sizes))


def _rate(s: Size, spreads: float = 0) -> float:
    return (s.samples_per_second or 0.0) * (1 + spreads * s.spread)


def _near_best(sizes: List[Size]) -> List[int]:
    """Where in the list the sizes are whose throughput decides."""
    best = max(map(_rate, sizes))
    near = [i for i, s in enumerate(sizes) if s.samples_per_second and _rate(s) >= _NEAR * best]
    return near if len(near) > 1 else []


def _free(largest: int) -> int:
    with_margin = int(largest * (1 - _MARGIN))
    return with_margin // 8 * 8 if with_margin >= 16 else max(with_margin, 1)


class _Test:
    """Tries sizes, and collects what a person should know of them."""

    def __init__(self, model: Any, loop: Any, make: Callable[[int], Any], seconds: float) -> None:
        self._model = model
        self._loop = loop
        self._make = make
        self._seconds = seconds
        self._device = next(p for p in model.parameters()).device
        self._cuda = self._device.type == "cuda"
        self.doubts: List[str] = []

    def run(self, size: int) -> Size:
        if self._cuda:
            torch.cuda.reset_peak_memory_stats(self._device)
        memory: List[float] = []
        spread = 0.0
        try:
            per_second, spread = self._train(size, memory)
            state, reason = "fits", ""
        except Exception as error:
            per_second, reason = None, "%s: %s" % (type(error).__name__, (str(error).splitlines() or [""])[0])
            state = "out_of_memory" if isinstance(error, MemoryError) or _NO_MEMORY.search(str(error)) else "failed"
            error.__traceback__ = None  # whose frames hold the tensors
        self._loop._optimizer.zero_grad()
        if state != "fits":
            gc.collect()
        peak = max(memory, default=0.0)
        if self._cuda:
            peak = torch.cuda.max_memory_allocated(self._device) / 2**20
            torch.cuda.empty_cache()
        self._leak(size, memory)
        return Size(size, state, per_second, peak or None, reason, spread)

    def again(self, size: Size) -> Size:
        """The same size with the better of its throughput and that of another measurement."""
        try:
            self._model.train()
            per_second, spread = self._throughput(itertools.repeat(self._make(size.size)), size.size, [])
        except Exception:  # it has fitted before
            return size
        return size if size.samples_per_second and per_second <= size.samples_per_second else size._replace(
            samples_per_second=per_second, spread=spread
        )

    def _train(self, size: int, memory: List[float]) -> Tuple[float, float]:
        batch = self._make(size)
        batches = itertools.repeat(batch)
        self._model.train()
        for _ in range(3):
            self._step(batches, memory)
        self._model.eval()
        with torch.no_grad(), self._loop._precision():
            self._loop._loss(batch)
        self._model.train()
        return self._throughput(batches, size, memory)

    def _throughput(self, batches: Any, size: int, memory: List[float]) -> Tuple[float, float]:
        """The samples a second of the best of some windows, and the spread.

        What else a machine has to do makes a window slower and never faster.
        """
        self._wait()
        rates: List[float] = []
        began, steps = time.perf_counter(), 0
        while len(rates) < _WINDOWS or steps < _LEAK_STEPS:
            start, before = time.perf_counter(), steps
            while steps == before or time.perf_counter() - start < self._seconds / _WINDOWS:
                self._step(batches, memory)
                steps += 1
            self._wait()
            rates.append((steps - before) * size / (time.perf_counter() - start))
            if steps >= 3 and time.perf_counter() - began > 10 * max(self._seconds, 1):
                break
        return max(rates), 1 - sorted(rates)[len(rates) // 2] / max(rates)

    def _step(self, batches: Any, memory: List[float]) -> None:
        loss = self._loop.step(batches, 1)
        if not math.isfinite(loss):
            raise ValueError("the loss is %r" % loss)
        memory.append(torch.cuda.memory_allocated(self._device) / 2**20 if self._cuda else _resident_mb())

    def _wait(self) -> None:
        if self._cuda:
            torch.cuda.synchronize(self._device)

    def _leak(self, size: int, memory: List[float]) -> None:
        """Notice memory that grows from step to step, once it has settled."""
        settled = memory[3:]
        if self.doubts or len(settled) < _LEAK_STEPS or settled[0] == 0:
            return
        quarters = settled[:: max(len(settled) // 4, 1)]
        rises = all(a < b for a, b in zip(quarters, quarters[1:]))
        grown = settled[-1] - settled[0]
        if rises and grown > max(0.05 * settled[0], 16):
            self.doubts.append(
                "memory grows while it trains: with %d from %.0f to %.0f MB in %d steps; what fits now may not fit later"
                % (size, settled[0], settled[-1], len(settled))
            )


def _resident_mb() -> float:
    """What this process holds in memory; 0 where that is not known."""
    try:
        with open("/proc/self/statm", "rb") as f:
            return int(f.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20
    except (OSError, ValueError, AttributeError):
        return 0.0


def _longest(data: Any, most: int, length: Optional[Callable[[Any], float]]) -> Callable[[int], List[Any]]:
    """A function that gives the n longest samples of a dataset."""
    if not hasattr(data, "__len__") or not hasattr(data, "__getitem__") or len(data) == 0:
        loader = "; this is a loader: give its dataset" if hasattr(data, "batch_sampler") else ""
        raise TypeError("give a dataset with a length above 0, or a function of a size that returns a batch%s" % loader)
    measure = length or _numbers
    every = max(len(data) // _SCANNED, 1)
    by_length = sorted(range(0, len(data), every), key=lambda i: measure(data[i]), reverse=True)[:most]
    return lambda n: [data[i] for i in itertools.islice(itertools.cycle(by_length), n)]


def _numbers(sample: Any) -> float:
    """How many numbers a sample has."""
    if hasattr(sample, "numel"):
        return float(sample.numel())
    if isinstance(sample, dict):
        return sum(map(_numbers, sample.values()))
    if isinstance(sample, (list, tuple)):
        return sum(map(_numbers, sample))
    if isinstance(sample, (str, bytes)):
        return float(len(sample))
    return float(getattr(sample, "size", 1) if not callable(getattr(sample, "size", 1)) else 1)
