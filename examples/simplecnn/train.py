"""SimpleCNN: one convolution and one linear layer, trained by SGD, for Fashion-MNIST.

Prints the validation accuracy after every whole epoch; danlu reads it there.
"""

import argparse
import pathlib
import sys

import torch
from torch import nn

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
from data import fashion_mnist

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=5)
parser.add_argument("--lr", type=float, default=0.01)
parser.add_argument("--momentum", type=float, default=0.9)
parser.add_argument("--batch_size", type=int, default=64)
parser.add_argument("--seed", type=int, default=0)
args = parser.parse_args()
torch.manual_seed(args.seed)


class SimpleCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 16, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(16 * 14 * 14, 10)

    def forward(self, x):
        return self.fc(self.pool(torch.relu(self.conv(x))).flatten(1))


images, labels = map(torch.from_numpy, fashion_mnist())
x, y, x_val, y_val = images[:5000], labels[:5000], images[5000:], labels[5000:]
model = SimpleCNN()
optimizer = torch.optim.SGD(model.parameters(), lr=args.lr, momentum=args.momentum)

first_batches = 0.0
for epoch in range(1, args.epochs + 1):
    for i, batch in enumerate(torch.randperm(len(x)).split(args.batch_size)):
        loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if epoch == 1 and i < 50:
            first_batches += loss.item() / 50
    with torch.no_grad():
        accuracy = (model(x_val).argmax(1) == y_val).float().mean().item()
    # The mean loss over the first 50 batches is here only to compare: see README.md.
    print(f"epoch={epoch} val_accuracy={accuracy:.4f} first_50={first_batches:.4f}", flush=True)
