import contextlib
import io
import os
import tempfile
import unittest

import danlu
from danlu import _pipe
from integration.case import ResumeCase
from tests.driver import TrialCase

try:
    import torch
    import transformers
except ImportError:
    raise unittest.SkipTest("Transformers is not installed")

PROGRAM = _pipe.binary()
transformers.logging.set_verbosity_error()


def trainer(**settings):
    transformers.set_seed(1)
    config = transformers.BertConfig(
        vocab_size=20, hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8,
        max_position_embeddings=8,
    )
    ids = torch.randint(0, 20, (32, 8))
    data = [{"input_ids": row, "labels": int(row[0] > 9)} for row in ids]
    given = dict(
        output_dir=tempfile.mkdtemp(), num_train_epochs=4, learning_rate=0.01, per_device_train_batch_size=8,
        eval_strategy="epoch", save_strategy="no", use_cpu=True, disable_tqdm=True, report_to="none",
    )
    return transformers.Trainer(
        model=transformers.BertForSequenceClassification(config),
        args=transformers.TrainingArguments(**{**given, **settings}),
        train_dataset=data,
        eval_dataset=data,
    )


def quietly(f):
    with contextlib.redirect_stdout(io.StringIO()):
        return f()


def train():
    quietly(lambda: danlu.transformers.train(trainer()))


def by_hand():
    t = trainer(save_strategy="epoch", save_total_limit=1)
    t.add_callback(danlu.transformers.Callback())
    quietly(lambda: t.train(resume_from_checkpoint=danlu.resume()))


class Transformers(ResumeCase):
    def test_goes_on_as_if_never_paused(self):
        self.check_resumes(train, "eval_loss")

    def test_goes_on_where_the_callback_was_added_by_hand(self):
        self.check_resumes(by_hand, "eval_loss")

    def test_checkpoints_outlive_those_that_the_trainer_removes(self):
        _, kept = self.attempt(by_hand)
        self.assertEqual([os.path.isdir(path) for path in kept.values()], [True] * 4)

    def test_stops_when_told(self):
        self.decision = "stop"
        self.assertEqual(sorted(self.attempt(train)[0]), [1])

    def test_counts_the_optimizers_steps_where_it_evaluates_by_them(self):
        os.environ["DANLU_MAX_STEP"] = ""
        self.forget()
        quietly(lambda: danlu.transformers.train(trainer(eval_strategy="steps", eval_steps=3, max_steps=6)))
        self.assertEqual(self.steps(self.reports), [3, 6])

    def test_is_left_alone_outside_danlu(self):
        self.environ()
        t = trainer(num_train_epochs=1)
        quietly(lambda: danlu.transformers.train(t))
        self.assertEqual((t.state.epoch, os.listdir(t.args.output_dir), self.stderr.getvalue()), (1, [], ""))


class ARangeTest(TrialCase):
    def test_leaves_no_trace_in_the_training(self):
        ends, tests = [], []
        for with_test in (False, True):
            t = trainer(num_train_epochs=1)
            if with_test:
                tests.append(danlu.transformers.LRRangeTest(t, points=15, high=0.1))
                t.add_callback(tests[0])
            quietly(t.train)
            ends.append([p.detach().clone() for p in t.model.parameters()])
        self.assertTrue(all(torch.equal(a, b) for a, b in zip(*ends)))
        self.assertEqual(len(tests[0].found.curve), 15)

    def test_is_the_same_however_many_batches_make_a_step(self):
        def curve(**settings):
            t = trainer(num_train_epochs=1, **settings)
            for module in t.model.modules():
                if isinstance(module, torch.nn.Dropout):
                    module.p = 0.0
            test = danlu.transformers.LRRangeTest(t, points=12, high=0.1)
            t.add_callback(test)
            quietly(t.train)
            return [loss for _, loss in test.found.curve]

        for a, b in zip(curve(), curve(per_device_train_batch_size=4, gradient_accumulation_steps=2)):
            self.assertAlmostEqual(a, b, 4)

    def test_is_what_train_does_when_asked_for_it(self):
        self.come()
        os.environ["DANLU_LR_TEST"] = "1"
        with self.assertRaises(SystemExit) as end:
            train()
        self.assertIn(end.exception.code, (0, None))
        self.assertGreater(len(self.reports), 20)
        self.assertEqual(sorted(self.reports[0]["values"]), ["lr_test/loss", "lr_test/lr"])

    def test_is_a_search_where_the_training_is_long(self):
        self.come()
        os.environ.update(DANLU_LR_TEST="1", DANLU_BIN=PROGRAM, DANLU_MAX_STEP="200")
        with self.assertRaises(SystemExit):
            train()
        self.assertEqual(sorted(self.reports[-1]["values"]), ["lr_test/high", "lr_test/low", "lr_test/suggestion"])
        self.assertRegex(self.stderr.getvalue(), "danlu lr: of [0-9]+ short trainings")
