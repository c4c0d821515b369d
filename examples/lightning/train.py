"""Fashion-MNIST with PyTorch Lightning. Two lines have to do with danlu."""

import argparse
import pathlib
import sys

import danlu
import torch
from torch import nn

try:
    import lightning.pytorch as pl
except ImportError:
    import pytorch_lightning as pl

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
from data import fashion_mnist


class Classifier(pl.LightningModule):
    def __init__(self, lr, width, weight_decay):
        super().__init__()
        self.save_hyperparameters()
        self.model = nn.Sequential(nn.Flatten(), nn.Linear(784, width), nn.ReLU(), nn.Linear(width, 10))

    def training_step(self, batch, _):
        x, y = batch
        loss = nn.functional.cross_entropy(self.model(x), y)
        self.log("train_loss", loss, on_step=False, on_epoch=True)
        return loss

    def validation_step(self, batch, _):
        x, y = batch
        self.log("val_accuracy", (self.model(x).argmax(1) == y).float().mean())

    def configure_optimizers(self):
        h = self.hparams
        optimizer = torch.optim.AdamW(self.parameters(), lr=h.lr, weight_decay=h.weight_decay)
        return [optimizer], [torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, self.trainer.max_epochs)]


def loader(images, labels, batch_size, shuffle=False):
    dataset = torch.utils.data.TensorDataset(torch.from_numpy(images), torch.from_numpy(labels))
    return torch.utils.data.DataLoader(dataset, batch_size, shuffle=shuffle)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--weight-decay", type=float, default=1e-2)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    pl.seed_everything(args.seed)

    images, labels = fashion_mnist()
    train = loader(images[:5000], labels[:5000], args.batch_size, shuffle=True)
    val = loader(images[5000:], labels[5000:], 1000)
    model = Classifier(args.lr, args.width, args.weight_decay)
    trainer = pl.Trainer(
        max_epochs=args.epochs, accelerator="cpu", logger=False,
        enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False,
    )
    danlu.lightning.fit(trainer, model, train, val)  # it was trainer.fit(model, train, val)
    print(trainer.callback_metrics)
