from dataclasses import dataclass, field

import draccus


@dataclass
class Optim:
    lr: float = 1e-3  # Learning rate
    weight_decay: float = 0.01


@dataclass
class Config:
    optim: Optim = field(default_factory=Optim)
    batch_size: int = 32  # Examples in a batch


draccus.parse(Config)
