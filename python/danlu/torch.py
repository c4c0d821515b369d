"""PyTorch: one decision for all ranks, a loop that pauses and resumes, schedules, the range test of the
learning rate, the test of the batch size, a look at units and gradients.

Imported when it is first named; ``danlu.torch.epochs`` is where to start.
"""

import random
import sys
from typing import Any, Dict, Iterator, Mapping, Optional

import torch
import torch.distributed

from . import _ranks, _torch_ranks, _trial
from ._torch_batch import BatchTest as BatchTest
from ._torch_batch import batch_size_test as batch_size_test
from ._torch_lr import lr_range_test as lr_range_test
from ._torch_schedule import Schedule as Schedule
from ._torch_schedule import schedule as schedule
from ._torch_watch import Watch as Watch
from ._torch_watch import watch as watch

decide = _torch_ranks.decide


def report(
    step: Any, values: Optional[Mapping[str, Any]] = None, *, exit_on_stop: bool = False, **metrics: Any
) -> str:
    """What ``danlu.report`` does, with one answer for all ranks.

    Every rank calls it at the same step; what rank 0 gives is reported. In a program
    that is not distributed it is ``danlu.report``.
    """
    problem: Optional[Exception] = None
    try:
        _trial.report(step, values, **metrics)
    except Exception as error:  # the other ranks wait for rank 0's word
        problem = error
    if problem is not None and not _ranks.is_first():
        raise problem
    decision = _torch_ranks.decide(failed=problem is not None)
    if problem is not None:
        raise problem
    if exit_on_stop and decision != "continue":
        sys.exit(0)
    return decision


def epochs(n: int, **parts: Any) -> Iterator[int]:
    """The numbers of the epochs to train: 1 to n, or from where an earlier attempt got to.

        for epoch in danlu.torch.epochs(30, model=model, optimizer=optimizer, scheduler=scheduler):
            ...
            danlu.report(step=epoch, val_accuracy=accuracy)

    In a trial, n is the trial's last step. The parts are what has a state
    (``state_dict`` and ``load_state_dict``): each is brought to where it was, with the
    generators of random numbers, and saved after every epoch as a checkpoint. The loop
    ends where danlu says stop or pause, on all ranks at once; so don't let the report
    end the program (``exit_on_stop``): a pause would miss its checkpoint.

    Outside danlu it counts, and nothing else.
    """
    for name, part in parts.items():
        if part is not None and not hasattr(part, "load_state_dict"):
            raise TypeError("%s has no load_state_dict: give what has a state, not %r" % (name, type(part).__name__))
    held = {name: part for name, part in parts.items() if part is not None}
    first = _restore(held)
    last = _trial.max_step(n) or n
    for epoch in range(first + 1, last + 1):
        yield epoch
        decision = _torch_ranks.decide()
        if decision == "stop":
            return
        if _trial.in_trial() and _ranks.is_first():
            _trial.save(_state(held, epoch), step=epoch)
        if decision == "pause":
            return


def _restore(parts: Mapping[str, Any]) -> int:
    """Bring the parts to the checkpoint's state; returns its epoch, 0 where there is none."""
    saved = _trial.load()
    if saved is None:
        return 0
    missing = sorted(set(parts) - set(saved["parts"]))
    if missing:
        raise ValueError(
            "the checkpoint %s has no %s: it was saved by epochs(%s)"
            % (_trial.resume(), ", ".join(missing), ", ".join(sorted(saved["parts"])))
        )
    for name, part in parts.items():
        part.load_state_dict(saved["parts"][name])
    if _ranks.is_first():  # other ranks drew other numbers
        random.setstate(saved["random"])
        torch.set_rng_state(saved["torch"])
        if saved["cuda"] is not None and torch.cuda.is_available():
            torch.cuda.set_rng_state(saved["cuda"])
        numpy = sys.modules.get("numpy")
        if saved["numpy"] is not None and numpy is not None:
            numpy.random.set_state(saved["numpy"])
    return int(saved["epoch"])


def _state(parts: Mapping[str, Any], epoch: int) -> Dict[str, Any]:
    numpy = sys.modules.get("numpy")
    return {
        "epoch": epoch,
        "parts": {name: part.state_dict() for name, part in parts.items()},
        "random": random.getstate(),
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state() if torch.cuda.is_available() else None,
        "numpy": numpy.random.get_state() if numpy is not None else None,
    }
