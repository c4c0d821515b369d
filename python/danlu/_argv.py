"""Parameters from a command line, for a program that runs outside danlu.

``danlu best`` prints a trial's command line with ``--name=value``; a program that
takes its parameters by ``danlu.params`` repeats the trial by it.
"""

import json
from typing import Any, Dict, Mapping, Sequence

_WORDS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def arguments(argv: Sequence[str], defaults: Mapping[str, Any]) -> Dict[str, Any]:
    """The values of ``--name=value``, ``--name value`` and, for booleans, ``--name``.

    Dashes in a name are underscores. What is no parameter's name is left to the
    program. Raises ValueError where a text is none of its default's type.
    """
    names = {name.replace("_", "-"): name for name in defaults}
    given: Dict[str, Any] = {}
    rest = list(argv)
    while rest:
        word = rest.pop(0)
        if word == "--":
            break
        flag, has_value, text = word.partition("=")
        name = names.get(flag[2:].replace("_", "-")) if flag.startswith("--") else None
        if name is None:
            continue
        if not has_value:
            if isinstance(defaults[name], bool) and (not rest or rest[0].lower() not in _WORDS):
                given[name] = True
                continue
            if not rest:
                raise ValueError("%s needs a value, as in %s=%s" % (flag, flag, defaults[name]))
            text = rest.pop(0)
        given[name] = parse(flag, text, defaults[name])
    return given


def parse(flag: str, text: str, default: Any) -> Any:
    """A text as a value of its default's type; 0.5 stays 0.5 where the default is 1."""
    if isinstance(default, str):
        return text
    try:
        if isinstance(default, bool):
            return _WORDS[text.lower()]
        if isinstance(default, (int, float)):
            number = float(text)
            if isinstance(default, float) or not number.is_integer():
                return number
            return int(text) if text.lstrip("+-").isdigit() else int(number)
    except (KeyError, ValueError):
        kind = "true or false" if isinstance(default, bool) else "a number"
        raise ValueError("%s must be %s, as its default %r is, not %r" % (flag, kind, default, text)) from None
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return tuple(value) if isinstance(default, tuple) and isinstance(value, list) else value
