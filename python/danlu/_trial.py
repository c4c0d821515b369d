"""The trial that this process is: the functions that programs call."""

import functools
import json
import os
import sys
import threading
import types
from typing import TYPE_CHECKING, Any, Dict, Mapping, Optional, SupportsIndex, Union

from . import _argv, _checkpoint, _ranks, _values
from ._params import Params, cast

if TYPE_CHECKING:
    from ._link import Link

Path = Union[str, "os.PathLike[str]"]

_link: "Optional[Link]" = None
_passed_on = "continue"
_link_lock = threading.RLock()  # a signal handler may report while it is held


def in_trial() -> bool:
    """Whether danlu started this program."""
    return bool(os.environ.get("DANLU_TRIAL"))


def asked_for_lr() -> bool:
    """Whether this attempt is there for a range test of the learning rate."""
    return in_trial() and os.environ.get("DANLU_LR_TEST") == "1"


def asked_for_linear_sweep() -> bool:
    """Whether that range test is to rise by equal steps."""
    return asked_for_lr() and os.environ.get("DANLU_LR_SWEEP") == "linear"


def params(**defaults: Any) -> Params:
    """The trial's parameters; outside danlu, the arguments.

    A parameter that the trial does not have (its condition does not hold) keeps
    its default; one that is not among the arguments is there too. Values come in
    the type of their default, wherever nothing is lost by it. Outside danlu the
    command line may set them: ``--lr=0.01``.
    """
    values: Dict[str, Any] = dict(defaults)
    if not in_trial():
        values.update(_argv.arguments(sys.argv[1:], defaults))
        return Params(values)
    text = os.environ.get("DANLU_PARAMS")
    if text:
        for name, value in json.loads(text).items():
            values[name] = cast(value, defaults.get(name))
    return Params(values)


def report(
    step: SupportsIndex,
    values: Optional[Mapping[str, Any]] = None,
    *,
    exit_on_stop: bool = False,
    **metrics: Any
) -> str:
    """Say what was measured at a step; returns "continue", "stop" or "pause".

    Steps are absolute and count from 0: a resumed program goes on counting. Values
    are numbers of any library; nan and infinities are welcome, they say that the
    training diverged. Of a step and metric reported twice the first value stands.

    After "stop" or "pause" the program should end; a paused trial may be taken up
    again from its last checkpoint. With exit_on_stop it ends here, by SystemExit(0).

    When nobody answers within about 3 seconds the report waits in a file, and the
    answer is the last one heard.
    """
    if values is not None and not isinstance(values, Mapping):
        raise TypeError("values must be a dict of metrics, not %r" % (values,))
    at = _values.step_number(step)
    said = _values.numbers({**(values or {}), **metrics})
    link = _speaker()
    if link is None:
        return "continue"
    link.report(at, said)
    if exit_on_stop and link.decision != "continue":
        sys.exit(0)
    return link.decision


def should_stop() -> bool:
    """Whether the last report was answered "stop" or "pause". It asks nobody."""
    return _decision() != "continue"


def _decision() -> str:
    """The last decision heard; on other ranks the one that rank 0 passed on."""
    link = _speaker()
    return _passed_on if link is None else link.decision


def _pass_on(decision: str) -> None:
    """Take rank 0's decision for this rank's own."""
    global _passed_on
    _passed_on = decision


def checkpoint(path: Path, step: SupportsIndex) -> None:
    """Say that the trial's state after step lies at path, a file or a folder.

    Call it when the file is written; it brings the file to the disk first. Give
    each checkpoint a name of its own: danlu removes those that no trial needs.
    """
    at = _values.step_number(step)
    name = os.path.abspath(os.fspath(path))
    link = _speaker()
    if link is None:
        return
    _checkpoint.sync(name)
    link.checkpoint(at, name)


def save(state: Any, step: SupportsIndex) -> Optional[str]:
    """Keep the program's state after step as a checkpoint; returns the file's path.

    The state is what ``torch.save`` or ``pickle`` takes, or a function that writes
    it, file or folder, to the path it is given. The file appears in the trial's
    folder whole or not at all, and danlu is told only then. Outside danlu and on
    ranks other than 0 nothing happens, and None is returned.
    """
    at = _values.step_number(step)
    link = _speaker()
    if link is None:
        return None
    write = state if _is_function(state) else functools.partial(_checkpoint.dump, state)
    # Each attempt has names of its own: one that starts anew must not write to a
    # path that danlu is about to remove.
    name = "attempt-%s-step-%06d" % (os.environ.get("DANLU_ATTEMPT") or "0", at)
    path = os.path.join(os.path.abspath(dir()), "checkpoints", name)
    try:
        _checkpoint.write_whole(path, write)
    except (OSError, RuntimeError) as error:  # PyTorch's word for a full disk is a RuntimeError
        link.warn("save", "the checkpoint of step %d can't be written: %s; the training goes on" % (at, error))
        return None
    link.checkpoint(at, path)
    return path


def load() -> Any:
    """What ``save`` kept in the checkpoint to start from; None: start anew.

    A checkpoint that can't be read is said on stderr, and the training starts anew.
    """
    path = resume()
    if path is None:
        return None
    try:
        return _checkpoint.load(path)
    except Exception as error:  # damage has as many names as there are formats
        _say_anew(path, str(error) or type(error).__name__)
        return None


def _say_anew(path: str, why: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write("danlu: the checkpoint %s can't be read (%s): the training starts anew\n" % (path, why))


def _is_function(state: Any) -> bool:
    """Whether the state writes itself; a PyTorch module can be called, but is none."""
    functions = (types.FunctionType, types.MethodType, types.BuiltinFunctionType, functools.partial)
    return isinstance(state, functions)


def resume() -> Optional[str]:
    """The path of the checkpoint to start from, or None to start anew.

    A checkpoint that is gone is said on stderr, and the training starts anew.
    """
    path = os.environ.get("DANLU_RESUME")
    if not path:
        return None
    if not os.path.exists(path):
        _say_anew(path, "it is gone")
        return None
    return path


def dir() -> str:
    """The trial's folder, to write into at will; outside danlu "."."""
    return os.environ.get("DANLU_DIR") or "."


def seed(default: int = 0) -> int:
    """The trial's own seed; outside danlu the default."""
    return int(os.environ.get("DANLU_SEED") or default)


def max_step(default: Optional[int] = None) -> Optional[int]:
    """The last step of the trial's schedule, or the default where nobody set one."""
    text = os.environ.get("DANLU_MAX_STEP")
    return int(text) if text else default


def _speaker() -> "Optional[Link]":
    """The way to the driver, or None where this process has nothing to say."""
    global _link
    if _link is None and in_trial() and _ranks.is_first():
        with _link_lock:
            if _link is None:
                from ._link import Link  # http.client is slow to import: not outside danlu

                _link = Link(os.environ)
    return _link


def _after_fork() -> None:
    """Another thread may have held a lock when this process was forked."""
    global _link_lock
    _link_lock = threading.RLock()
    if _link is not None:
        _link.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
