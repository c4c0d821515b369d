"""Which of a distributed program's processes this is: only rank 0 speaks to danlu.

PyTorch is asked where the program has started its process group; otherwise the
launcher's environment tells. The innermost launcher is right: under Slurm, torchrun
and mpirun start processes of their own, whose ranks are not Slurm's.
"""

import os
import sys
from typing import Tuple

# Sets that belong together, innermost launcher first: the rank is 0 where all that
# are there are 0. Lightning's own launcher sets LOCAL_RANK and NODE_RANK alone.
LAUNCHERS: Tuple[Tuple[str, ...], ...] = (
    ("RANK",),
    ("LOCAL_RANK", "NODE_RANK", "GROUP_RANK"),
    ("OMPI_COMM_WORLD_RANK",),
    ("PMIX_RANK",),
    ("PMI_RANK",),
    ("MV2_COMM_WORLD_RANK",),
    ("SLURM_PROCID",),
)


def is_first() -> bool:
    """Whether this process is rank 0, or alone."""
    distributed = sys.modules.get("torch.distributed")
    if distributed is not None and distributed.is_available() and distributed.is_initialized():
        return bool(distributed.get_rank() == 0)
    for names in LAUNCHERS:
        ranks = [os.environ[name] for name in names if os.environ.get(name)]
        if ranks:
            return not any(rank.isdigit() and int(rank) > 0 for rank in ranks)
    return True
