import json
import math
import os
import pathlib
import random
import shutil
import subprocess
import unittest

import danlu
from danlu import _schedule

VECTORS = pathlib.Path(__file__).resolve().parents[2] / "internal/trainer/sched/testdata/schedules.json"


class Schedules(unittest.TestCase):
    def test_are_pytorchs_over_their_whole_length(self):
        recorded = json.loads(VECTORS.read_text())
        for case in recorded["cases"]:
            with self.subTest(**{key: case[key] for key in ("name", "options", "total", "warmup")}):
                s = danlu.schedule(case["name"], recorded["lr"], case["total"], warmup=case["warmup"], **case["options"])
                self.assertEqual(len(s), len(case["rates"]))
                for step, (got, want) in enumerate(zip(s, case["rates"])):
                    self.assertLessEqual(abs(got - want), 1e-7 * recorded["lr"], "at step %d" % step)
        self.assertEqual({case["name"] for case in recorded["cases"]} | {"plateau"}, set(_schedule.OPTIONS))

    def test_lower_on_a_plateau_when_pytorch_does(self):
        for case in json.loads(VECTORS.read_text())["plateaus"]:
            options = {key: case[key] for key in ("gamma", "patience", "threshold", "cooldown", "floor")}
            with self.subTest(**options):
                s = danlu.schedule("plateau", 0.3, 100, **options)
                for step, (loss, want) in enumerate(zip(case["losses"], case["rates"])):
                    s.observe(float(loss))
                    self.assertAlmostEqual(s(step), want, 12, "after loss %d" % (step + 1))

    def test_are_those_of_the_program(self):
        binary = shutil.which(os.environ.get("DANLU_BIN") or "danlu")
        if not binary:
            self.skipTest("there is no danlu")
        draw = random.Random(1)
        for name in _schedule.OPTIONS:
            for prefix in ("", "warmup_"):
                steps, epoch = draw.randint(2, 300), draw.randint(1, 20)
                s = danlu.schedule(prefix + name, 0.1, steps, epoch=epoch)
                out = subprocess.check_output(
                    [binary, "schedule", prefix + name, "--peak=0.1", "--steps=%d" % steps, "--epoch=%d" % epoch, "--json"],
                    stderr=subprocess.DEVNULL,
                )
                for step, (got, want) in enumerate(zip(s, json.loads(out))):
                    self.assertTrue(math.isclose(got, want, rel_tol=1e-9, abs_tol=1e-15), "%r at step %d: %r" % (s, step, want))

    def test_are_sequences_and_functions(self):
        s = danlu.schedule("linear", peak=1, steps=4)
        self.assertEqual((list(s), s[-1], s[1:3], len(s)), ([1, 0.75, 0.5, 0.25], 0.25, [0.75, 0.5], 4))
        self.assertEqual([s(0), s(4), s(400)], [1, 0, 0])
        with self.assertRaises(IndexError):
            s[4]
        self.assertIn("danlu.schedule('linear', peak=1.0, steps=4", repr(s))

    def test_take_observations_whatever_they_are(self):
        s = danlu.schedule("cosine", 0.1, 10)
        before = list(s)
        s.observe(3.0)
        self.assertEqual(list(s), before)

    def test_say_what_is_wrong_and_what_to_give(self):
        for error, words, name, options in (
            (ValueError, "no schedule 'onecycel': did you mean 'onecycle'", "onecycel", {}),
            (ValueError, "did you mean 'warmup_cosine'", "warmup_cosin", {}),
            (TypeError, "cosine has no gamma: it goes by floor, warmup, epoch", "cosine", {"gamma": 0.1}),
            (ValueError, "peak=0: give a number above 0", "cosine", {"peak": 0}),
            (ValueError, "peak=nan: give", "cosine", {"peak": math.nan}),
            (ValueError, "steps=0: give a whole number from 1", "cosine", {"steps": 0}),
            (TypeError, "steps=1000.0: give a whole number", "cosine", {"steps": 1e3}),
            (ValueError, "warmup=10: give fewer than the 10 steps", "cosine", {"warmup": 10}),
            (ValueError, "gamma=2: give a number above 0, up to 1", "step", {"gamma": 2}),
            (ValueError, "milestones=.5, 3.: give epochs from 1, ascending", "multistep", {"milestones": [5, 3]}),
            (ValueError, "pct_start=0.6: give at most 0.5", "onecycle", {"pct_start": 0.6, "three_phase": True}),
        ):
            with self.subTest(name=name, **options), self.assertRaisesRegex(error, words):
                danlu.schedule(name, **{"peak": 0.1, "steps": 10, **options})


if __name__ == "__main__":
    unittest.main()
