"""Keras 3, with any backend: reports, decisions and checkpoints of ``Model.fit``.

    model.fit(x, y, epochs=30, callbacks=[danlu.keras.Callback()])

A step is an epoch.
"""

import os
from typing import Any, Dict, Optional

import keras

from . import _trial

_WEIGHTS = "model.weights.h5"


class Callback(keras.callbacks.Callback):
    """Reports the logs of each epoch, saves weights and the optimizer's state, and stops when told.

    A trial that was paused goes on from its checkpoint. The trial's last step ends the
    training where the epochs given to fit do not.
    """

    def on_train_begin(self, logs: Optional[Dict[str, Any]] = None) -> None:
        folder = _trial.resume()
        if folder is None:
            return
        model: Any = self.model
        if model.optimizer is not None:
            model.optimizer.build(model.trainable_variables)
        model.load_weights(os.path.join(folder, _WEIGHTS))
        with open(os.path.join(folder, "epoch"), encoding="ascii") as file:
            model._initial_epoch = int(file.read())  # as keras.callbacks.BackupAndRestore does

    def on_epoch_end(self, epoch: int, logs: Optional[Dict[str, Any]] = None) -> None:
        if not _trial.in_trial():
            return
        model: Any = self.model
        step = epoch + 1

        def write(path: str) -> None:
            os.mkdir(path)
            model.save_weights(os.path.join(path, _WEIGHTS))
            with open(os.path.join(path, "epoch"), "w", encoding="ascii") as file:
                file.write(str(step))

        _trial.save(write, step)
        decision = _trial.report(step, logs) if logs else "continue"
        last = _trial.max_step()
        if decision != "continue" or (last is not None and step >= last):
            model.stop_training = True
