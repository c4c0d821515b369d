"""Rank 0's decision for all ranks of ``torch.distributed``.

It goes through the process group's store, not by a collective: rank 0 writes it
down and goes on, and a rank that has ended early keeps nobody waiting. The n-th
decision of one rank is the n-th of every rank, so all leave at the same step.
"""

import atexit
import time
from typing import Any

import torch.distributed as dist

from . import _ranks, _trial

PATIENCE = 1800.0  # seconds for rank 0's word, as long as collectives wait
POLL_EVERY = 0.05

_WORDS = ("", "continue", "stop", "pause", "failed")  # their numbers go through the store
_KEY = "danlu/decision/%d"
_LEFT = "danlu/left"

_group: Any = None  # the group that _count counts for
_count = 0


def decide(failed: bool = False) -> str:
    """The decision that rank 0 has heard last, the same for every rank.

    Every rank calls it, as often as the others: at the end of an epoch. Where rank 0
    has ended, the answer is "stop". failed says that rank 0's report was wrong use,
    upon which the other ranks raise RuntimeError instead of waiting.
    """
    global _group, _count
    mine = _trial._decision()
    if not (dist.is_available() and dist.is_initialized()) or dist.get_world_size() < 2:
        return mine
    store = _store()
    if _group is not dist.group.WORLD:  # the first, or a new one after an error
        _group, _count = dist.group.WORLD, 0
        if _ranks.is_first():
            atexit.register(_leave, store)
    _count += 1
    if _ranks.is_first():
        store.add(_KEY % _count, _WORDS.index("failed" if failed else mine))
        return mine
    word = _hear(store, _KEY % _count)
    if word == "failed":
        raise RuntimeError("rank 0 could not report: its error says why")
    _trial._pass_on(word)
    return word


def _hear(store: Any, key: str) -> str:
    """Wait for rank 0's word."""
    began, pause = time.monotonic(), 0.001
    while True:
        try:
            gone = store.add(_LEFT, 0)  # before the word: who leaves has said its last
            number = store.add(key, 0)
        except RuntimeError:  # the store went with rank 0, which held it
            return "stop"
        if number:
            return _WORDS[number]
        if gone:
            return "stop"
        if time.monotonic() - began > PATIENCE:
            raise RuntimeError(
                "rank 0 has not called danlu.torch.report for %d s: every rank calls it at the same steps" % PATIENCE
            )
        time.sleep(pause)
        pause = min(2 * pause, POLL_EVERY)


def _leave(store: Any) -> None:
    """Rank 0 ends: whoever still waits for its word is let go."""
    try:
        store.add(_LEFT, 1)
    except RuntimeError:  # the store is gone, and with it those who wait
        pass


def _store() -> Any:
    store = getattr(dist.distributed_c10d, "_get_default_store", lambda: None)()
    if store is None:
        raise RuntimeError(
            "the process group of backend %s has no store to pass a decision through: use gloo or nccl"
            % dist.get_backend()
        )
    return store
