import json
import unittest

from integration.case import two_ranks
from tests.driver import TrialCase

try:
    import torch.distributed
except ImportError:
    raise unittest.SkipTest("PyTorch is not installed")

PROGRAM = """
import os, sys
import torch.distributed as dist
import danlu

rank = int(os.environ["RANK"])
dist.init_process_group("gloo")
heard = []
for step in range(1, 6):
    if rank == int(os.environ.get("EARLY", 9)) and step == 3:
        break
    value = "wrong" if os.environ.get("WRONG") and step == 2 and rank == 0 else step
    try:
        heard.append(danlu.torch.report(step, loss=value))
    except (RuntimeError, TypeError) as error:
        heard.append(type(error).__name__)
        break
    if heard[-1] != "continue":
        break
print(" ".join(heard), danlu.should_stop())
"""


@unittest.skipUnless(torch.distributed.is_available() and torch.distributed.is_gloo_available(), "no gloo here")
class TwoRanks(TrialCase):
    def ranks(self, **more):
        return two_ranks(self, PROGRAM, **more)

    def test_hear_one_decision_at_the_same_step(self):
        self.come()

        def take(path, authorization, message):
            status, answer = TrialCase.take(self, path, authorization, message)
            return status, dict(answer, decision="stop" if message["reports"][0]["step"] == 3 else "continue")

        self.take = take
        self.assertEqual(self.ranks(), ["continue continue stop True"] * 2)
        self.assertEqual(self.steps(self.reports), [1, 2, 3])  # rank 1 said nothing

    def test_go_on_where_danlu_is_away(self):
        self.assertEqual(self.ranks(), [" ".join(["continue"] * 5) + " False"] * 2)
        self.assertEqual(self.steps(self.spooled()), [1, 2, 3, 4, 5])

    def test_are_let_go_where_rank_0_ends_early(self):
        self.come()
        zero, one = self.ranks(EARLY="0")
        self.assertEqual(zero, "continue continue False")
        self.assertIn(one, ("continue continue stop True", "continue stop True"))

    def test_do_not_wait_for_a_rank_that_has_ended(self):
        self.come()
        zero, one = self.ranks(EARLY="1")
        self.assertEqual((zero, one), (" ".join(["continue"] * 5) + " False", "continue continue False"))

    def test_both_raise_where_rank_0_reports_nonsense(self):
        self.come()
        self.assertEqual(self.ranks(WRONG="1"), ["continue TypeError False", "continue RuntimeError False"])


class AloneIsNotDistributed(TrialCase):
    def test_report_is_the_clients(self):
        import danlu

        self.come()
        self.decision = "pause"
        self.assertEqual(danlu.torch.report(1, loss=0.5), "pause")
        with self.assertRaises(SystemExit):
            danlu.torch.report(2, loss=0.5, exit_on_stop=True)
        with self.assertRaises(TypeError):
            danlu.torch.report(3, loss="x")
        self.assertEqual(json.loads(json.dumps(self.reports))[0], {"step": 1, "values": {"loss": 0.5}})
