"""Transformers' Trainer: reports, decisions and checkpoints, and a range test before it trains.

    danlu.transformers.train(trainer)     # instead of trainer.train()

or, by hand, ``trainer.add_callback(danlu.transformers.Callback())`` and
``trainer.train(resume_from_checkpoint=danlu.resume())``. A step is an epoch where the
Trainer evaluates every epoch, else one of the optimizer's steps.
"""

import os
import shutil
from typing import Any, Dict, Optional

import transformers

from . import _lr, _trial


class Callback(transformers.TrainerCallback):
    """Reports every evaluation, saves a checkpoint, and stops when told.

    In a trial the Trainer writes to the trial's folder, each attempt to one of its
    own: trials that run side by side would overwrite each other's checkpoints, and
    save_total_limit would remove the new ones where an earlier attempt got further.
    """

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if _trial.in_trial():
            attempt = "transformers-%s" % (os.environ.get("DANLU_ATTEMPT") or "0")
            args.output_dir = os.path.join(os.path.abspath(_trial.dir()), attempt)

    def on_evaluate(
        self, args: Any, state: Any, control: Any, metrics: Optional[Dict[str, Any]] = None, **_: Any
    ) -> None:
        if not _trial.in_trial() or not metrics:
            return
        from . import torch

        numbers = {name: value for name, value in metrics.items() if isinstance(value, (int, float))}
        decision = torch.report(_step(args, state), numbers)
        control.should_save = decision != "stop"
        control.should_training_stop = control.should_training_stop or decision != "continue"

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if not _trial.in_trial():
            return
        saved = os.path.join(args.output_dir, "checkpoint-%d" % state.global_step)
        # Links, since the Trainer may remove its own (save_total_limit).
        _trial.save(lambda path: shutil.copytree(saved, path, copy_function=_link), _step(args, state))


class LRRangeTest(transformers.TrainerCallback):
    """Tests learning rates before a Trainer trains, as ``danlu.torch.lr_range_test`` does, which says the rest.

        test = danlu.transformers.LRRangeTest(trainer, schedule="linear")
        trainer.add_callback(test)
        trainer.train()
        print(test.found)

    The training then goes on as if it had not been: it takes no rate by itself. A step
    is the optimizer's, of gradient_accumulation_steps batches unless accumulate says,
    with the Trainer's loss, precision and clipping.
    """

    def __init__(self, trainer: Any, **settings: Any) -> None:
        self.found: Optional[_lr.LRTest] = None
        self._trainer = trainer
        self._settings = settings

    def on_train_begin(self, args: Any, state: Any, control: Any, **parts: Any) -> None:
        from . import torch

        trainer, optimizer = self._trainer, parts["optimizer"]
        settings = dict(self._settings)
        several = settings.setdefault("accumulate", args.gradient_accumulation_steps)
        divided = getattr(trainer.accelerator, "gradient_accumulation_steps", 1)  # by which its backward divides

        def step(batches: Any) -> float:
            optimizer.zero_grad()
            total = 0.0
            for batch in batches if several > 1 else [batches]:
                with trainer.compute_loss_context_manager():
                    loss = trainer.compute_loss(trainer.model_wrapped, trainer._prepare_inputs(batch)) / several
                trainer.accelerator.backward(loss * divided)
                total += float(loss.detach())
            if args.max_grad_norm:
                trainer.accelerator.clip_grad_norm_(trainer.model_wrapped.parameters(), args.max_grad_norm)
            optimizer.step()
            return total

        if _trial.asked_for_lr() and state.max_steps > 0:
            settings.setdefault("steps", state.max_steps)
        self.found = torch.lr_range_test(
            trainer.model_wrapped, optimizer, None, parts["train_dataloader"], step=step,
            scaler=getattr(trainer.accelerator, "scaler", None), **settings
        )


def train(trainer: Any, **kwargs: Any) -> Any:
    """``trainer.train`` with a Callback, up to the trial's last step, from its checkpoint where it has one.

    Where ``danlu lr`` has asked for a range test, it is that.
    """
    if _trial.asked_for_lr():
        trainer.add_callback(LRRangeTest(trainer))
    trainer.add_callback(Callback())
    last = _trial.max_step()
    if last is not None:
        if _by_epoch(trainer.args):
            trainer.args.num_train_epochs = last
        else:
            trainer.args.max_steps = last
    if _trial.resume():
        kwargs["resume_from_checkpoint"] = _trial.resume()
    return trainer.train(**kwargs)


def _step(args: Any, state: Any) -> int:
    return round(state.epoch) if _by_epoch(args) else int(state.global_step)


def _by_epoch(args: Any) -> bool:
    strategy = getattr(args, "eval_strategy", None) or getattr(args, "evaluation_strategy", "")
    return str(getattr(strategy, "value", strategy)) == "epoch"


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without links
        shutil.copy2(source, target)
