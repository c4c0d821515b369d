"""Every example, a few small trials each, by the real danlu tune."""

import difflib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DANLU = os.environ.get("DANLU_BIN", "")


def setUpModule():
    if not DANLU:
        raise unittest.SkipTest("no danlu: make build, and DANLU_BIN")


class Examples(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, str(self.root))
        ignored = shutil.ignore_patterns("danlu-runs", "*.db*", "__pycache__")
        shutil.copytree(str(ROOT / "examples"), str(self.root / "examples"), ignore=ignored)
        (self.root / "internal").symlink_to(ROOT / "internal")  # the data
        self.environ = {name: value for name, value in os.environ.items() if not name.startswith("DANLU_")}
        self.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]
        self.environ["PYTHONPATH"] = str(ROOT / "python")

    def tune(self, file, trials=2, *settings):
        """Run a study; returns its trials as export gives them."""
        path = self.root / "examples" / file
        store = ["--store", str(self.root / "study.db")]
        words = [word for setting in settings for word in ("--set", setting)]
        run = subprocess.run(
            [DANLU, "tune", str(path), "--json", "--trials", str(trials)] + words + store,
            env=self.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, timeout=900,
        )
        if run.returncode != 0:
            self.fail("danlu tune %s ends with %d:\n%s%s" % (file, run.returncode, run.stdout, run.stderr))
        ended = json.loads(run.stdout.splitlines()[-1])
        self.assertEqual(ended["event"], "study_ended")
        self.assertGreater(ended["best"]["values"][self.metric], 0.3, run.stdout)
        out = subprocess.run(
            [DANLU, "export", "--format", "json", "--points"] + store,
            env=self.environ, stdout=subprocess.PIPE, universal_newlines=True, check=True,
        ).stdout
        rows = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(len(rows), trials)
        # Left paused is what would not have become the best, as its reason says.
        self.assertLessEqual({row["state"] for row in rows}, {"completed", "stopped", "paused"}, out)
        self.assertIn("completed", {row["state"] for row in rows}, out)
        return rows

    metric = "val_accuracy"

    def test_pytorch(self):
        self.tune("pytorch/danlu.yaml", 2, "fidelity.max=3")

    def test_fashion_with_the_client(self):
        self.tune("fashion/danlu.yaml", 2, "fidelity.max=2")

    def test_fashion_untouched(self):
        rows = self.tune("fashion/untouched.yaml", 2)
        self.assertLess(max(row["values"]["val_accuracy"] for row in rows), 1)  # 80.1% is .801

    def test_lightning(self):
        self.tune("lightning/danlu.yaml", 2, "fidelity.max=2")

    def test_keras(self):
        self.tune("keras/danlu.yaml", 2, "fidelity.max=2")

    def test_transformers(self):
        self.metric = "eval_accuracy"
        self.tune("transformers/danlu.yaml", 2, "fidelity.max=2")

    def test_two_processes_are_stopped_together(self):
        rows = self.tune("ddp/danlu.yaml", 4, "fidelity.max=3", "scheduler={asha: {eta: 3}}")
        self.assertIn("stopped", [row["state"] for row in rows])
        for row in rows:
            if row["state"] == "stopped":
                self.assertEqual([p["step"] for p in row["points"]], [1])

    def test_simplecnn_by_grid_random_and_bayesian_search(self):
        for file in ("grid", "random", "danlu"):
            with self.subTest(file=file):
                self.tune("simplecnn/%s.yaml" % file, 2)
                os.remove(str(self.root / "study.db"))

    def test_notebook(self):
        subprocess.run(
            [sys.executable, "notebook.py"], cwd=str(self.root / "examples" / "notebook"), check=True,
            env=dict(self.environ, DANLU_BIN=DANLU), stdout=subprocess.PIPE, timeout=300,
        )


class Lines(unittest.TestCase):
    def code(self, file):
        lines = (ROOT / "examples" / file).read_text().splitlines()
        return lines[lines.index("", 2):]  # after the docstring

    def test_that_change_are_few(self):
        changed = [
            line
            for line in difflib.ndiff(self.code("fashion/untouched.py"), self.code("fashion/train.py"))
            if line.startswith("+ ")
        ]
        self.assertLessEqual(len(changed), 5, changed)

    def test_of_danlu_are_two_where_a_library_helps(self):
        for file in ("lightning/train.py", "keras/train.py", "transformers/train.py"):
            with self.subTest(file=file):
                self.assertEqual(len([line for line in self.code(file) if "danlu" in line]), 2)
