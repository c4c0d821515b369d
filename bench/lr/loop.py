"""Trainings in PyTorch for bench/lr, on request.

A request is a line of JSON on standard input, its answer one on standard output:
{"task": name, "seed": n, "train": rate}          -> [loss, accuracy] of what validates
{"task": name, "seed": n, "sweep": [rate, …]}     -> [loss, …], by danlu.torch.lr_range_test
{"task": name, "seed": n, "search": true} -> [rate, steps], by danlu.torch.lr_range_test(…, steps=…)
{"task": name, "seed": n, "probe": rate, "steps": n} -> [loss, …], at a constant rate;
    asked again it goes on

A name is torch/data/model/optimizer/batch/schedule and, where they aren't 600, /steps.
"""

import csv
import gzip
import json
import math
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "python"))
import danlu.torch  # noqa: E402
import torch  # noqa: E402
from torch import nn  # noqa: E402

torch.set_num_threads(1)
HERE = os.path.dirname(os.path.abspath(__file__))
STEPS = 600
EMBEDDED = os.path.join(HERE, "../../internal/trainer/data/embedded")


def table(path, held):
    with gzip.open(path, "rt") as f:
        rows = list(csv.reader(f))
    label = rows[0].index("label")
    names = sorted({r[label] for r in rows[1:]})
    y = torch.tensor([names.index(r[label]) for r in rows[1:]])
    x = torch.tensor([[float(v) for i, v in enumerate(r) if i != label] for r in rows[1:]])
    return held_out(x, y, held, len(names))


def pictures(held):
    """Fashion-MNIST, each picture made 14×14."""
    with gzip.open(os.path.join(EMBEDDED, "train-images-idx3-ubyte.gz")) as f:
        _, n, rows, columns = struct.unpack(">4i", f.read(16))
        x = torch.frombuffer(bytearray(f.read()), dtype=torch.uint8).float().view(n, 1, rows, columns)
    with gzip.open(os.path.join(EMBEDDED, "train-labels-idx1-ubyte.gz")) as f:
        y = torch.frombuffer(bytearray(f.read()[8:]), dtype=torch.uint8).long()
    return held_out(nn.functional.avg_pool2d(x, 2).flatten(1) / 16, y, held, 10)


def held_out(x, y, held, classes):
    order = torch.randperm(len(y), generator=torch.Generator().manual_seed(0))
    x, y = x[order], y[order]
    x = (x - x[held:].mean(0)) / (x[held:].std(0) + 0.5)
    return x[held:], y[held:], x[:held], y[:held], classes


DATA = {
    "digits": lambda: table(os.path.join(EMBEDDED, "digits.csv.gz"), 400),
    "letter": lambda: table(os.path.join(HERE, "../../examples/trainer-letter/train.csv.gz"), 2000),
    "fashion": lambda: pictures(1200),
}


class Rows(nn.Module):
    """A recurrent network over the rows of a square picture."""

    def __init__(self, side, classes, cell=nn.GRU):
        super().__init__()
        self.side = side
        self.rnn = cell(side, 24, batch_first=True)
        self.head = nn.Linear(24, classes)

    def forward(self, x):
        return self.head(self.rnn(x.view(-1, self.side, self.side))[0][:, -1])


class Attending(nn.Module):
    """Two layers of a Transformer over the rows of a square picture."""

    def __init__(self, side, classes):
        super().__init__()
        self.side = side
        self.enter = nn.Linear(side, 24)
        self.place = nn.Parameter(torch.randn(side, 24) * 0.1)
        self.layers = nn.Sequential(*(nn.TransformerEncoderLayer(24, 2, 48, dropout=0.0, batch_first=True) for _ in range(2)))
        self.head = nn.Linear(24, classes)

    def forward(self, x):
        return self.head(self.layers(self.enter(x.view(-1, self.side, self.side)) + self.place).mean(1))


def deep(d, k):
    layers = []
    for width in (d, 40, 40):
        layers += [nn.Linear(width, 40), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(40, k))


def cnn(d, k):
    side = math.isqrt(d)
    return nn.Sequential(nn.Unflatten(1, (1, side, side)), nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8 * (side // 2) ** 2, k))


MODELS = {
    "mlp": lambda d, k: nn.Sequential(nn.Linear(d, 64), nn.ReLU(), nn.Linear(64, k)),
    "norm": lambda d, k: nn.Sequential(nn.Linear(d, 48), nn.BatchNorm1d(48), nn.ReLU(), nn.Linear(48, 48), nn.BatchNorm1d(48), nn.ReLU(), nn.Linear(48, k)),
    "cnn": cnn,
    "gru": lambda d, k: Rows(math.isqrt(d), k),
    "lstm": lambda d, k: Rows(math.isqrt(d), k, nn.LSTM),
    "deep": deep,
    "attending": lambda d, k: Attending(math.isqrt(d), k),
}
OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, 0.01),
    "momentum": lambda p: torch.optim.SGD(p, 0.01, momentum=0.9),
    "adam": lambda p: torch.optim.Adam(p, 0.01),
    "adamw": lambda p: torch.optim.AdamW(p, 0.01, weight_decay=0.05),
}
_tables, _probes = {}, {}


class Training:
    def __init__(self, name, seed):
        data, model, optimizer, batch, self.schedule, *steps = name.split("/")[1:]
        self.steps = int(steps[0]) if steps else STEPS
        if data not in _tables:
            _tables[data] = DATA[data]()
        self.x, self.y, self.vx, self.vy, classes = _tables[data]
        torch.manual_seed(seed)
        self.model = MODELS[model](self.x.shape[1], classes)
        self.optimizer = OPTIMIZERS[optimizer](self.model.parameters())
        self.batch = int(batch)
        self.generator = torch.Generator().manual_seed(seed)
        self.endless = self.batches()

    def batches(self):
        while True:
            order = torch.randperm(len(self.y), generator=self.generator)
            for i in range(0, len(order) - self.batch + 1, self.batch):
                part = order[i : i + self.batch]
                yield self.x[part], self.y[part]

    def train(self, schedule, rate, steps):
        scheduler = danlu.torch.schedule(self.optimizer, schedule, peak=rate, steps=steps)
        losses = []
        for _ in range(steps):
            x, y = next(self.endless)
            self.optimizer.zero_grad()
            loss = nn.functional.cross_entropy(self.model(x), y)
            losses.append(loss.item())
            if not math.isfinite(losses[-1]):
                losses[-1] = None
                break
            loss.backward()
            self.optimizer.step()
            scheduler.step()
        return losses

    def score(self):
        self.model.eval()
        with torch.no_grad():
            out = self.model(self.vx)
            loss = nn.functional.cross_entropy(out, self.vy).item()
            return [loss if math.isfinite(loss) else None, (out.argmax(1) == self.vy).float().mean().item()]


def answer(q):
    t = Training(q["task"], q["seed"])
    if "train" in q:
        return [None, 0] if None in t.train(t.schedule, q["train"], t.steps) else t.score()
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(t.x, t.y), t.batch, shuffle=True, generator=t.generator)
    if "search" in q:
        made = []

        def loss_fn(z, y):
            made.append(0)
            return nn.functional.cross_entropy(z, y)

        found = danlu.torch.lr_range_test(t.model, t.optimizer, loss_fn, loader, schedule=t.schedule, steps=t.steps)
        return [found.suggestion or 0, len(made)]
    if "sweep" in q:
        rates = q["sweep"]
        found = danlu.torch.lr_range_test(
            t.model, t.optimizer, nn.functional.cross_entropy, loader, low=rates[0], high=rates[-1], points=len(rates)
        )
        return [loss if math.isfinite(loss) else None for _, loss in found.curve]
    key = q["task"], q["seed"], q["probe"]
    for old in [k for k in _probes if k[:2] != key[:2]]:
        del _probes[old]
    return _probes.setdefault(key, t).train("constant", q["probe"], q["steps"])


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
