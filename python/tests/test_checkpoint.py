import functools
import os
import pickle
import tempfile
from unittest import mock

import danlu
from danlu import _checkpoint
from tests.driver import TrialCase


class Checkpoint(TrialCase):
    def test_of_a_file_or_a_folder_is_reported_by_its_whole_path(self):
        self.come()
        folder = tempfile.mkdtemp(dir=self.dir)
        file = os.path.join(folder, "0.bin")
        with open(file, "w") as f:
            f.write("weights")
        os.symlink("nowhere", os.path.join(folder, "dangling"))
        danlu.checkpoint(folder, step=1)
        danlu.checkpoint(os.path.relpath(file), step=2)
        self.assertEqual(self.checkpoints, [{"step": 1, "path": folder}, {"step": 2, "path": file}])

    def test_that_is_missing_raises(self):
        with self.assertRaises(FileNotFoundError):
            danlu.checkpoint(os.path.join(self.dir, "missing"), step=1)

    def test_waits_in_the_spool(self):
        danlu.checkpoint(__file__, step=1)
        self.assertEqual(self.spooled(), [{"step": 1, "checkpoint": os.path.abspath(__file__)}])


def write_folder(name, path):
    os.mkdir(path)
    with open(os.path.join(path, name), "w") as file:
        file.write("weights")


class Save(TrialCase):
    def setUp(self):
        super().setUp()
        self.come()

    def left(self):
        return sorted(os.listdir(os.path.join(self.dir, "checkpoints")))

    def resumed(self, path):
        with mock.patch.dict(os.environ, DANLU_RESUME=path):
            return danlu.load()

    def test_is_told_when_the_file_is_there_and_loads_again(self):
        state = {"weights": [1.5, 2.5], "epoch": 3}
        path = danlu.save(state, step=3)
        self.assertEqual(self.checkpoints, [{"step": 3, "path": path}])
        self.assertEqual(self.left(), ["attempt-1-step-000003"])
        self.assertEqual(self.resumed(path), state)

    def test_comes_in_this_order_synced_renamed_told(self):
        done = []
        for name in ("sync", "sync_folder"):
            real = getattr(_checkpoint, name)
            spy = mock.patch.object(
                _checkpoint, name, lambda path, name=name, real=real: (done.append((name, path)), real(path))
            )
            spy.start()
            self.addCleanup(spy.stop)
        real_replace = os.replace
        with mock.patch.object(
            os, "replace", lambda a, b: (done.append(("replace", b)), real_replace(a, b))
        ), mock.patch.object(self, "take", lambda path, *_: (done.append(("told", path)), (200, {"ok": True}))[1]):
            path = danlu.save([], step=1)
        new = done[0][1]
        self.assertNotEqual(new, path)
        folder = os.path.dirname(path)
        want = [
            ("sync", new), ("sync_folder", folder), ("replace", path),
            ("sync_folder", folder), ("told", "/v1/checkpoints"),
        ]
        self.assertEqual(done, want)

    def test_takes_a_function_that_writes_a_file_or_a_folder(self):
        for _ in range(2):  # the second replaces the first
            path = danlu.save(functools.partial(write_folder, "model.bin"), step=1)
        self.assertEqual((os.listdir(path), self.left()), (["model.bin"], [os.path.basename(path)]))

    def test_that_fails_half_way_leaves_nothing_and_the_training_goes_on(self):
        def full(path):
            write_folder("half", path)
            raise OSError("no space left on device")

        self.assertIsNone(danlu.save(full, step=1))
        self.assertIsNone(danlu.save(full, step=2))
        self.assertEqual((self.left(), self.checkpoints), ([], []))
        self.assertEqual(self.stderr.getvalue().count("no space left"), 1)

    def test_of_what_cannot_be_pickled_raises(self):
        with self.assertRaises((AttributeError, TypeError, pickle.PicklingError)):
            danlu.save({"f": lambda: 0}, step=1)
        self.assertEqual(self.left(), [])

    def test_that_is_missing_or_damaged_starts_the_training_anew_and_says_so(self):
        path = danlu.save({"epoch": 3}, step=3)
        os.truncate(path, os.path.getsize(path) - 4)
        for damaged in (path, os.path.join(self.dir, "missing")):
            self.assertIsNone(self.resumed(damaged))
            self.assertIn("%s can't be read" % damaged, self.stderr.getvalue())

    def test_does_nothing_outside_danlu(self):
        self.environ()
        self.assertIsNone(danlu.save({}, step=1))
        self.assertIsNone(danlu.load())
        self.assertFalse(os.path.exists(os.path.join(self.dir, "checkpoints")))
