"""The trial's parameters, as attributes and as a mapping."""

from typing import Any, Dict, Iterator, Mapping


class Params(Mapping[str, Any]):
    """Parameters by name: ``p.lr``, ``p["lr"]``, ``dict(p)``, ``f(**p)``.

    A name that is a method of mappings (``keys``, ``items``, ``values``, ``get``)
    is reached as ``p["items"]`` only.
    """

    __slots__ = ("_values",)
    _values: Dict[str, Any]

    def __init__(self, values: Mapping[str, Any]) -> None:
        object.__setattr__(self, "_values", dict(values))

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "_values":  # being copied or unpickled
            raise AttributeError(name)
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(
                "no parameter %r: there are %s; give it a default in danlu.params(%s=...)"
                % (name, ", ".join(self._values) or "none", name)
            ) from None

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(
            "parameters of a trial never change: keep %s in a variable of your own" % name
        )

    def __reduce__(self) -> Any:
        return Params, (self._values,)

    def __repr__(self) -> str:
        return "Params(%s)" % ", ".join("%s=%r" % item for item in self._values.items())


def cast(value: Any, default: Any) -> Any:
    """The trial's value in its default's type, wherever nothing is lost by it.

    1 is 1.0 where the default is a float, 64.0 is 64 where it is an integer. But
    1e-3 stays 1e-3 where the default was written as 1: training with 0 would be
    worse than an unexpected type.
    """
    if default is None or type(value) is type(default):
        return value
    if isinstance(default, bool):
        return bool(value) if value in (0, 1) else value
    if isinstance(value, bool):
        return str(value) if isinstance(default, str) else value
    if isinstance(default, float) and isinstance(value, int):
        return float(value) if int(float(value)) == value else value
    if isinstance(default, int) and isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(default, str) and isinstance(value, (int, float)):
        return str(value)
    if isinstance(default, tuple) and isinstance(value, list):
        return tuple(value)
    return value
