"""What tests of several helpers need."""

import os
import socket
import subprocess
import sys

from tests.driver import RANKS, TrialCase


def two_ranks(test, program, **more):
    """The last line that each of two ranks of a program says, or its errors.

    It hangs, and is ended by its time limit, where ranks wait for each other.
    """
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if name not in RANKS}
    children = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            env=dict(
                kept, RANK=str(rank), WORLD_SIZE="2", MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port),
                PYTHONPATH=os.pathsep.join(sys.path), **more
            ),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
        )
        for rank in (0, 1)
    ]
    out = []
    for child in children:
        test.addCleanup(child.kill)
        stdout, stderr = child.communicate(timeout=120)
        out.append(stdout.strip().splitlines()[-1:] or [stderr])
    return [lines[0] for lines in out]


class ResumeCase(TrialCase):
    """A training that is paused and goes on must end as one that was never paused.

    A helper's test gives ``train``: four epochs of a training that draws no random numbers of its own.
    """

    PAUSE_AT = 2
    EPOCHS = 4

    def setUp(self):
        super().setUp()
        self.come()
        self.pause_at = None
        self.attempts = 0

    def take(self, path, authorization, message):
        status, answer = super().take(path, authorization, dict(message, attempt=1))
        if path == "/v1/reports" and message["reports"][0]["step"] == self.pause_at:
            answer["decision"] = "pause"
        return status, answer

    def attempt(self, train, resume=""):
        """Run a new attempt; returns what it reported and its checkpoints by step."""
        self.reports, self.checkpoints = [], []
        self.attempts += 1
        os.environ.update(
            DANLU_RESUME=resume, DANLU_MAX_STEP=str(self.EPOCHS), DANLU_ATTEMPT=str(self.attempts)
        )
        self.forget()
        train()
        return (
            {r["step"]: r["values"] for r in self.reports},
            {c["step"]: c["path"] for c in self.checkpoints},
        )

    def check_resumes(self, train, metric):
        whole, kept = self.attempt(train)
        self.assertEqual(sorted(whole), [1, 2, 3, 4], self.stderr.getvalue())
        self.assertEqual(sorted(kept), [1, 2, 3, 4])
        self.pause_at = self.PAUSE_AT
        first, kept = self.attempt(train)
        self.assertEqual((sorted(first), max(kept)), ([1, 2], 2))
        self.pause_at = None
        second, _ = self.attempt(train, kept[2])
        self.assertEqual(sorted(second), [3, 4], self.stderr.getvalue())
        for step, values in {**first, **second}.items():
            self.assertAlmostEqual(values[metric], whole[step][metric], 6, "at step %d" % step)
        self.assertNotAlmostEqual(whole[2][metric], whole[4][metric], 6)  # it does learn
