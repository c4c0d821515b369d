from typing import Literal

from jsonargparse import auto_cli


def train(lr: float = 1e-3, batch_size: int = 32, optimizer: Literal["sgd", "adam"] = "adam", amp: bool = False):
    """Train a network.

    Args:
        lr: Learning rate.
        batch_size: Examples in a batch.
    """


auto_cli(train)
