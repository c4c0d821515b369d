from enum import Enum

import typer


class Opt(str, Enum):
    sgd = "sgd"
    adam = "adam"


def main(
    data: str,
    lr: float = typer.Option(1e-3, help="Learning rate of the optimizer, which is divided by ten at every plateau that the schedule finds"),
    batch_size: int = typer.Option(32, "--batch-size", "-b", min=1, help="Examples in a batch"),
    optimizer: Opt = Opt.adam,
    amp: bool = False,
    epochs: int = 10,
):
    """Train a network."""


typer.run(main)
