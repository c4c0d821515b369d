"""What a training program needs to be tuned by danlu.

    import danlu

    p = danlu.params(lr=1e-3, optimizer="adamw")
    for epoch in range(30):
        loss = train(p.lr, p.optimizer)
        danlu.report(step=epoch, val_loss=loss, exit_on_stop=True)

The same program runs without danlu: ``params`` gives its arguments, and the rest
does nothing. While a driver is away, reports go to a file that it reads when it
returns; a training is never ended, and hardly delayed, because danlu is not
there. In a distributed program only rank 0 speaks, and the others are told
"continue"; ``danlu.torch.report`` gives all ranks one decision. Wrong use raises,
outside danlu too, so that it is found early.

The other way round, a study inside a program or a notebook:

    study = danlu.Study({"lr": danlu.Float(1e-5, 1e-1, log=True)}, objective="val_loss min")
    study.optimize(train, trials=50)

``danlu.schedule`` gives the learning rate of every step.

Standard library only, Python 3.8 and later. Start at ``params`` and ``report``;
``_trial.py`` has what they do, ``_link.py`` how messages travel, ``_study.py`` the
studies. The modules ``danlu.torch``, ``danlu.lightning``, ``danlu.transformers`` and
``danlu.keras`` are imported when they are first named.
"""

import importlib
from typing import TYPE_CHECKING, Any, List

from ._params import Params
from ._trial import (
    checkpoint,
    dir,
    in_trial,
    load,
    max_step,
    params,
    report,
    resume,
    save,
    seed,
    should_stop,
)

if TYPE_CHECKING:
    from . import keras as keras, lightning as lightning, torch as torch, transformers as transformers
    from ._pipe import Error, Over
    from ._schedule import schedule
    from ._space import Bool, Choice, Float, Int
    from ._study import Stopped, Study, Trial

__all__ = [
    "Bool",
    "Choice",
    "Error",
    "Float",
    "Int",
    "Over",
    "Params",
    "Stopped",
    "Study",
    "Trial",
    "checkpoint",
    "dir",
    "in_trial",
    "load",
    "max_step",
    "params",
    "report",
    "resume",
    "save",
    "schedule",
    "seed",
    "should_stop",
]
__version__ = "0.1.0"

# What a training program does not need is imported when it is first named.
_LAZY = {
    "Error": "_pipe",
    "Over": "_pipe",
    "schedule": "_schedule",
    "Bool": "_space",
    "Choice": "_space",
    "Float": "_space",
    "Int": "_space",
    "Stopped": "_study",
    "Study": "_study",
    "Trial": "_study",
}
_MODULES = ("keras", "lightning", "torch", "transformers")


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module("." + name, __name__)
    if name in _LAZY:
        return getattr(importlib.import_module("." + _LAZY[name], __name__), name)
    raise AttributeError("module 'danlu' has no attribute %r" % name)


def __dir__() -> List[str]:
    return sorted([*__all__, *_MODULES])
