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
"continue". Wrong use raises, outside danlu too, so that it is found early.

Standard library only, Python 3.8 and later. Start at ``params`` and ``report``;
``_trial.py`` has what they do, ``_link.py`` how messages travel.
"""

from ._params import Params
from ._trial import (
    checkpoint,
    dir,
    in_trial,
    max_step,
    params,
    report,
    resume,
    seed,
    should_stop,
)

__all__ = [
    "Params",
    "checkpoint",
    "dir",
    "in_trial",
    "max_step",
    "params",
    "report",
    "resume",
    "seed",
    "should_stop",
]
__version__ = "0.1.0"
