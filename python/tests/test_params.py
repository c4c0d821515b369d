import copy
import json
import pickle
import sys
from unittest import mock

import danlu
from tests.driver import TrialCase


class ParamsInATrial(TrialCase):
    def params(self, trial, **defaults):
        self.environ(DANLU_TRIAL="7", DANLU_PARAMS=json.dumps(trial))
        return danlu.params(**defaults)

    def test_are_attributes_and_a_mapping(self):
        p = self.params({"lr": 1e-4}, lr=1e-3, optimizer="adamw")
        self.assertEqual((p.lr, p["lr"], p.optimizer), (1e-4, 1e-4, "adamw"))
        self.assertEqual(dict(p), {"lr": 1e-4, "optimizer": "adamw"})
        self.assertEqual((lambda **k: k)(**p), dict(p))
        self.assertEqual(repr(p), "Params(lr=0.0001, optimizer='adamw')")

    def test_that_are_not_in_the_call_are_there(self):
        self.assertEqual(self.params({"width": 64}).width, 64)

    def test_that_are_inactive_keep_their_default(self):
        self.assertEqual(self.params({"lr": 1}, momentum=0.9).momentum, 0.9)

    def test_come_in_their_defaults_type_where_nothing_is_lost(self):
        for value, default, want in (
            (1, 0.5, 1.0),
            (64.0, 32, 64),
            (64, "32", "64"),
            (1, False, True),
            (0.0, True, False),
            ([3, 3], (5, 5), (3, 3)),
            ("sgd", "adamw", "sgd"),
            (0.001, 1, 0.001),  # not 0
            (2, True, 2),
            (True, 1, True),
            ("x", 1, "x"),
            (None, 1, None),
            (3, None, 3),
            (2**60 + 1, 1.0, 2**60 + 1),
        ):
            with self.subTest(value=value, default=default):
                got = self.params({"a": value}, a=default).a
                self.assertEqual((type(got), got), (type(want), want))

    def test_never_change(self):
        p = self.params({"lr": 1e-4})
        with self.assertRaisesRegex(AttributeError, "never change"):
            p.lr = 1

    def test_that_are_missing_say_which_there_are(self):
        with self.assertRaisesRegex(AttributeError, "no parameter 'lrr': there are lr"):
            self.params({"lr": 1}).lrr

    def test_are_copied_and_pickled(self):
        p = self.params({"lr": 1e-4})
        for q in (copy.deepcopy(p), pickle.loads(pickle.dumps(p))):
            self.assertEqual(dict(q), {"lr": 1e-4})


    def test_are_the_trials_whatever_the_command_line_says(self):
        with mock.patch.object(sys, "argv", ["train.py", "--lr=3"]):
            self.assertEqual(self.params({"lr": 1e-4}, lr=1e-3).lr, 1e-4)


class TheTrial(TrialCase):
    def test_is_what_the_environment_says(self):
        self.environ(
            DANLU_TRIAL="7", DANLU_SEED="42", DANLU_MAX_STEP="30", DANLU_DIR="/runs/7", DANLU_RESUME=__file__
        )
        got = (danlu.in_trial(), danlu.seed(), danlu.max_step(), danlu.dir(), danlu.resume())
        self.assertEqual(got, (True, 42, 30, "/runs/7", __file__))

    def test_may_have_nothing_to_resume_and_no_end(self):
        self.environ(DANLU_TRIAL="7", DANLU_RESUME="", DANLU_MAX_STEP="")
        self.assertEqual((danlu.resume(), danlu.max_step(), danlu.max_step(9)), (None, None, 9))


class OutsideDanlu(TrialCase):
    def setUp(self):
        super().setUp()
        self.environ()

    def test_nothing_happens(self):
        self.environ(DANLU_PARAMS='{"lr": 7}')
        self.assertEqual(dict(danlu.params(lr=1e-3)), {"lr": 1e-3})
        self.assertEqual(danlu.report(3, loss=1, exit_on_stop=True), "continue")
        danlu.checkpoint("missing", step=3)
        got = (danlu.in_trial(), danlu.should_stop(), danlu.resume(), danlu.dir(), danlu.seed(5), danlu.max_step())
        self.assertEqual(got, (False, False, None, ".", 5, None))
        self.assertEqual(self.stderr.getvalue(), "")

    def test_a_command_line_sets_parameters(self):
        defaults = dict(lr=1e-3, batch_size=32, optimizer="adamw", nesterov=False, kernel=(3, 3), tag=None)
        for line, want in (
            ("--lr=0.01", {"lr": 0.01}),
            ("--lr 1", {"lr": 1.0}),
            ("--batch_size=64 --batch-size=128", {"batch_size": 128}),
            ("--batch-size=1e3", {"batch_size": 1000}),
            ("--batch-size=0.5", {"batch_size": 0.5}),  # not 0
            ("--optimizer sgd", {"optimizer": "sgd"}),
            ("--optimizer=", {"optimizer": ""}),
            ("--nesterov", {"nesterov": True}),
            ("--nesterov data --lr=2", {"nesterov": True, "lr": 2.0}),
            ("--nesterov=false --nesterov", {"nesterov": True}),
            ("--nesterov off", {"nesterov": False}),
            ("--kernel=[5,5]", {"kernel": (5, 5)}),
            ("--tag run", {"tag": "run"}),
            ("--tag=3", {"tag": 3}),
            ("data --epochs=3 -lr=3 lr=3", {}),  # others' words
            ("-- --lr=3", {}),
        ):
            with self.subTest(line=line), mock.patch.object(sys, "argv", ["train.py"] + line.split()):
                got = danlu.params(**defaults)
                self.assertEqual(dict(got), {**defaults, **want})
                self.assertEqual([type(v) for v in got.values()], [type(v) for v in {**defaults, **want}.values()])

    def test_a_command_line_that_makes_no_sense_is_told(self):
        for line, says in (
            ("--lr=high", "--lr must be a number, as its default 0.001 is, not 'high'"),
            ("--lr", "--lr needs a value, as in --lr=0.001"),
            ("--nesterov=maybe", "--nesterov must be true or false"),
        ):
            with self.subTest(line=line), mock.patch.object(sys, "argv", ["train.py"] + line.split()):
                with self.assertRaisesRegex(ValueError, says):
                    danlu.params(lr=1e-3, nesterov=False)
