"""What may be tuned, said in Python: the parameters of ``danlu.yaml`` as classes.

What a parameter means is checked by danlu, whose words are in the errors.
"""

from typing import Any, Dict, Mapping, Optional, Sequence, Union

Scalar = Union[str, float, bool]  # an int is a float
When = Mapping[str, Union[Scalar, Sequence[Scalar]]]


class Param:
    """A parameter: a domain, and what every domain may have with it.

    - default: the value to start from.
    - role: what it is to a training, such as "learning_rate".
    - when: the parameter exists only while others have these values:
      ``{"optimizer": "sgd"}``, ``{"optimizer": ["sgd", "nag"]}``, ``{"depth": ">= 2"}``.
    - scales_with: it is multiplied by a power of another over a reference:
      ``{"batch_size": 0.5, "at": 128}``.
    - prior: where the best value is believed to be, which excludes nothing: ``{"near": 1e-3,
      "within": 3}``, or weights of a choice's values, ``{"adamw": 3, "sgd": 0.5}``.
    """

    def __init__(self, **definition: Any) -> None:
        self.definition: Dict[str, Any] = {k: v for k, v in definition.items() if v is not None}

    def __repr__(self) -> str:
        words = ", ".join("%s=%r" % item for item in self.definition.items())
        return "%s(%s)" % (type(self).__name__, words)


class Float(Param):
    """Real numbers from low to high; with step only low, low+step, low+2*step, ….

    log is for what multiplies: learning rates, weight decay.
    """

    def __init__(
        self,
        low: float,
        high: float,
        *,
        log: bool = False,
        step: Optional[float] = None,
        default: Optional[float] = None,
        role: Optional[str] = None,
        when: Optional[When] = None,
        scales_with: Optional[Mapping[str, float]] = None,
        prior: Optional[Mapping[str, float]] = None
    ) -> None:
        super().__init__(
            float=[low, high],
            log=log,
            step=step,
            default=default,
            role=role,
            when=when,
            scales_with=scales_with,
            prior=prior,
        )


class Int(Param):
    """Whole numbers from low to high, both included."""

    def __init__(
        self,
        low: int,
        high: int,
        *,
        log: bool = False,
        step: Optional[int] = None,
        default: Optional[int] = None,
        role: Optional[str] = None,
        when: Optional[When] = None,
        scales_with: Optional[Mapping[str, float]] = None,
        prior: Optional[Mapping[str, float]] = None
    ) -> None:
        super().__init__(
            int=[low, high],
            log=log,
            step=step,
            default=default,
            role=role,
            when=when,
            scales_with=scales_with,
            prior=prior,
        )


class Choice(Param):
    """One of a list of texts, numbers or booleans; ordered where neighbours are alike, as batch sizes are."""

    def __init__(
        self,
        values: Sequence[Scalar],
        *,
        ordered: Optional[bool] = None,
        default: Optional[Scalar] = None,
        role: Optional[str] = None,
        when: Optional[When] = None,
        prior: Optional[Mapping[Scalar, float]] = None
    ) -> None:
        super().__init__(choice=list(values), ordered=ordered, default=default, role=role, when=when, prior=prior)


class Bool(Param):
    """False and true."""

    def __init__(
        self, *, default: Optional[bool] = None, role: Optional[str] = None, when: Optional[When] = None
    ) -> None:
        super().__init__(bool=True, default=default, role=role, when=when)


def definition(space: Mapping[str, Any]) -> Dict[str, Any]:
    """A space as ``danlu.yaml`` has it; a list is short for a choice."""
    params: Dict[str, Any] = {}
    for name, param in space.items():
        if isinstance(param, (list, tuple)):
            param = Choice(param)
        if isinstance(param, Param):
            params[name] = param.definition
        elif isinstance(param, Mapping):
            params[name] = dict(param)  # as in danlu.yaml
        else:
            raise TypeError(
                "%s must be a danlu.Float, Int, Choice or Bool, a list of choices, or a dict as in danlu.yaml, not %r"
                % (name, param)
            )
    return params
