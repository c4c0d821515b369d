"""A convolutional network for Fashion-MNIST: untouched.py with four lines changed."""

import argparse
import pathlib
import sys

import danlu
import torch
from torch import nn

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
from data import fashion_mnist

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=5)
parser.add_argument("--lr", type=float, default=1e-3)
parser.add_argument("--batch-size", type=int, default=64)
parser.add_argument("--width", type=int, default=16, help="channels of the first layer")
parser.add_argument("--dropout", type=float, default=0.2)
parser.add_argument("--seed", type=int, default=0)
args = danlu.params(**vars(parser.parse_args()))
torch.manual_seed(args.seed)

images, labels = map(torch.from_numpy, fashion_mnist())
x, y = images[:5000], labels[:5000]
x_val, y_val = images[5000:], labels[5000:]

model = nn.Sequential(
    nn.Conv2d(1, args.width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(args.width, 2 * args.width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Dropout(args.dropout), nn.Linear(2 * args.width * 7 * 7, 10),
)
optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)

for epoch in danlu.torch.epochs(args.epochs, model=model, optimizer=optimizer):
    model.train()
    for batch in torch.randperm(len(x)).split(args.batch_size):
        loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        accuracy = (model(x_val).argmax(1) == y_val).float().mean().item()
    print(f"epoch {epoch}: train loss {loss.item():.4f}, val accuracy {100 * accuracy:.2f}%", flush=True)
    danlu.report(step=epoch, val_accuracy=accuracy, train_loss=loss)
