"""The range test of the learning rate in a PyTorch program."""

import contextlib
import itertools
import math
import sys
from typing import Any, Callable, Generator, Iterable, Iterator, Mapping, Optional

import torch
import torch.distributed
from torch.nn.utils.clip_grad import clip_grad_norm_

from . import _lr, _trial
from ._torch_keep import Kept


def lr_range_test(
    model: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    loss_fn: Optional[Callable[[Any, Any], torch.Tensor]],
    loader: Iterable[Any],
    *,
    low: float = 1e-6,
    high: float = 10.0,
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
    schedule: Optional[str] = None
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

    In a trial that ``danlu lr`` has started for it (DANLU_LR_TEST=1) it reports its
    points and ends the program.
    """
    if hasattr(loader, "__next__"):
        raise TypeError("give the loader, not its iterator, whose position can't be brought back")
    if accumulate < 1:
        raise ValueError("accumulate=%r: give a whole number from 1" % accumulate)
    if not any(p.requires_grad for group in optimizer.param_groups for p in group["params"]):
        raise ValueError("no parameter of the optimizer needs a gradient: there is nothing to train")
    rates = _lr.rates(low, high, points, linear or _trial.asked_for_linear_sweep())
    shares = _lr.proportions(optimizer)
    kept = Kept([model, optimizer, scaler, *also], loader)
    trial = _trial.asked_for_lr()
    sweep = _lr.Sweep(diverged)
    loop = _Loop(model, optimizer, loss_fn, forward, scaler, autocast, clip_norm)
    batches = _endless(loader)
    try:
        if not model.training:  # else its parts have the modes that they were given
            model.train()
        for rate in rates:
            _lr.set_rates(optimizer, shares, rate)
            if step is not None:
                loss = float(step(next(batches) if accumulate == 1 else list(itertools.islice(batches, accumulate))))
            else:
                loss = loop.step(batches, accumulate)
            goes_on = sweep.add(rate, _mean_of_ranks(loss, optimizer))
            if trial:
                _trial.report(len(sweep.curve), {"lr_test/lr": rate, "lr_test/loss": sweep.curve[-1][1]})
            if not goes_on:
                break
    finally:
        batches.close()
        kept.restore()
    if trial:
        sys.exit(0)
    return _lr.read(sweep.curve, schedule)


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
                loss = self._loss(next(batches)) / accumulate
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
