"""Keeps what a training is made of, and brings it back bit for bit.

Tensors are copied, containers are copied as lists of what they hold, and each is
brought back in place, so that whoever refers to them sees them as they were. Objects
of other kinds are followed where they have a state_dict, as modules, optimizers,
schedulers and scalers have, and where they are named by hand.

Of a loader, and of the data sets, samplers and loaders that it holds, the attributes
are kept but not what is in them, which may be all the data; and the generators of
random numbers that it holds somewhere, as in a transform.
"""

import collections
import copy
import functools
import random
import sys
import types
from typing import Any, Callable, Dict, Iterable, List

import torch
import torch.utils.data

_SIMPLE = (str, bytes, int, float, complex, bool, type(None), type)
_SHORT = 100  # items of a list of transforms; those of a longer one are data
_MOST = 1000  # objects of a loader that are looked at


class Kept:
    """The state of the parts it was given, with that of the common generators of random numbers."""

    def __init__(self, parts: Iterable[Any], loader: Any) -> None:
        self._sources: List[Any] = []  # loaders that may have workers
        self._seen: Dict[int, Any] = {}  # by identity, which holding them keeps theirs
        self._back: List[Callable[[], None]] = []
        self._generators()
        for part in parts:
            if part is None:
                continue
            if isinstance(part, (torch.Tensor, dict, list)):
                self._add(part)
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
        """Let the loaders begin anew whose persisting workers are in the middle of an epoch."""
        for source in self._sources:
            vars(source)["_iterator"] = None

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
        elif hasattr(type(value), "load_state_dict") and hasattr(value, "__dict__"):
            self._object(value)
        elif type(value).__name__ == "ndarray":
            self._state(lambda: value, functools.partial(value.__setitem__, ...))
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
        near = collections.deque([loader])
        for _ in range(_MOST):
            if not near:
                break
            part = near.popleft()
            if isinstance(part, (torch.Tensor, torch.nn.Module, types.ModuleType, *_SIMPLE)) or id(part) in self._seen:
                continue
            self._seen[id(part)] = part
            if isinstance(part, (list, tuple, dict)):
                if len(part) <= _SHORT:
                    near.extend(part.values() if isinstance(part, dict) else part)
            elif not self._random(part) and hasattr(part, "__dict__"):
                near.extend(vars(part).values())
                if hasattr(part, "__iter__") or hasattr(part, "__getitem__"):
                    self._attributes(vars(part))
                if isinstance(part, torch.utils.data.DataLoader):
                    self._sources.append(part)
        self._set_aside()
        self._back.append(lambda: _end_workers(self._sources))

    def _attributes(self, attributes: Dict[str, Any]) -> None:
        items = list(attributes.items())
        self._back.append(lambda: _fill(attributes, attributes.update, items))


def _copy(value: torch.Tensor, now: torch.Tensor) -> None:
    value.detach().copy_(now)


def _fill(container: Any, add: Callable[[Any], Any], items: List[Any]) -> None:
    container.clear()
    add(items)


def _end_workers(loaders: List[Any]) -> None:
    """End the workers that loaders began in the meantime, and would keep."""
    for loader in loaders:
        end = getattr(getattr(loader, "_iterator", None), "_shutdown_workers", None)
        if end is not None:
            end()
