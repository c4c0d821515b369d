"""The range test of the learning rate in a PyTorch program."""

import contextlib
import inspect
import itertools
import math
import sys
from typing import Any, Callable, Dict, Generator, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple

import torch
import torch.distributed
from torch.nn.utils.clip_grad import clip_grad_norm_

from . import _lr, _lr_search, _pipe, _ranks, _schedule, _trial
from ._torch_keep import Kept

LOW, HIGH = 1e-6, 10.0


def lr_range_test(
    model: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    loss_fn: Optional[Callable[[Any, Any], torch.Tensor]],
    loader: Iterable[Any],
    *,
    low: float = LOW,
    high: float = HIGH,
    points: int = 100,
    linear: bool = False,
    accumulate: int = 1,
    diverged: float = 4.0,
    forward: Optional[Callable[[Any], torch.Tensor]] = None,
    step: Optional[Callable[[Any], Any]] = None,
    scaler: Any = None,
    autocast: Optional[torch.dtype] = None,
    clip_norm: Optional[float] = None,
    also: Iterable[Any] = (),
    schedule: Optional[str] = None,
    steps: Optional[int] = None
) -> _lr.LRTest:
    """Train on a batch at each of many rates, from low to high, and say which one to take.

        found = danlu.torch.lr_range_test(model, optimizer, loss_fn, loader)
        found.apply(optimizer)

    The rates rise exponentially, or with linear (``danlu lr --sweep linear``) by equal steps. The groups of the
    optimizer keep their proportions; the rates of the curve are those of the group with
    the highest. It ends early where the smoothed loss is several times (diverged) its
    lowest, or not a number. A loader that ends begins anew.

    Afterwards model, optimizer, gradients, scaler, generators of random numbers and
    loader are as they were, bit for bit; so is what is named by also: averaged models,
    schedulers, generators of your own. Meanwhile it takes the memory of a copy.

    - A batch is a pair, and its loss is loss_fn(model(x), y); of a batch that is a
      mapping it is loss_fn(model(**batch)), or, without a loss_fn, model(**batch).loss.
    - forward(batch) gives the loss of other batches, step(batch) does all of a step,
      the optimizer's included, and returns its loss; it gets a list where several make one.
    - accumulate is how many batches make a step; clip_norm the largest norm of its
      gradient.
    - autocast is the type of mixed precision; scaler the program's GradScaler.
    - schedule is the one to train with, such as "onecycle": its best peak differs from
      the best constant rate.
    - steps is how many steps the whole training has. With them the curve is only the
      beginning: danlu has a few short trainings made at rates about what it suggests,
      all on the same batches, and in all at most a tenth of the whole one. It takes
      the rates and their number itself; low and high, where given, bound the suggestion.

    In a trial that ``danlu lr`` has started for it (DANLU_LR_TEST=1) it reports what it
    found and ends the program; the steps are those of the study, unless given.
    """
    if hasattr(loader, "__next__"):
        raise TypeError("give the loader, not its iterator, whose position can't be brought back")
    if accumulate < 1:
        raise ValueError("accumulate=%r: give a whole number from 1" % accumulate)
    if not any(p.requires_grad for group in optimizer.param_groups for p in group["params"]):
        raise ValueError("no parameter of the optimizer needs a gradient: there is nothing to train")
    if steps is not None and steps < 1:
        raise ValueError("steps=%r: give the number of steps of the whole training" % steps)
    if schedule is not None:
        _schedule.named(schedule)
    if step is None:
        _by_itself(optimizer)
    trial = _trial.asked_for_lr()
    linear = linear or _trial.asked_for_linear_sweep()
    schedule = schedule or _lr_search.schedule()
    rates = _lr.rates(low, high, points, linear)
    curve = _lr.Sweep(diverged)
    loop = _Loop(model, optimizer, loss_fn, forward, scaler, autocast, clip_norm)

    def one(batches: Iterator[Any]) -> float:
        if step is None:
            return loop.step(batches, accumulate)
        loss = step(next(batches) if accumulate == 1 else list(itertools.islice(batches, accumulate)))
        if not hasattr(loss, "__float__"):
            raise TypeError("step(batch) returned a %s: return the loss" % _kind(loss))
        return float(loss.detach() if isinstance(loss, torch.Tensor) else loss)

    def sweep(rates: Sequence[float]) -> Sequence[float]:
        for rate in rates:
            goes_on = curve.add(rate, training.step(rate))
            if trial:
                _trial.report(len(curve.curve), {"lr_test/lr": rate, "lr_test/loss": curve.curve[-1][1]})
            if not goes_on:
                break
        return [loss for _, loss in curve.curve]

    probed = 0

    def probe(rate: float, steps: int, goes_on: bool) -> Sequence[float]:
        nonlocal probed
        losses = training.probe(rate, steps, goes_on)
        probed += len(losses)
        if trial and math.isfinite(losses[-1]):
            _trial.report(len(curve.curve) + probed, {"lr_test/probe": rate, "lr_test/probe_loss": losses[-1]})
        return losses

    options = _options(optimizer, schedule)
    training = _Training(model, optimizer, loader, one, Kept([model, optimizer, scaler, *also], loader))
    answer, why = None, ""
    try:
        whole = steps or _lr_search.length(lambda: -(-len(loader) // accumulate))  # type: ignore[arg-type]
        if whole is not None:
            ends = [] if (low, high) == (LOW, HIGH) else ["--range", "%r,%r" % (low, high)]
            more = ["--sweep", "linear", *ends] if linear else ends
            answer, why = _search(whole, options + more, sweep, probe, optimizer)
        elif trial:
            why = "how many steps the training has isn't known: give lr_range_test its steps="
        if not curve.curve:
            sweep(rates)
    finally:
        training.end()
    if why:
        why = "by the curve alone, since " + why
    if trial:
        _report(len(curve.curve) + probed, answer, why)
        sys.exit(0)
    if answer is not None:
        return _lr.LRTest(curve.curve, answer)
    found = _lr.read(curve.curve, options)
    if why:
        found.reason += "; " + why
    return found


def _options(optimizer: Any, schedule: Optional[str]) -> List[str]:
    """What danlu is to know of a training."""
    inner = getattr(optimizer, "optimizer", optimizer)  # of one that Accelerate has wrapped
    momentum = max(float(group.get("momentum") or 0) for group in optimizer.param_groups)
    options = ["--optimizer", type(inner).__name__.lower(), "--momentum", repr(momentum)]
    return options if schedule is None else [*options, "--schedule", schedule]


def _search(steps: int, options: Sequence[str], sweep: Any, probe: Any, optimizer: Any) -> Tuple[Optional[Dict[str, Any]], str]:
    """What danlu finds by short trainings, or None and why it does not.

    Each rank asks a danlu of its own. They all ask for the same, since they are told
    the same losses.
    """
    why = _lr_search.missing()
    if _mean_of_ranks(0.0 if why else 1.0, optimizer) < 1:
        return None, why or "another rank has no danlu"
    began = False

    def begin(rates: Sequence[float]) -> Sequence[float]:
        nonlocal began
        began = True
        losses: Sequence[float] = sweep(rates)
        return losses

    try:
        answer = _lr_search.search(steps, options, begin, probe)
    except _pipe.Error as error:
        return None, str(error)
    return (answer, "") if began else (None, answer["reason"])


def _report(step: int, answer: Optional[Dict[str, Any]], why: str) -> None:
    """Tell ``danlu lr`` what was found, which takes the last line for the reason."""
    if answer is not None:
        low, high = answer["range"] or (0.0, 0.0)
        _trial.report(step, {"lr_test/suggestion": answer["suggestion"] or 0.0, "lr_test/low": low, "lr_test/high": high})
        why = answer["reason"]
    if why and sys.stderr is not None and _ranks.is_first():
        sys.stderr.write("danlu lr: %s\n" % why)


class _Training:
    """A training that is tried from where it stands, and put back."""

    def __init__(self, model: Any, optimizer: Any, loader: Any, one: Callable[[Any], float], kept: Kept) -> None:
        self._model = model
        self._optimizer = optimizer
        self._shares = _lr.proportions(optimizer)
        self._loader = loader
        self._one = one
        self._kept = kept
        self._begin()

    def _begin(self) -> None:
        self._batches = _endless(self._loader)
        if not self._model.training:  # else its parts have the modes that they were given
            self._model.train()

    def step(self, rate: float) -> float:
        """A step at a rate; returns the loss before it."""
        _lr.set_rates(self._optimizer, self._shares, rate)
        return _mean_of_ranks(self._one(self._batches), self._optimizer)

    def probe(self, rate: float, steps: int, goes_on: bool) -> List[float]:
        """The losses of some steps at one rate, up to the first that is not finite."""
        if not goes_on:
            self._batches.close()
            self._kept.rewind()
            self._begin()
        losses: List[float] = []
        while len(losses) < steps and (not losses or math.isfinite(losses[-1])):
            losses.append(self.step(rate))
        return losses

    def end(self) -> None:
        """Put everything back."""
        self._batches.close()
        self._kept.restore()


class _Loop:
    """The usual step of a training."""

    def __init__(self, model: Any, optimizer: Any, loss_fn: Any, forward: Any, scaler: Any, autocast: Any, clip: Any) -> None:
        self._model = model
        self._optimizer = optimizer
        self._loss_fn = loss_fn
        self._forward = forward
        self._scaler = scaler
        self._autocast = autocast
        self._clip = clip
        self._parameters = [p for group in optimizer.param_groups for p in group["params"]]
        self._device = self._parameters[0].device

    def step(self, batches: Iterator[Any], accumulate: int) -> float:
        """A step; returns the mean loss of its batches. Where that is no number it makes none."""
        self._optimizer.zero_grad()
        total = 0.0
        for _ in range(accumulate):
            with self._precision():
                loss = _scalar(self._loss(next(batches))) / accumulate
            total += float(loss.detach())
            (loss if self._scaler is None else self._scaler.scale(loss)).backward()
        if not math.isfinite(total):
            return total
        if self._clip is not None:
            if self._scaler is not None:
                self._scaler.unscale_(self._optimizer)
            clip_grad_norm_(self._parameters, self._clip)
        if self._scaler is None:
            self._optimizer.step()
        else:
            self._scaler.step(self._optimizer)
            self._scaler.update()
        return total

    def _precision(self) -> Any:
        return contextlib.nullcontext() if self._autocast is None else torch.autocast(self._device.type, self._autocast)

    def _loss(self, batch: Any) -> Any:
        if self._forward is not None:
            return self._forward(batch)
        batch = _moved(batch, self._device)
        if isinstance(batch, Mapping):
            out = self._model(**batch)
            return out.loss if self._loss_fn is None else self._loss_fn(out)
        if not isinstance(batch, (list, tuple)) or len(batch) != 2 or self._loss_fn is None:
            raise TypeError("a batch is a %s: say by forward=lambda batch: … what its loss is" % _kind(batch))
        return self._loss_fn(self._model(batch[0]), batch[1])


def _by_itself(optimizer: Any) -> None:
    """Refuse an optimizer that calls the training back."""
    closure = inspect.signature(optimizer.step).parameters.get("closure")
    if closure is not None and closure.default is closure.empty:
        raise TypeError(
            "%s makes its steps by a closure, and the test has none: lr_range_test takes step=lambda batch: …, which "
            "makes a whole step and returns its loss" % type(optimizer).__name__
        )


def _scalar(loss: Any) -> torch.Tensor:
    if not isinstance(loss, torch.Tensor):
        raise TypeError("the loss is a %s: it has to be a tensor, from which backward() can begin" % _kind(loss))
    if loss.numel() != 1:
        raise ValueError("the loss of a batch has the shape %s: give one number, as its mean" % (tuple(loss.shape),))
    return loss


def _kind(batch: Any) -> str:
    if isinstance(batch, (list, tuple)):
        return "%s of %d" % (type(batch).__name__, len(batch))
    return type(batch).__name__


def _moved(value: Any, device: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _moved(held, device) for name, held in value.items()}
    if isinstance(value, (list, tuple)):
        return [_moved(held, device) for held in value]
    return value.to(device) if hasattr(value, "to") else value


def _endless(loader: Iterable[Any]) -> "Generator[Any, None, None]":
    """The loader's batches, over and over."""
    given = 0
    while True:
        before = given
        for batch in loader:
            given += 1
            yield batch
        if given == before:
            raise ValueError(
                "the loader has no batch"
                if given == 0
                else "the loader had %d batches, and none when it began anew: give one that can, or fewer points" % given
            )


def _mean_of_ranks(loss: float, optimizer: Any) -> float:
    """The same loss on all ranks, which must end at the same point."""
    if not (torch.distributed.is_available() and torch.distributed.is_initialized()):
        return loss
    total = torch.tensor(loss, dtype=torch.float32, device=optimizer.param_groups[0]["params"][0].device)
    torch.distributed.all_reduce(total)
    return float(total / torch.distributed.get_world_size())
