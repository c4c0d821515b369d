from dataclasses import dataclass

from simple_parsing import ArgumentParser


@dataclass
class Hyper:
    """Parameters of the training."""

    lr: float = 1e-3  # Learning rate of the optimizer.
    batch_size: int = 32  # Examples in a batch.
    nesterov: bool = False  # Nesterov's momentum.


p = ArgumentParser()
p.add_arguments(Hyper, dest="hyper")
p.parse_args()
