"""Trains in PyTorch for the study of schedules: a training a line in, what came of it a line out.

Data are those embedded in the built-in trainer; 1,500 rows train and 1,000 validate. One
thread.
"""

import gzip
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))
import danlu  # noqa: E402

torch.set_num_threads(1)
DATA = ROOT / "internal" / "trainer" / "data" / "embedded"


def unpack(name):
    return gzip.open(DATA / name).read()


def fashion():
    """Pictures of 14×14 pixels: the means of 2×2."""
    sets = []
    for part in ("train", "t10k"):
        x = np.frombuffer(unpack(part + "-images-idx3-ubyte.gz")[16:], np.uint8).reshape(-1, 1, 14, 2, 14, 2)
        y = np.frombuffer(unpack(part + "-labels-idx1-ubyte.gz")[8:], np.uint8)
        sets.append((torch.tensor(x.mean((3, 5), dtype=np.float32)) / 255 - 0.29, torch.tensor(y.astype(np.int64))))
    return sets


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.inside = nn.Sequential(nn.BatchNorm1d(width), nn.ReLU(), nn.Linear(width, width))

    def forward(self, x):
        return x + self.inside(x)


def residual():
    return nn.Sequential(nn.Flatten(), nn.Linear(196, 64), Block(64), Block(64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 10))


# What each task takes: data, how many of it train, network, optimizer, batch size.
TASKS = {
    "torch-residual-sgd": (fashion, 1500, residual, lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9, weight_decay=5e-4), 64),
}
ROWS = {}


def rows(task):
    """Training, validation and test rows, the same for all trainings."""
    if task not in ROWS:
        (x, y), test = TASKS[task][0]()
        order = torch.randperm(len(x), generator=torch.Generator().manual_seed(0))
        n = TASKS[task][1]
        ROWS[task] = (x[order[:n]], y[order[:n]]), (x[order[-1000:]], y[order[-1000:]]), test
    return ROWS[task]


def train(task, schedule, epochs, lr, seed):
    began = time.process_time()
    torch.manual_seed(seed)
    (x, y), validation, test = rows(task)
    _, _, make, optimiser, size = TASKS[task]
    model, per = make(), -(-len(x) // size)
    optimizer = optimiser(model.parameters(), lr)
    options = {"plateau": dict(gamma=0.5, patience=epochs // 10), "warmup_cosine": dict(warmup=epochs * per // 20)}
    scheduler = danlu.torch.schedule(optimizer, schedule, epochs * per, epoch=per, **options.get(schedule, {}))
    for _ in range(epochs):
        model.train()
        for batch in torch.randperm(len(x)).split(size):
            loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()
        if not torch.isfinite(loss):
            return dict(val_accuracy=0.0, test_accuracy=0.0, seconds=time.process_time() - began)
        if schedule == "plateau":
            scheduler.observe(score(model, validation)[1])
    return dict(
        val_accuracy=score(model, validation)[0], test_accuracy=score(model, test)[0],
        seconds=time.process_time() - began,
    )


@torch.no_grad()
def score(model, data):
    """Accuracy and loss."""
    model.eval()
    x, y = data
    z = torch.cat([model(part) for part in x.split(1000)])
    return (z.argmax(1) == y).double().mean().item(), nn.functional.cross_entropy(z, y).item()


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(train(**json.loads(line))), flush=True)
