import os
import sys
import types
from unittest import mock

import danlu
from tests.driver import TrialCase


class OnlyRankZeroSpeaks(TrialCase):
    def setUp(self):
        super().setUp()
        self.come()

    def speaks(self, **environ):
        del self.reports[:]
        with mock.patch.dict(os.environ, environ):
            self.forget()
            self.assertEqual(danlu.report(1, a=1), "continue")
            danlu.should_stop()
            self.assertIsNone(danlu.save({}, step=1) if not self.reports else None)
        self.assertEqual(self.spooled(), [])
        return bool(self.reports)

    def test_whatever_launched_it(self):
        for launcher, environ, want in (
            ("none", {}, True),
            ("torchrun", {"RANK": "0", "LOCAL_RANK": "0", "GROUP_RANK": "0"}, True),
            ("torchrun", {"RANK": "1", "LOCAL_RANK": "1", "GROUP_RANK": "0"}, False),
            ("torchrun, second machine", {"RANK": "2", "LOCAL_RANK": "0", "GROUP_RANK": "1"}, False),
            ("torchrun under Slurm", {"RANK": "0", "LOCAL_RANK": "0", "SLURM_PROCID": "3"}, True),
            ("torchrun under Slurm", {"RANK": "1", "LOCAL_RANK": "1", "SLURM_PROCID": "0"}, False),
            ("Lightning's own", {"LOCAL_RANK": "0", "NODE_RANK": "0"}, True),
            ("Lightning's own", {"LOCAL_RANK": "1", "NODE_RANK": "0"}, False),
            ("Lightning's own, second machine", {"LOCAL_RANK": "0", "NODE_RANK": "1"}, False),
            ("srun", {"SLURM_PROCID": "0"}, True),
            ("srun", {"SLURM_PROCID": "1"}, False),
            ("mpirun under Slurm", {"OMPI_COMM_WORLD_RANK": "0", "SLURM_PROCID": "1"}, True),
            ("mpirun", {"OMPI_COMM_WORLD_RANK": "1"}, False),
            ("MPICH", {"PMI_RANK": "1"}, False),
            ("a variable that is empty", {"RANK": ""}, True),
            ("a variable that is no rank", {"RANK": "none"}, True),
        ):
            with self.subTest(launcher=launcher, environ=environ):
                self.assertEqual(self.speaks(**environ), want)

    def test_of_processes_that_only_pytorch_knows_of(self):
        for rank in (0, 1):
            group = types.SimpleNamespace(
                is_available=lambda: True, is_initialized=lambda: True, get_rank=lambda: rank
            )
            with self.subTest(rank=rank), mock.patch.dict(sys.modules, {"torch.distributed": group}):
                self.assertEqual(self.speaks(), rank == 0)
