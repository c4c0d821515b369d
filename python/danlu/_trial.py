"""The trial that this process is: the functions that programs call."""

import json
import os
import sys
import threading
from typing import TYPE_CHECKING, Any, Dict, Mapping, Optional, SupportsIndex, Union

from . import _values
from ._params import Params, cast

if TYPE_CHECKING:
    from ._link import Link

Path = Union[str, "os.PathLike[str]"]

_RANKS = ("RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK", "PMI_RANK")

_link: "Optional[Link]" = None
_link_lock = threading.RLock()  # a signal handler may report while it is held


def in_trial() -> bool:
    """Whether danlu started this program."""
    return bool(os.environ.get("DANLU_TRIAL"))


def params(**defaults: Any) -> Params:
    """The trial's parameters; outside danlu, the arguments.

    A parameter that the trial does not have (its condition does not hold) keeps
    its default; one that is not among the arguments is there too. Values come in
    the type of their default, wherever nothing is lost by it.
    """
    values: Dict[str, Any] = dict(defaults)
    text = os.environ.get("DANLU_PARAMS") if in_trial() else None
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
    link = _speaker()
    return link is not None and link.decision != "continue"


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
    _sync(name)
    link.checkpoint(at, name)


def resume() -> Optional[str]:
    """The path of the checkpoint to start from, or None to start anew."""
    return os.environ.get("DANLU_RESUME") or None


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
    if _link is None and in_trial() and _rank() == 0:
        with _link_lock:
            if _link is None:
                from ._link import Link  # http.client is slow to import: not outside danlu

                _link = Link(os.environ)
    return _link


def _rank() -> int:
    for name in _RANKS:
        text = os.environ.get(name, "")
        if text:
            return int(text) if text.isdigit() else 0
    return 0


def _after_fork() -> None:
    """Another thread may have held a lock when this process was forked."""
    global _link_lock
    _link_lock = threading.RLock()
    if _link is not None:
        _link.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _sync(path: str) -> None:
    """Bring a file, or a folder and all that is in it, to the disk."""
    if os.path.isdir(path):
        for folder, _, files in os.walk(path):
            for file in files:
                name = os.path.join(folder, file)
                if os.path.isfile(name):
                    _sync_file(name)
            _sync_folder(folder)
    else:
        _sync_file(path)
    _sync_folder(os.path.dirname(path))


def _sync_file(name: str) -> None:
    try:
        fd = os.open(name, os.O_RDWR | getattr(os, "O_BINARY", 0))  # Windows syncs only what may be written
    except PermissionError:
        fd = os.open(name, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _sync_folder(name: str) -> None:
    """What can be done: Windows and some network file systems refuse."""
    try:
        fd = os.open(name, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(fd)
    except OSError:
        pass
    finally:
        os.close(fd)
