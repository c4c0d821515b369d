import decimal
import math
import multiprocessing
import os
import signal
import threading
import unittest

import danlu
from danlu import _trial
from tests.driver import TrialCase

try:
    import numpy
except ImportError:
    numpy = None


class Tensor:
    """A number as PyTorch and JAX have it."""

    def __init__(self, *values):
        self.values = values

    def item(self):
        if len(self.values) != 1:
            raise RuntimeError("a Tensor with %d elements" % len(self.values))
        return self.values[0]


class Report(TrialCase):
    def setUp(self):
        super().setUp()
        self.come()

    def test_reaches_the_driver_and_brings_its_decision(self):
        for decision, should in (("pause", True), ("stop", True), ("continue", False)):
            self.decision = decision
            self.assertEqual(danlu.report(step=3, val_loss=0.4), decision)
            self.assertEqual(danlu.should_stop(), should)
        self.assertEqual(self.reports[0], {"step": 3, "values": {"val_loss": 0.4}})
        self.assertEqual((self.spooled(), self.stderr.getvalue()), ([], ""))

    def test_takes_a_dict_for_names_that_are_no_words(self):
        danlu.report(3, {"val/loss": 1, "损失": 2, "step": 3}, acc=4)
        self.assertEqual(self.reports[0]["values"], {"val/loss": 1, "损失": 2, "step": 3, "acc": 4})

    def test_sends_what_is_not_finite_as_text(self):
        danlu.report(3, a=math.nan, b=math.inf, c=-math.inf, d=10**400, e=-(10**400))
        want = {"a": "nan", "b": "inf", "c": "-inf", "d": "inf", "e": "-inf"}
        self.assertEqual(self.reports[0]["values"], want)

    def test_takes_numbers_of_any_library(self):
        danlu.report(3.0, a=Tensor(0.5), b=decimal.Decimal("0.25"), c=True, d=Tensor(math.nan))
        self.assertEqual(self.reports[0], {"step": 3, "values": {"a": 0.5, "b": 0.25, "c": 1.0, "d": "nan"}})

    @unittest.skipIf(numpy is None, "NumPy is not installed")
    def test_takes_numbers_of_numpy(self):
        danlu.report(numpy.int64(3), a=numpy.float32(0.5), b=numpy.array([2]), c=numpy.float64("nan"))
        self.assertEqual(self.reports[0], {"step": 3, "values": {"a": 0.5, "b": 2.0, "c": "nan"}})
        with self.assertRaisesRegex(TypeError, "must be one number, not ndarray"):
            danlu.report(3, a=numpy.zeros(3))

    def test_ends_the_program_when_asked_to(self):
        self.assertEqual(danlu.report(1, a=1, exit_on_stop=True), "continue")
        for self.decision in ("stop", "pause"):
            with self.assertRaises(SystemExit) as end:
                danlu.report(2, a=1, exit_on_stop=True)
            self.assertEqual(end.exception.code, 0)

    def test_of_a_stale_attempt_says_stop_from_then_on(self):
        self.status = 409
        self.assertEqual(danlu.report(1, a=1), "stop")
        self.leave()
        self.assertEqual((danlu.report(2, a=1), danlu.should_stop()), ("stop", True))
        self.assertEqual(self.spooled(), [])

    def test_that_is_refused_is_said_and_not_kept(self):
        self.status = 400
        self.assertEqual([danlu.report(i, a=1) for i in range(3)], ["continue"] * 3)
        self.assertEqual(self.spooled(), [])
        self.assertEqual(self.stderr.getvalue().count("because of the test"), 1)

    def test_goes_over_one_connection(self):
        for step in range(5):
            danlu.report(step, a=1)
        self.assertEqual(len(self.server.open), 1)

    def test_comes_from_many_threads(self):
        def work(first):
            for step in range(first, first + 20):
                danlu.report(step, a=1)

        threads = [threading.Thread(target=work, args=(20 * i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.steps(self.reports), list(range(160)))

    @unittest.skipUnless(hasattr(os, "fork"), "this system does not fork")
    def test_comes_from_a_forked_process_too(self):
        danlu.report(0, a=1)
        link = _trial._link
        with link._lock:  # as another thread of the parent may hold it
            pid = os.fork()
            if pid == 0:
                code = 1
                try:
                    code = 0 if danlu.report(1, a=1) == "continue" else 2
                finally:
                    os._exit(code)
        self.assertEqual(os.waitpid(pid, 0)[1], 0)
        danlu.report(2, a=1)
        self.assertEqual(self.steps(self.reports), [0, 1, 2])
        self.assertEqual(len(self.server.open), 2)  # the parent's was left alone

    @unittest.skipUnless(hasattr(os, "fork"), "this system does not fork")
    def test_comes_from_a_signal_handler_within_a_report(self):
        taken = self.take

        def take(*message):
            if message[2]["reports"][0]["step"] == 1:
                os.kill(os.getpid(), signal.SIGUSR1)
                interrupted.wait(5)
            return taken(*message)

        interrupted = threading.Event()

        def handler(*_):
            if not interrupted.is_set():
                interrupted.set()
                danlu.report(2, a=1)

        self.addCleanup(signal.signal, signal.SIGUSR1, signal.signal(signal.SIGUSR1, handler))
        self.take = take
        danlu.report(1, a=1)
        self.assertEqual(set(self.steps(self.reports + self.spooled())), {1, 2})


def speak(step):
    danlu.report(step, a=1)


class OtherProcesses(TrialCase):
    def test_speak_where_they_want_to_however_they_were_started(self):
        self.come()
        for method in multiprocessing.get_all_start_methods():
            with self.subTest(method=method):
                del self.reports[:]
                context = multiprocessing.get_context(method)
                children = [context.Process(target=speak, args=(step,)) for step in (1, 2)]
                for child in children:
                    child.start()
                danlu.report(0, a=1)
                for child in children:
                    child.join()
                    self.assertEqual(child.exitcode, 0)
                self.assertEqual(self.steps(self.reports), [0, 1, 2])

    def test_say_nothing_where_they_do_not(self):
        self.come()
        danlu.report(0, a=1)
        workers = multiprocessing.get_context().Pool(2)
        self.assertEqual(workers.map(abs, range(-9, 0)), list(range(9, 0, -1)))
        workers.close()
        workers.join()
        self.assertEqual((self.steps(self.reports), self.spooled(), len(self.server.open)), ([0], [], 1))


class Misuse(TrialCase):
    """Wrong use raises in a trial and outside, so that it is found early."""

    def test_is_told(self):
        for error, says, call in (
            (TypeError, "step must be an integer.*not 1.5", lambda: danlu.report(1.5, a=1)),
            (TypeError, "step must be an integer.*not '1'", lambda: danlu.report("1", a=1)),
            (TypeError, "step must be an integer, not True", lambda: danlu.report(True, a=1)),
            (ValueError, "at least 0, not -1", lambda: danlu.report(-1, a=1)),
            (ValueError, "less than 2\\*\\*63", lambda: danlu.report(2**63, a=1)),
            (ValueError, "at least one value", lambda: danlu.report(1)),
            (ValueError, "at least one value", lambda: danlu.report(1, {})),
            (TypeError, "values must be a dict", lambda: danlu.report(1, 0.4)),
            (TypeError, "metric's name", lambda: danlu.report(1, {"": 1})),
            (TypeError, "metric's name", lambda: danlu.report(1, {3: 1})),
            (TypeError, "a must be a number, not the text '1'", lambda: danlu.report(1, a="1")),
            (TypeError, "a must be one number, not NoneType", lambda: danlu.report(1, a=None)),
            (TypeError, "a must be one number, not Tensor", lambda: danlu.report(1, a=Tensor(1, 2))),
            (TypeError, "step must be an integer", lambda: danlu.checkpoint("x", step=None)),
        ):
            for trial in ("7", ""):
                with self.subTest(says=says, trial=trial):
                    self.environ(DANLU_TRIAL=trial)
                    self.assertRaisesRegex(error, says, call)
