import torch
from lightning.pytorch.cli import LightningCLI
from lightning.pytorch.demos.boring_classes import BoringDataModule, DemoModel


class Model(DemoModel):
    def __init__(self, learning_rate: float = 0.02, hidden: int = 10):
        """A model.

        Args:
            learning_rate: Learning rate of the optimizer.
            hidden: Units in the hidden layer.
        """
        super().__init__(learning_rate=learning_rate)


LightningCLI(Model, BoringDataModule)
