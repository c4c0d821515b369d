"""The search for a learning rate: danlu asks for short trainings, this program makes them."""

import contextlib
import json
import math
import os
import subprocess
from typing import Any, Callable, Dict, List, Optional, Sequence

from . import _pipe, _trial

Losses = Sequence[float]


def search(
    steps: int,
    options: Sequence[str],
    sweep: Callable[[List[float]], Losses],
    probe: Callable[[float, int, bool], Losses],
) -> Dict[str, Any]:
    """What danlu finds for a training of so many steps, by the losses that the functions return.

    - sweep(rates) trains a batch with each of the rates;
    - probe(rate, steps, goes_on) trains at one rate: from the beginning, or on from
      where the last one ended.

    Raises Error where danlu ends without a result.
    """
    command = [_pipe.binary(), "lr", "--json", "--loop", str(steps), *options]
    try:
        # It ends with its input, which ends with this program, however that ends.
        danlu = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except OSError as error:
        raise _pipe.Error("%s can't be started: %s" % (command[0], error)) from error
    with danlu:
        try:
            return _converse(danlu, sweep, probe)
        except BaseException:  # after Ctrl-C Python would not wait for it
            danlu.kill()
            danlu.wait()
            assert danlu.stdin is not None
            with contextlib.suppress(OSError):  # what is not written yet never will be
                danlu.stdin.close()
            raise


def _converse(danlu: "subprocess.Popen[bytes]", sweep: Callable[[List[float]], Losses], probe: Callable[[float, int, bool], Losses]) -> Dict[str, Any]:
    assert danlu.stdin is not None and danlu.stdout is not None and danlu.stderr is not None
    for line in danlu.stdout:
        asked = _read(line)
        if "sweep" in asked:
            losses = sweep(asked["sweep"])
        elif "probe" in asked:
            losses = probe(asked["probe"], asked["steps"], asked["goes_on"])
        else:
            return asked
        try:
            danlu.stdin.write(json.dumps([_plain(loss) for loss in losses]).encode("ascii") + b"\n")
            danlu.stdin.flush()
        except OSError:  # it is gone, and has said why
            break
    words = danlu.stderr.read().decode("utf-8", "replace").strip().splitlines()
    raise _pipe.Error(words[0].replace("danlu lr: ", "", 1) if words else "danlu ended with exit code %d" % danlu.wait())


def _read(line: bytes) -> Dict[str, Any]:
    try:
        asked: Dict[str, Any] = json.loads(line.decode("utf-8"))
    except ValueError as error:
        raise _pipe.Error("danlu said %r" % line[:80]) from error
    return asked


def _plain(loss: float) -> Any:
    """JSON has no number for a loss that is not finite."""
    if math.isfinite(loss):
        return loss
    return "nan" if math.isnan(loss) else "inf" if loss > 0 else "-inf"


def length(epoch: Callable[[], int]) -> Optional[int]:
    """How many steps the training has by what ``danlu lr`` knows of it; epoch gives those of an epoch."""
    if not _trial.asked_for_lr():
        return None
    text = os.environ.get("DANLU_LR_STEPS")
    if text:
        return int(text)
    text = os.environ.get("DANLU_LR_EPOCHS")
    try:
        return int(text) * epoch() if text else None
    except TypeError:  # a loader of unknown length
        return None


def schedule() -> Optional[str]:
    """The training's schedule by what ``danlu lr`` knows of it."""
    return os.environ.get("DANLU_LR_SCHEDULE") if _trial.asked_for_lr() else None


def missing() -> str:
    """Why there can't be a search here, or ""."""
    try:
        _pipe.binary()
    except _pipe.Error as error:
        return str(error)
    return ""
