"""Fashion-MNIST on two processes: DistributedDataParallel under torchrun, with the gloo backend."""

import argparse
import pathlib
import sys

import danlu
import torch
import torch.distributed as dist
from torch import nn

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
from data import fashion_mnist

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=5)
parser.add_argument("--lr", type=float, default=1e-3)
parser.add_argument("--batch-size", type=int, default=64, help="of all processes together")
parser.add_argument("--width", type=int, default=64)
args = danlu.params(**vars(parser.parse_args()))

dist.init_process_group("gloo")
rank, ranks = dist.get_rank(), dist.get_world_size()
torch.manual_seed(danlu.seed())

images, labels = map(torch.from_numpy, fashion_mnist())
x, y = images[rank:5000:ranks], labels[rank:5000:ranks]
x_val, y_val = images[5000 + rank :: ranks], labels[5000 + rank :: ranks]

net = nn.Sequential(nn.Flatten(), nn.Linear(784, args.width), nn.ReLU(), nn.Linear(args.width, 10))
model = nn.parallel.DistributedDataParallel(net)
optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)

for epoch in danlu.torch.epochs(args.epochs, model=model, optimizer=optimizer):
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(epoch))
    for batch in order.split(max(1, args.batch_size // ranks)):
        loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        right = (net(x_val).argmax(1) == y_val).sum()
    dist.all_reduce(right)
    danlu.torch.report(step=epoch, val_accuracy=right.item() / 1000)
    print(f"rank {rank} epoch {epoch} val_accuracy {right.item() / 1000:.4f}", flush=True)

dist.destroy_process_group()
