"""PyTorch Lightning: reports, decisions and checkpoints of ``Trainer.fit``.

    danlu.lightning.fit(trainer, model, datamodule)     # instead of trainer.fit(model, datamodule)

or, by hand, ``callbacks=[danlu.lightning.Callback()]`` and
``trainer.fit(model, datamodule, ckpt_path=danlu.resume())``. A step is an epoch.
"""

import os
from typing import TYPE_CHECKING, Any, Dict

from . import _trial

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


def fit(trainer: Any, *args: Any, **kwargs: Any) -> None:
    """``trainer.fit`` with a Callback, up to the trial's last epoch, from its checkpoint where it has one."""
    if not any(isinstance(callback, Callback) for callback in trainer.callbacks):
        trainer.callbacks.append(Callback())
    trainer.fit_loop.max_epochs = _trial.max_step(trainer.max_epochs)
    if _trial.resume():
        kwargs["ckpt_path"] = _trial.resume()
    trainer.fit(*args, **kwargs)
