import dataclasses
from typing import Literal

import tyro


@dataclasses.dataclass
class Optim:
    lr: float = 1e-3
    """Learning rate."""
    name: Literal["sgd", "adamw"] = "adamw"


@dataclasses.dataclass
class Config:
    optim: Optim = dataclasses.field(default_factory=Optim)
    batch_size: int = 64
    """Examples in a batch."""
    amp: bool = False
    epochs: int = 5


tyro.cli(Config)
