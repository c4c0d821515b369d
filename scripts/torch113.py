"""Makes PyTorch 1.13 run on Python 3.11, as Debian 12 has them together.

Two changes of Python 3.11 came after that PyTorch: dataclasses refuse defaults that
can't be hashed, and flags no longer iterate over their zero. PyTorch 2 needs none of
this. scripts/examples-venv puts it into the virtual environment of the examples.
"""

import dataclasses
import enum

_process_class = dataclasses._process_class


def _hashable(cls, *args, **kwargs):
    made = _process_class(cls, *args, **kwargs)
    if made.__module__.startswith("torch.") and made.__hash__ is None:
        made.__hash__ = object.__hash__
    return made


def _members(cls):
    names = cls._member_map_ if cls.__module__.startswith("torch.") else cls._member_names_
    return (cls._member_map_[name] for name in names)


dataclasses._process_class = _hashable
enum.EnumMeta.__iter__ = _members
