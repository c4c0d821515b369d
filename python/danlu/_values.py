"""What a program may report: steps and numbers of any library, as JSON knows them."""

import json
import math
import operator
from typing import Any, Dict, Mapping, Union, cast

Number = Union[float, str]  # "nan", "inf" and "-inf" are strings


def step_number(step: Any) -> int:
    """An integer of at least 0; 3.0, NumPy's and PyTorch's integers are integers."""
    number: int
    if isinstance(step, bool):
        raise TypeError("step must be an integer, not %r" % step)
    if isinstance(step, float) and step.is_integer():
        number = int(step)
    else:
        try:
            number = operator.index(cast(Any, step))
        except TypeError:
            raise TypeError(
                "step must be an integer, such as the epoch's number, not %r" % (step,)
            ) from None
    if number < 0:
        raise ValueError("step must be at least 0, not %d" % number)
    if number >= 2**63:
        raise ValueError("step must be less than 2**63, not %d" % number)
    return number


def numbers(values: Mapping[str, Any]) -> Dict[str, Number]:
    """Values by metric, ready for JSON."""
    if not values:
        raise ValueError("nothing to report: give at least one value, as in val_loss=0.41")
    checked: Dict[str, Number] = {}
    for name, value in values.items():
        if not isinstance(name, str) or not name:
            raise TypeError("a metric's name must be a text that is not empty, not %r" % (name,))
        checked[name] = _number(name, value)
    return checked


def _number(name: str, value: Any) -> Number:
    if isinstance(value, (str, bytes)):
        raise TypeError("%s must be a number, not the text %r" % (name, value))
    try:
        item: Any = getattr(value, "item", None)
        number = float(item() if item is not None else value)
    except OverflowError:  # an integer beyond floats
        return "inf" if value > 0 else "-inf"
    except Exception as error:  # each library has its own for "more than one element"
        raise TypeError(
            "%s must be one number, not %s: report its mean, or another number (%s)"
            % (name, type(value).__name__, error)
        ) from None
    if math.isnan(number):
        return "nan"
    if math.isinf(number):
        return "inf" if number > 0 else "-inf"
    return number


def to_json(content: Any) -> bytes:
    return json.dumps(content, separators=(",", ":"), allow_nan=False).encode("ascii")
