"""A schedule as one of PyTorch's schedulers."""

from typing import Any, Dict, List, Optional, Sequence, Union

import torch

from . import _schedule

_Base: Any = getattr(torch.optim.lr_scheduler, "LRScheduler", None) or torch.optim.lr_scheduler._LRScheduler


class Schedule(_Base):
    """A scheduler to step after each of the optimizer's steps; made by ``danlu.torch.schedule``."""

    def __init__(self, optimizer: torch.optim.Optimizer, of: _schedule.Schedule) -> None:
        self.schedule = of
        super().__init__(optimizer)

    def get_lr(self) -> List[Any]:
        """The groups' rates now."""
        factor = self.schedule.factor(self.last_epoch)
        return [base * factor for base in self.base_lrs]

    def observe(self, loss: Any) -> None:
        """Say what the validation loss was, once an epoch: plateau goes by it, others don't mind."""
        self.schedule.observe(loss)

    def state_dict(self) -> Dict[str, Any]:
        """Where it stands, and which schedule it is, in plain values."""
        s = self.schedule
        return {
            "schedule": dict(name=s.name, steps=s.steps, warmup=s.warmup, epoch=s.epoch, options=dict(s.options)),
            "seen": dict(s.seen),
            "base_lrs": list(self.base_lrs),
            "last_epoch": self.last_epoch,
            "_step_count": self._step_count,
            "_last_lr": list(self._last_lr),
        }

    def load_state_dict(self, state_dict: Dict[str, Any]) -> None:
        """Go on where another stood: with its schedule, its peaks and its length."""
        state = dict(state_dict)
        self.schedule = _schedule.Schedule(peak=1.0, **state.pop("schedule"))
        self.schedule.seen = dict(state.pop("seen"))
        self.__dict__.update(state)


def schedule(
    optimizer: torch.optim.Optimizer,
    name: str,
    steps: int,
    *,
    peak: Optional[Union[float, Sequence[float]]] = None,
    warmup: Optional[int] = None,
    epoch: int = 1,
    **options: Any
) -> Schedule:
    """An ``lr_scheduler`` of the schedule, to step after each of the optimizer's steps.

        scheduler = danlu.torch.schedule(optimizer, "onecycle", steps=epochs * len(loader))

    The groups' rates are its peaks, unless peak says another, for all or one each.
    The rest is what ``danlu.schedule`` takes. Its ``observe(loss)``, once an epoch, is
    what plateau goes by. Momentum stays as it is.
    """
    groups = optimizer.param_groups
    if peak is None:
        peaks = [float(group["lr"]) for group in groups]
    elif isinstance(peak, (int, float)):
        peaks = [float(peak)] * len(groups)
    else:
        peaks = [float(rate) for rate in peak]
    if len(peaks) != len(groups):
        raise ValueError("%d peaks for %d groups: give one number, or one a group" % (len(peaks), len(groups)))
    if any(rate < 0 for rate in peaks) or not any(rate > 0 for rate in peaks):
        raise ValueError("the groups' rates are %s: give a peak above 0" % ", ".join("%g" % rate for rate in peaks))
    of = _schedule.schedule(name, 1.0, steps, warmup=warmup, epoch=epoch, **options)
    for group, rate in zip(groups, peaks):
        if isinstance(group["lr"], torch.Tensor):
            group["lr"].fill_(rate)
        else:
            group["lr"] = rate
        group.pop("initial_lr", None)  # of a scheduler before
    return Schedule(optimizer, of)
