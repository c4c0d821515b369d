import io
import logging
import os
import unittest
import warnings

import danlu
from danlu import _pipe
from integration.case import ResumeCase
from tests.driver import TrialCase

try:
    import torch

    pl = danlu.lightning.pl
except ImportError:
    raise unittest.SkipTest("Lightning is not installed")

PROGRAM = _pipe.binary()
warnings.simplefilter("ignore")
for name in ("lightning.pytorch", "pytorch_lightning"):
    logging.getLogger(name).setLevel(logging.ERROR)


class Model(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.net = torch.nn.Linear(4, 1)

    def training_step(self, batch, _):
        return (self.net(batch[0]) - 1).pow(2).mean()

    def validation_step(self, batch, _):
        self.log("val_loss", (self.net(batch[0]) - 1).pow(2).mean())

    def configure_optimizers(self):
        optimizer = torch.optim.Adam(self.parameters(), lr=0.01)
        return [optimizer], [torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.7)]


def pieces(**settings):
    torch.manual_seed(1)
    data = torch.utils.data.TensorDataset(torch.randn(64, 4))
    loader = torch.utils.data.DataLoader(data, batch_size=16)
    quiet = dict.fromkeys(("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary"), False)
    return pl.Trainer(accelerator="cpu", **quiet, **settings), Model(), loader


def fit():
    trainer, model, loader = pieces(max_epochs=9)  # the trial's last step counts
    danlu.lightning.fit(trainer, model, loader, loader)


def by_hand():
    trainer, model, loader = pieces(max_epochs=4, callbacks=[danlu.lightning.Callback()])
    trainer.fit(model, loader, loader, ckpt_path=danlu.resume())


def tested(test=None, **settings):
    """What a training comes to, byte by byte, behind a range test or without one."""
    trainer, model, loader = pieces(max_epochs=2, callbacks=[test] if test else [], **settings)
    trainer.fit(model, loader, loader)
    file = io.BytesIO()
    torch.save([model.state_dict(), trainer.optimizers[0].state_dict(), dict(trainer.callback_metrics)], file)
    return file.getvalue()


class ARangeTest(TrialCase):
    def test_leaves_no_trace_in_the_training(self):
        for settings in ({}, {"accumulate_grad_batches": 2, "gradient_clip_val": 0.5}, {"precision": "bf16-mixed"}):
            with self.subTest(**settings):
                test = danlu.lightning.LRRangeTest(points=15, high=0.1)
                self.assertEqual(tested(test, **settings), tested(**settings))
                self.assertEqual(len(test.found.curve), 15)

    def test_is_what_fit_does_when_asked_for_it(self):
        self.come()
        os.environ["DANLU_LR_TEST"] = "1"
        with self.assertRaises(SystemExit) as end:
            fit()
        self.assertIn(end.exception.code, (0, None))
        self.assertGreater(len(self.reports), 20)
        self.assertEqual(sorted(self.reports[0]["values"]), ["lr_test/loss", "lr_test/lr"])
        self.assertEqual(self.checkpoints, [])

    def test_is_a_search_where_the_training_is_long(self):
        self.come()
        os.environ.update(DANLU_LR_TEST="1", DANLU_BIN=PROGRAM, DANLU_MAX_STEP="200")
        with self.assertRaises(SystemExit):
            fit()
        self.assertEqual(sorted(self.reports[-1]["values"]), ["lr_test/high", "lr_test/low", "lr_test/suggestion"])
        self.assertRegex(self.stderr.getvalue(), "danlu lr: of [0-9]+ short trainings")

    def test_says_where_it_cannot_be(self):
        _, model, loader = pieces()
        model.automatic_optimization = False
        trainer, _, _ = pieces(max_epochs=1, callbacks=[danlu.lightning.LRRangeTest()])
        with self.assertRaisesRegex(ValueError, "needs one optimizer .here are 1. and automatic optimization"):
            trainer.fit(model, loader)


class Lightning(ResumeCase):
    def test_goes_on_as_if_never_paused(self):
        for train in (fit, by_hand):
            with self.subTest(train=train.__name__):
                self.check_resumes(train, "val_loss")

    def test_stops_when_told(self):
        self.decision = "stop"
        self.assertEqual(sorted(self.attempt(fit)[0]), [1])

    def test_is_left_alone_outside_danlu(self):
        self.environ()
        trainer, model, loader = pieces(max_epochs=2)
        danlu.lightning.fit(trainer, model, loader, loader)
        self.assertEqual((trainer.current_epoch, self.stderr.getvalue()), (2, ""))
