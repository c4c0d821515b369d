"""The search for a rate in programs of their own: two ranks, and one that is interrupted."""

import json
import os
import signal
import subprocess
import sys
import unittest

from danlu import _pipe
from integration.case import two_ranks
from tests.driver import TrialCase

try:
    import torch.distributed
except ImportError:
    raise unittest.SkipTest("PyTorch is not installed")

PROGRAM = _pipe.binary()
TRAINING = """
import hashlib, io, json, os, signal, sys, time
import torch
import danlu

torch.manual_seed(1)
rank = int(os.environ.get("RANK", 0))
x = torch.randn(512, 10) * 3
y = (x @ torch.randn(10, 4)).argmax(1)
model = torch.nn.Sequential(torch.nn.Linear(10, 32), torch.nn.BatchNorm1d(32), torch.nn.ReLU(), torch.nn.Linear(32, 4))
data = torch.utils.data.TensorDataset(x[rank::2], y[rank::2])  # each rank has its own
loader = torch.utils.data.DataLoader(data, 32, shuffle=True, generator=torch.Generator().manual_seed(rank))
rates = []


def ready(wrapped):
    # A training under way, with moments and a schedule.
    optimizer = torch.optim.Adam(wrapped.parameters(), lr=0.01)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, total_steps=2000)
    for a, b in loader:
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(wrapped(a), b).backward()
        optimizer.step()
        scheduler.step()
    return optimizer, scheduler


def digest(optimizer, scheduler):
    file = io.BytesIO()
    torch.save([model.state_dict(), optimizer.state_dict(), scheduler.state_dict(), torch.get_rng_state(), loader.generator.get_state()], file)
    return hashlib.sha256(file.getvalue()).hexdigest()
"""

RANKS = TRAINING + """
torch.distributed.init_process_group("gloo")
wrapped = torch.nn.parallel.DistributedDataParallel(model)
optimizer, scheduler = ready(wrapped)
before = digest(optimizer, scheduler)


def loss_fn(z, y):
    rates.append(optimizer.param_groups[0]["lr"])
    return torch.nn.functional.cross_entropy(z, y)


found = danlu.torch.lr_range_test(wrapped, optimizer, loss_fn, loader, steps=2000, schedule="onecycle", also=[scheduler])
print(json.dumps({
    "rates": rates, "suggestion": found.suggestion, "range": found.range, "reason": found.reason, "curve": found.curve,
    "as before": before == digest(optimizer, scheduler), "weights": [p.tolist() for p in model.parameters()],
}))
"""

INTERRUPTED = TRAINING + """
signal.signal(signal.SIGINT, signal.default_int_handler)  # in what a script starts with & it is ignored
optimizer, scheduler = ready(model)
before = digest(optimizer, scheduler)


def loss_fn(z, y):
    rates.append(optimizer.param_groups[0]["lr"])
    if len(rates) == int(os.environ["AT"]):
        os.killpg(0, signal.SIGINT)  # to all of the group, as a terminal does
        time.sleep(60)
    return torch.nn.functional.cross_entropy(z, y)


try:
    danlu.torch.lr_range_test(model, optimizer, loss_fn, loader, steps=2000, also=[scheduler])
finally:
    try:
        os.waitpid(-1, os.WNOHANG)
        left = True
    except ChildProcessError:
        left = False
    print(json.dumps({"steps": len(rates), "as before": before == digest(optimizer, scheduler), "child left": left}), flush=True)
"""


@unittest.skipUnless(torch.distributed.is_available() and torch.distributed.is_gloo_available(), "no gloo here")
class TwoRanksThatSearch(TrialCase):
    def test_use_the_same_rates_and_are_as_before(self):
        zero, one = (json.loads(line) for line in two_ranks(self, RANKS, DANLU_BIN=PROGRAM))
        self.assertRegex(zero["reason"], "of [0-9]+ short trainings")
        self.assertGreater(len(zero["rates"]), 100)
        self.assertTrue(zero["as before"])
        self.assertEqual(zero, one)  # the weights too: the norm's means are each rank's own


@unittest.skipUnless(os.name == "posix", "there are no groups of processes here")
class ASearchThatIsInterrupted(unittest.TestCase):
    def test_puts_everything_back_and_leaves_no_child(self):
        for at in (10, 60):  # in the sweep, and in a short training
            with self.subTest(at=at):
                run = subprocess.run(
                    [sys.executable, "-c", INTERRUPTED],
                    env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path), AT=str(at)),
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, start_new_session=True, timeout=120,
                )
                self.assertEqual(run.returncode, -signal.SIGINT, run.stderr)
                self.assertEqual(json.loads(run.stdout), {"steps": at, "as before": True, "child left": False})
