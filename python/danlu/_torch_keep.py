"""Keeps what a training is made of, and brings it back bit for bit.

Tensors are copied, containers are copied as lists of what they hold, and each is
brought back in place, so that whoever refers to them sees them as they were. Objects
of other kinds are followed where they are modules, optimizers or scalers, and where
they are named by hand.
"""

import collections
import copy
import functools
import random
import sys
from typing import Any, Callable, Dict, Iterable, List

import torch

_SIMPLE = (str, bytes, int, float, complex, bool, type(None), type)


class Kept:
    """The state of the parts it was given, with that of the common generators of random numbers."""

    def __init__(self, parts: Iterable[Any], loader: Any) -> None:
        self._source = loader
        self._seen: Dict[int, Any] = {}  # by identity, which holding them keeps theirs
        self._back: List[Callable[[], None]] = []
        self._generators()
        for part in parts:
            if part is None:
                continue
            if not hasattr(part, "__dict__") and not self._random(part):
                raise TypeError("%r has no state that could be kept" % type(part).__name__)
            self._object(part)
        self._loader(loader)

    def restore(self) -> None:
        """Bring it all back."""
        with torch.no_grad():
            for back in reversed(self._back):
                back()

    def rewind(self) -> None:
        """Bring it all back, for another training from here that is to be put back too."""
        self.restore()
        self._set_aside()

    def _set_aside(self) -> None:
        """Let the loader begin anew, whose persisting workers are in the middle of an epoch."""
        if getattr(self._source, "_iterator", None) is not None:
            vars(self._source)["_iterator"] = None

    def _add(self, value: Any) -> None:
        """Keep a value, and what it holds."""
        if isinstance(value, _SIMPLE) or id(value) in self._seen:
            return
        self._seen[id(value)] = value
        if isinstance(value, torch.Tensor):
            self._tensor(value)
        elif isinstance(value, dict):
            items = list(value.items())
            self._back.append(lambda: _fill(value, value.update, items))
            for _, held in items:
                self._add(held)
        elif isinstance(value, (list, set, collections.deque)):
            held_now = list(value)
            add = value.update if isinstance(value, set) else value.extend
            self._back.append(lambda: _fill(value, add, held_now))
            for held in held_now:
                self._add(held)
        elif isinstance(value, tuple):
            for held in value:
                self._add(held)
        elif isinstance(value, (torch.nn.Module, torch.optim.Optimizer)) or type(value).__name__ == "GradScaler":
            self._object(value)
        else:
            self._random(value)

    def _object(self, value: Any) -> None:
        if self._random(value):
            return
        self._add(vars(value))
        if isinstance(value, torch.nn.Module):
            self._extra(value)
            for held in (*value.children(), *value.parameters(False), *value.buffers(False)):
                self._add(held)  # of a scripted module they are not among its attributes

    def _tensor(self, value: torch.Tensor) -> None:
        if torch.nn.parameter.is_lazy(value):
            raise ValueError("a parameter of the model has no shape yet: give the model a batch first")
        now = value.detach().clone()
        self._back.append(lambda: _copy(value, now))
        if value.is_leaf and value.requires_grad:
            gradient = value.grad
            self._back.append(lambda: setattr(value, "grad", gradient))
            if gradient is not None:
                self._add(gradient)

    def _extra(self, module: torch.nn.Module) -> None:
        """What a module counts to its state besides tensors."""
        if type(module).get_extra_state is not torch.nn.Module.get_extra_state:
            extra = copy.deepcopy(module.get_extra_state())
            self._back.append(lambda: module.set_extra_state(copy.deepcopy(extra)))

    def _random(self, value: Any) -> bool:
        """Keep a generator of random numbers; False where it is none."""
        if isinstance(value, torch.Generator):
            self._state(value.get_state, value.set_state)
        elif isinstance(value, random.Random):
            self._state(value.getstate, value.setstate)
        elif hasattr(getattr(value, "bit_generator", None), "state"):  # NumPy's
            bits = value.bit_generator
            self._state(lambda: bits.state, lambda state: setattr(bits, "state", state))
        elif type(value).__name__ == "RandomState":
            self._state(value.get_state, value.set_state)
        else:
            return False
        return True

    def _state(self, get: Callable[[], Any], put: Callable[[Any], Any]) -> None:
        state = copy.deepcopy(get())
        self._back.append(lambda: put(state))

    def _generators(self) -> None:
        self._state(random.getstate, random.setstate)
        self._state(torch.get_rng_state, torch.set_rng_state)
        numpy = sys.modules.get("numpy")
        if numpy is not None:
            self._state(numpy.random.get_state, numpy.random.set_state)
        if torch.cuda.is_available() and torch.cuda.is_initialized():
            self._state(torch.cuda.get_rng_state_all, torch.cuda.set_rng_state_all)
        mps: Any = getattr(torch, "mps", None)
        if mps is not None and mps.device_count() > 0:
            self._state(mps.get_rng_state, mps.set_rng_state)

    def _loader(self, loader: Any) -> None:
        """Where a loader stands: its generators and counters, and the workers that persist."""
        level, part = [loader], loader
        while getattr(part, "dataset", None) is not None and len(level) < 10:
            part = part.dataset
            level.append(part)
        for name in ("sampler", "batch_sampler"):
            level.append(getattr(loader, name, None))
        level.append(getattr(level[-1], "sampler", None))
        for part in level:
            if part is None or not hasattr(part, "__dict__") or id(vars(part)) in self._seen:
                continue
            attributes = vars(part)  # shallow: it may hold all the data
            self._seen[id(attributes)] = attributes
            items = list(attributes.items())
            self._back.append(functools.partial(_fill, attributes, attributes.update, items))
            for _, held in items:
                if id(held) not in self._seen and self._random(held):
                    self._seen[id(held)] = held
        self._set_aside()
        self._back.append(lambda: _end_workers(loader))


def _copy(value: torch.Tensor, now: torch.Tensor) -> None:
    value.detach().copy_(now)


def _fill(container: Any, add: Callable[[Any], Any], items: List[Any]) -> None:
    container.clear()
    add(items)


def _end_workers(loader: Any) -> None:
    """End the workers that the loader began in the meantime, and would keep."""
    iterator = getattr(loader, "_iterator", None)
    end = getattr(iterator, "_shutdown_workers", None)
    if end is not None:
        end()
