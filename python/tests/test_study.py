import io
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
from unittest import mock

import danlu
from danlu import _pipe

SPACE = {
    "x": danlu.Float(-5, 5, default=3),
    "lr": danlu.Float(1e-5, 1e-1, log=True, role="learning_rate"),
    "optimizer": ["sgd", "adamw"],
    "momentum": danlu.Float(0.5, 0.99, when={"optimizer": "sgd"}),
    "depth": danlu.Int(1, 4),
    "nesterov": danlu.Bool(default=False),
}


@unittest.skipUnless(shutil.which(os.environ.get("DANLU_BIN") or "danlu"), "no danlu here: make build, and DANLU_BIN")
class StudyCase(unittest.TestCase):
    def study(self, space=None, objective="loss min", **settings):
        study = danlu.Study(space or SPACE, objective, **settings)
        self.addCleanup(study.close)
        return study

    def store(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        return os.path.join(folder, "study.db")


def parabola(trial):
    return (trial.params.x - 2) ** 2


def curve(trial):
    for step in range(1, 10):
        trial.report(step, loss=parabola(trial) + 1 / step)


class Optimize(StudyCase):
    def test_finds_the_best(self):
        study = self.study()
        self.assertIsNone(study.best)
        study.optimize(parabola, trials=30)
        self.assertEqual([t["state"] for t in study.trials], ["completed"] * 30)
        best = min(study.trials, key=lambda t: t["values"]["loss"])
        self.assertEqual(study.best, {key: best[key] for key in ("trial", "params", "values")})
        self.assertLess(study.best["values"]["loss"], 0.2)

    def test_begins_with_the_default_and_keeps_to_the_space(self):
        study = self.study().optimize(parabola, trials=40)
        self.assertEqual(study.trials[0]["params"]["x"], 3)
        for trial in study.trials:
            p = trial["params"]
            self.assertTrue(-5 <= p["x"] <= 5 and 1e-5 <= p["lr"] <= 1e-1 and 1 <= p["depth"] <= 4, p)
            self.assertIsInstance(p["depth"], int)
            self.assertEqual("momentum" in p, p["optimizer"] == "sgd")

    def test_ends_the_function_where_a_trial_is_stopped(self):
        study = self.study(steps=9).optimize(curve, trials=40)
        states = [t["state"] for t in study.trials]
        self.assertEqual(set(states), {"completed", "stopped"})
        self.assertIn("rank", study.trials[states.index("stopped")]["reason"])

    def test_takes_the_decision_of_a_function_that_looks_itself(self):
        def careful(trial):
            for step in range(1, 10):
                if trial.report(step, {"loss": parabola(trial) + 1 / step}, exit_on_stop=False) != "continue":
                    return 1e9  # is not what counts
            return parabola(trial)

        study = self.study(steps=9).optimize(careful, trials=40)
        self.assertEqual({t["state"] for t in study.trials}, {"completed", "stopped"})
        self.assertLess(max(t["values"]["loss"] for t in study.trials), 60)

    def test_takes_what_functions_return(self):
        for objective, result, want in (
            ("loss min", 0.5, {"loss": 0.5}),
            ("loss min", {"loss": 0.5, "size": 3}, {"loss": 0.5, "size": 3.0}),
            (["loss min", "acc max"], (0.5, 0.9), {"loss": 0.5, "acc": 0.9}),
            ({"metric": "loss", "goal": "min"}, 1, {"loss": 1.0}),
        ):
            with self.subTest(objective=objective):
                study = self.study(objective=objective).optimize(lambda trial: result, trials=1)
                self.assertEqual(study.trials[0]["values"], want)

    def test_takes_nan_for_a_training_that_diverged(self):
        study = self.study().optimize(lambda trial: math.nan, trials=1)
        self.assertEqual(study.trials[0]["state"], "diverged")
        self.assertTrue(math.isnan(study.trials[0]["values"]["loss"]))
        self.assertIsNone(study.best)

    def test_ends_with_the_budget(self):
        study = self.study(budget={"trials": 3}).optimize(parabola, trials=9)
        self.assertEqual(len(study.trials), 3)
        with self.assertRaisesRegex(danlu.Over, "budget"):
            study.ask()

    def test_ends_with_a_space_that_is_exhausted(self):
        study = self.study({"a": ["x", "y"], "b": danlu.Bool()}, sampler="grid").optimize(lambda t: 1, trials=9)
        self.assertEqual(len(study.trials), 4)

    def test_runs_several_at_a_time(self):
        together = threading.Barrier(3, timeout=20)

        def f(trial):
            together.wait()
            curve(trial)

        study = self.study(scheduler="none").optimize(f, trials=6, n_jobs=3)
        self.assertEqual([t["state"] for t in study.trials], ["completed"] * 6)


class AFunctionThatRaises(StudyCase):
    def test_fails_its_trial_and_ends_the_search(self):
        for n_jobs in (1, 2):
            with self.subTest(n_jobs=n_jobs):
                study = self.study()
                with self.assertRaises(ZeroDivisionError):
                    study.optimize(lambda trial: 1 / 0, trials=3, n_jobs=n_jobs)
                self.assertEqual({t["state"] for t in study.trials}, {"failed"})

    def test_fails_its_trial_alone_where_that_is_caught(self):
        def f(trial):
            return 1 / (trial.id % 2)

        study = self.study().optimize(f, trials=4, catch=ZeroDivisionError)
        self.assertEqual([t["state"] for t in study.trials], ["failed", "completed"] * 2)

    def test_at_first_may_work_later(self):
        def train(trial):
            if trial.id < 5:
                raise ValueError("not yet")
            return (trial.params.x - 1) ** 2

        study = self.study({"x": danlu.Float(-5, 5)}, "loss min")
        study.optimize(train, 30, catch=ValueError, progress=False)
        self.assertEqual(len(study.trials), 30)
        self.assertLess(study.best["values"]["loss"], 0.01)

    def test_is_one_that_returns_nonsense_too(self):
        for result, error, says in (
            ("good", TypeError, "loss must be a number"),
            ((1, 2), ValueError, "2 values for 1 objectives: give loss"),
            (None, danlu.Error, "has no value of loss"),
        ):
            with self.subTest(result=result):
                study = self.study()
                with self.assertRaisesRegex(error, says):
                    study.optimize(lambda trial: result, trials=3)
                self.assertEqual([t["state"] for t in study.trials], ["failed"])

    def test_leaves_its_trial_for_later_where_it_was_interrupted(self):
        def f(trial):
            if trial.id == 2 and interrupt.pop():
                raise KeyboardInterrupt
            return parabola(trial)

        interrupt = [False, True]
        study = self.study()
        with self.assertRaises(KeyboardInterrupt):
            study.optimize(f, trials=5)
        study.optimize(f, trials=2)
        self.assertEqual([t["state"] for t in study.trials], ["completed"] * 4)


class AskAndTell(StudyCase):
    def test_is_a_search_in_the_programs_own_loop(self):
        study = self.study(steps=9)
        for _ in range(20):
            trial = study.ask()
            for step in range(1, 10):
                decision = trial.report(step, loss=parabola(trial) + 1 / step)
                if decision != "continue":
                    break
            trial.tell(state="completed" if decision == "continue" else "stopped")
        self.assertEqual({t["state"] for t in study.trials}, {"completed", "stopped"})

    def test_tells_of_a_mistake_in_danlus_words(self):
        trial = self.study().ask()
        trial.tell(0.5)
        for call in (lambda: trial.tell(0.5), lambda: trial.report(1, loss=1)):
            with self.assertRaisesRegex(danlu.Error, "trial 0 (has ended already|is completed)"):
                call()

    def test_leaves_to_the_program_when_to_end(self):
        trial = self.study().ask()
        self.assertEqual(trial.report(1, loss=math.nan), "stop")
        with self.assertRaises(danlu.Stopped):
            trial.report(1, loss=math.nan, exit_on_stop=True)


class WhatIsKnownBefore(StudyCase):
    def test_is_where_a_search_begins(self):
        weights = danlu.Choice(["a", "b", "c"], prior={"c": 20})
        space = {"x": danlu.Float(0, 1, prior={"near": 0.2, "within": 0.01}), "kind": weights}
        with danlu.Study(space, "loss min") as study:
            trial = study.ask()
        self.assertAlmostEqual(trial.params.x, 0.2, delta=0.05)
        self.assertEqual(trial.params.kind, "c")

    def test_may_be_an_earlier_study(self):
        file = self.store()
        with danlu.Study({"x": danlu.Float(0, 1)}, "loss min", storage=file, name="first") as study:
            study.optimize(lambda trial: abs(trial.params.x - 0.3), trials=8)
            best = study.best["params"]["x"]
        for where in ({"storage": file, "warm_from": "first"}, {"warm_from": ["first@" + os.path.relpath(file)]}):
            with danlu.Study({"x": danlu.Float(0, 1)}, "loss min", name="second", **where) as study:
                self.assertEqual(study.ask().params.x, best)

    def test_ends_a_study_that_can_gain_no_more(self):
        with danlu.Study({"x": danlu.Float(0, 1)}, "loss min", stop_when="no_gain") as study:
            study.optimize(lambda trial: (trial.params.x - 0.3) ** 2, trials=200, progress=False)
            self.assertLess(len(study.trials), 200)


class Storage(StudyCase):
    def test_keeps_a_study_for_the_next_program(self):
        store = self.store()
        with self.study(storage=store) as study:
            study.optimize(parabola, trials=3)
            left = study.ask()
        study = self.study(storage=store)
        self.assertEqual(len(study.trials), 4)
        again = study.ask()
        self.assertEqual((again.id, dict(again.params)), (left.id, dict(left.params)))

    def test_is_one_programs_at_a_time(self):
        store = self.store()
        self.study(storage=store)
        with self.assertRaisesRegex(danlu.Error, "study"):
            self.study(storage=store)

    def test_refuses_another_study(self):
        store = self.store()
        self.study(storage=store).optimize(parabola, trials=1).close()
        with self.assertRaisesRegex(danlu.Error, "the objective was loss min and is now acc max"):
            self.study(objective="acc max", storage=store)


class WhatIsWrong(StudyCase):
    def test_is_said_in_danlus_words(self):
        for space, objective, says in (
            ({"lr": danlu.Float(1, 0)}, "loss min", "^parameter lr has a wrong domain"),
            ({"lr": danlu.Float(0, 1, log=True)}, "loss min", "^parameter lr has a wrong domain"),
            (SPACE, "loss", "objective"),
            ({"m": danlu.Float(0, 1, when={"nobody": 1})}, "loss min", "nobody"),
        ):
            with self.subTest(says=says), self.assertRaisesRegex(danlu.Error, says):
                self.study(space, objective)

    def test_is_said_of_a_space_that_is_none(self):
        with self.assertRaisesRegex(TypeError, "lr must be a danlu.Float"):
            self.study({"lr": 3})

    def test_is_said_of_a_danlu_that_is_not_there(self):
        with mock.patch.dict(os.environ, DANLU_BIN="/nowhere/danlu"):
            with self.assertRaisesRegex(danlu.Error, "no danlu at /nowhere/danlu, where DANLU_BIN points"):
                danlu.Study(SPACE, "loss min")
        with mock.patch.dict(os.environ, DANLU_BIN="", PATH="/nowhere"):
            with self.assertRaisesRegex(danlu.Error, "install it, or say where it is by DANLU_BIN"):
                danlu.Study(SPACE, "loss min")

    def test_is_said_when_danlu_dies(self):
        study = self.study()
        study._pipe._process.kill()
        with self.assertRaisesRegex(danlu.Error, "ended with exit code"):
            study.ask()
        study.close()
        with self.assertRaisesRegex(danlu.Error, "closed"):
            study.ask()

    def test_is_said_of_arguments(self):
        for trials, n_jobs in ((-1, 1), (1, 0)):
            with self.assertRaisesRegex(ValueError, "trials >= 0 and n_jobs >= 1"):
                self.study().optimize(parabola, trials=trials, n_jobs=n_jobs)


class TheProcessBeside(StudyCase):
    def test_goes_when_the_study_does(self):
        study = self.study()
        process = study._pipe._process
        del study
        self.doCleanups()
        self.assertEqual(process.wait(10), 0)

    @unittest.skipUnless(os.name == "posix", "signals")
    def test_outlives_no_program_and_hears_no_ctrl_c(self):
        program = (
            "import danlu, signal, sys\n"
            "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # ignored in a background job
            "def f(trial):\n"
            "    print(trial.id, trial._study._pipe._process.pid, flush=True)\n"
            "    sys.stdin.readline()\n"
            "    return 1\n"
            "danlu.Study({'x': danlu.Float(0, 1)}, 'loss min').optimize(f, trials=3)\n"
        )
        for sent, codes in ((signal.SIGINT, (1, -signal.SIGINT)), (signal.SIGKILL, (-signal.SIGKILL,))):
            with self.subTest(sent=sent):
                child = subprocess.Popen(
                    [sys.executable, "-c", program],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                    start_new_session=True, env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
                )
                pid = int(child.stdout.readline().split()[1])
                os.killpg(child.pid, sent)
                self.assertIn(child.wait(20), codes)
                child.communicate()
                while True:  # the test's own limit is the end of it
                    try:
                        os.kill(pid, 0)
                    except ProcessLookupError:
                        break
                    with open("/proc/%d/stat" % pid) if os.path.exists("/proc/%d/stat" % pid) else io.StringIO("Z") as f:
                        if f.read().rpartition(")")[2].split()[:1] in (["Z"], []):
                            break


class ProgressLine(StudyCase):
    def drawn(self, **keywords):
        with mock.patch("sys.stderr", new_callable=io.StringIO) as stderr:
            self.study().optimize(parabola, trials=8, **keywords)
        return stderr.getvalue()

    def test_shows_how_far_and_how_well(self):
        last = self.drawn(progress=True).rstrip("\n").split("\r")[-1]
        self.assertRegex(last, r"^\[#{20}\] 8/8  best loss \S+ \(trial \d\)  0:00:\d\d *$")

    def test_is_not_drawn_where_nobody_looks(self):
        self.assertEqual(self.drawn(), "")
        self.assertEqual(self.drawn(progress=False), "")


class Interrupted(StudyCase):
    def test_between_request_and_answer_nothing_is_lost(self):
        study = self.study()
        real = _pipe.concurrent.futures.Future.result
        with mock.patch.object(_pipe.concurrent.futures.Future, "result", side_effect=KeyboardInterrupt):
            with self.assertRaises(KeyboardInterrupt):
                study.ask()
        self.assertIs(_pipe.concurrent.futures.Future.result, real)
        self.assertCountEqual([study.ask().id, study.ask().id], [0, 1])
