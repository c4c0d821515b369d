"""PyTorch Lightning: reports, decisions and checkpoints of ``Trainer.fit``, and a range test before it.

    danlu.lightning.fit(trainer, model, datamodule)     # instead of trainer.fit(model, datamodule)

or, by hand, ``callbacks=[danlu.lightning.Callback()]`` and
``trainer.fit(model, datamodule, ckpt_path=danlu.resume())``. A step is an epoch.
"""

import inspect
import math
import os
from typing import TYPE_CHECKING, Any, Dict, Optional

from . import _lr, _trial

if TYPE_CHECKING:
    import lightning.pytorch as pl
else:
    try:
        import lightning.pytorch as pl
    except ImportError:
        import pytorch_lightning as pl


class Callback(pl.Callback):
    """Reports the logged metrics at the end of each epoch, saves a checkpoint, and stops when told."""

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        if not _trial.in_trial():
            return
        from . import torch

        step = trainer.current_epoch + 1
        values: Dict[str, Any] = dict(trainer.callback_metrics)
        self._save(trainer, step)
        if values and torch.report(step, values) != "continue":
            trainer.should_stop = True

    def _save(self, trainer: Any, step: int) -> None:
        """Every rank takes part in Lightning's saving; rank 0 keeps the file."""
        new = os.path.join(os.path.abspath(_trial.dir()), ".lightning-%d.ckpt" % step)
        trainer.save_checkpoint(new)
        _trial.save(lambda path: os.replace(new, path), step)


class LRRangeTest(pl.Callback):
    """Tests learning rates at the start of ``Trainer.fit``, as ``danlu.torch.lr_range_test`` does, which says the rest.

        test = danlu.lightning.LRRangeTest(schedule="onecycle")
        Trainer(callbacks=[test], ...).fit(model, data)
        print(test.found)

    The training then goes on as if it had not been: it takes no rate by itself. Steps
    are Lightning's own, with its precision, clipping and accumulation; what the module
    logs in them is dropped. It needs one optimizer and automatic optimization.
    """

    def __init__(
        self,
        *,
        low: float = 1e-6,
        high: float = 10.0,
        points: int = 100,
        linear: bool = False,
        diverged: float = 4.0,
        schedule: Optional[str] = None,
        steps: Optional[int] = None
    ) -> None:
        self.found: Optional[_lr.LRTest] = None
        self._steps = steps
        self._settings: Dict[str, Any] = dict(
            low=low, high=high, points=points, linear=linear, diverged=diverged, schedule=schedule
        )

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        from . import torch

        if not pl_module.automatic_optimization or len(trainer.optimizers) != 1:
            raise ValueError(
                "the range test needs one optimizer (here are %d) and automatic optimization: in a loop of your own, "
                "call danlu.torch.lr_range_test with step=..." % len(trainer.optimizers)
            )
        if isinstance(trainer.train_dataloader, (list, tuple, dict)):
            raise ValueError("the range test takes one loader, not %d" % len(trainer.train_dataloader))
        optimizer = trainer.optimizers[0]
        several = trainer.accumulate_grad_batches
        steps = _Steps(trainer, pl_module, optimizer)
        pl_module.log = pl_module.log_dict = lambda *_, **__: None
        try:
            self.found = torch.lr_range_test(
                pl_module, optimizer, None, trainer.train_dataloader, step=steps.step, accumulate=several,
                scaler=getattr(trainer.precision_plugin, "scaler", None), steps=self._steps or _asked_steps(trainer), **self._settings
            )
        finally:
            del pl_module.log, pl_module.log_dict


def _asked_steps(trainer: Any) -> Optional[int]:
    """How many steps the training has, where ``danlu lr`` asks for its rate and it has an end."""
    total = trainer.estimated_stepping_batches if _trial.asked_for_lr() else math.inf
    return int(total) if math.isfinite(total) else None


class _Steps:
    """Steps as the trainer makes them."""

    def __init__(self, trainer: Any, module: Any, optimizer: Any) -> None:
        self._trainer = trainer
        self._module = module
        self._optimizer = optimizer
        self._numbered = len(inspect.signature(module.training_step).parameters) > 1

    def step(self, batches: Any) -> float:
        strategy = self._trainer.strategy
        each = batches if self._trainer.accumulate_grad_batches > 1 else [batches]
        total = 0.0

        def closure() -> float:
            nonlocal total
            self._optimizer.zero_grad()
            for i, batch in enumerate(each):
                out = strategy.training_step(self._here(batch), *([i] if self._numbered else []))
                loss = (out["loss"] if isinstance(out, dict) else out) / len(each)
                total += float(loss.detach())
                strategy.backward(loss, self._optimizer)
            return total

        strategy.optimizer_step(self._optimizer, closure)
        return total

    def _here(self, batch: Any) -> Any:
        """The batch where and as the module takes it."""
        batch = self._trainer.precision_plugin.convert_input(batch)
        batch = self._module._on_before_batch_transfer(batch, dataloader_idx=0)
        return self._trainer.strategy.batch_to_device(batch, dataloader_idx=0)


def fit(trainer: Any, *args: Any, **kwargs: Any) -> None:
    """``trainer.fit`` with a Callback, up to the trial's last epoch, from its checkpoint where it has one.

    Where ``danlu lr`` has asked for a range test, it is that.
    """
    if _trial.asked_for_lr() and not any(isinstance(callback, LRRangeTest) for callback in trainer.callbacks):
        trainer.callbacks.append(LRRangeTest())
    if not any(isinstance(callback, Callback) for callback in trainer.callbacks):
        trainer.callbacks.append(Callback())
    trainer.fit_loop.max_epochs = _trial.max_step(trainer.max_epochs)
    if _trial.resume():
        kwargs["ckpt_path"] = _trial.resume()
    trainer.fit(*args, **kwargs)
