"""Does in Python what is compared with the trainer.

    peer.py NAME EPOCHS SEED ...  trains in PyTorch as `danlu train` does, with each seed
    peer.py gemm SHAPE ...        multiplies matrices in numpy; a shape is like NT:128:512:784

The data are those embedded in the trainer, divided as it does (a fifth aside to
validate, the held-out part to test), with the same normalisation, layers, batch sizes
and optimiser (Adam, 0.001). Rows are normalised in advance. Each training prints
an object: version, CPU-seconds of all steps but the first and of each epoch's validation,
the accuracy of the validation part at the end and of the test part. gemm prints GFLOP/CPU-s by shape.
"""

import csv
import gzip
import io
import json
import re
import struct
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

DATA = Path(__file__).parents[2] / "internal" / "trainer" / "data" / "embedded"


def gemm(shapes):
    rng = np.random.default_rng(1)
    found = {}
    for shape in shapes:
        layout, *size = shape.split(":")
        m, n, k = map(int, size)
        a = rng.standard_normal((m, k) if layout[0] == "N" else (k, m), np.float32)
        b = rng.standard_normal((k, n) if layout[1] == "N" else (n, k), np.float32)
        a, b = a if layout[0] == "N" else a.T, b if layout[1] == "N" else b.T
        c = np.empty((m, n), np.float32)
        times, best = max(1, 500_000_000 // (m * n * k)), float("inf")
        for _ in range(5):
            start = time.process_time()
            for _ in range(times):
                np.matmul(a, b, out=c)
            best = min(best, (time.process_time() - start) / times)
        found[shape] = 2 * m * n * k / best / 1e9
    print(json.dumps(found))


if sys.argv[1] == "gemm":
    gemm(sys.argv[2:])
    sys.exit()

import torch  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn.utils.rnn import pad_sequence  # noqa: E402


def unpack(name):
    return gzip.open(DATA / name).read()


def parts(x, y, held):
    """Training, validation and test part; held is where the last begins."""
    order = torch.randperm(held)
    aside = round(held / 5)
    train, val = order[aside:], order[:aside]
    return (x[train], y[train]), (x[val], y[val]), (x[held:], y[held:])


def pictures(x, y, held):
    x = x.astype(np.float32)
    x = (x - x[:held].mean()) / x[:held].std()
    return parts(torch.tensor(x), torch.tensor(y.astype(np.int64)), held)


def fashion():
    both = [(unpack(f"{p}-images-idx3-ubyte.gz")[16:], unpack(f"{p}-labels-idx1-ubyte.gz")[8:]) for p in ("train", "t10k")]
    x = np.frombuffer(both[0][0] + both[1][0], np.uint8).reshape(-1, 784)
    return pictures(x, np.frombuffer(both[0][1] + both[1][1], np.uint8), len(both[0][1]))


def digits():
    table = np.array(list(csv.reader(io.StringIO(unpack("digits.csv.gz").decode()))))
    at = list(table[0]).index("label")
    return pictures(np.delete(table[1:], at, 1).astype(float), table[1:, at].astype(int), 1297)


def austen():
    texts = []
    for p in ("train", "test"):
        held = len(texts)
        texts += list(csv.reader(io.StringIO(unpack(f"austen-{p}.csv.gz").decode())))[1:]
    words = [re.findall(r"[a-z0-9'\u0080-\U0010ffff]+", text.lower()) for _, text in texts]
    known = Counter(w for text in words[:held] for w in text)
    numbers = {w: i + 2 for i, (w, _) in enumerate(known.most_common(10_000))}
    x = torch.zeros(len(words), max(map(len, words)), dtype=torch.int64)
    for row, text in zip(x, words):
        row[:len(text)] = torch.tensor([numbers.get(w, 1) for w in text])
    classes = sorted({label for label, _ in texts})
    return parts(x, torch.tensor([classes.index(label) for label, _ in texts]), held)


def utterances():
    """Training, validation and test part, lists of utterances: frames and phones."""
    b = unpack("speech-mini.bin.gz")
    d, c, train, held = struct.unpack_from("<4I", b, 8)
    at = 24 + 8 * d
    for _ in range(c):
        at += 1 + b[at]
    lengths = []
    for _ in range(train + held):
        at += 1 + b[at]
        lengths.append(struct.unpack_from("<I", b, at)[0])
        at += 4
    n = sum(lengths)
    y = torch.tensor(np.frombuffer(b, np.uint8, n, at).astype(np.int64)).split(lengths)
    x = torch.tensor(np.frombuffer(b, np.int8, n * d, at + n).reshape(n, d).astype(np.float32)).split(lengths)
    order, aside = torch.randperm(train).tolist(), round(train / 5)
    known = torch.cat([x[i] for i in order[aside:]])
    all_ = [((x[i] - known.mean(0)) / known.std(0), y[i]) for i in range(train + held)]
    return [all_[i] for i in order[aside:]], [all_[i] for i in order[:aside]], all_[train:]


def frames(count):
    """Rows of count frames, the one in question in the middle; at an end, the edge repeats."""
    def rows(part):
        x, y = [], []
        for u, phones in part:
            at = torch.arange(len(u))[:, None] + torch.arange(-(count // 2), count // 2 + 1)
            x.append(u[at.clamp(0, len(u) - 1)].flatten(1))
            y.append(phones)
        return torch.cat(x), torch.cat(y)
    return tuple(rows(part) for part in utterances())


def mlp(into, width, depth, out):
    layers = []
    for _ in range(depth):
        layers += [nn.Linear(into, width), nn.ReLU()]
        into = width
    return nn.Sequential(*layers, nn.Linear(into, out))


def simplecnn():
    return nn.Sequential(nn.Unflatten(1, (1, 28, 28)), nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(16 * 14 * 14, 10))


class BiLSTM(nn.Module):
    def __init__(self, hidden, depth):
        super().__init__()
        self.lstm = nn.LSTM(39, hidden, depth, bidirectional=True)
        self.out = nn.Linear(2 * hidden, 51)

    def forward(self, padded):
        return self.out(self.lstm(padded)[0]).flatten(0, 1)


class TextCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(10_002, 128)
        nn.init.normal_(self.embed.weight, std=0.1)
        self.convs = nn.ModuleList(nn.Conv1d(128, 100, k) for k in (3, 4, 5))
        self.drop = nn.Dropout(0.5)
        self.head = nn.Linear(300, 6)

    def forward(self, words):
        x = self.embed(words).transpose(1, 2)
        return self.head(self.drop(torch.cat([torch.relu(conv(x)).amax(2) for conv in self.convs], 1)))


def batches(part, size, shuffle):
    if isinstance(part, list):  # of utterances
        # Padded, with the padding left out of the loss: packed sequences take
        # PyTorch 2.15 twenty times as long.
        for chosen in (torch.randperm(len(part)) if shuffle else torch.arange(len(part))).split(size):
            some = [part[i] for i in chosen]
            yield pad_sequence([u[0] for u in some]), pad_sequence([u[1] for u in some], padding_value=-100).flatten()
        return
    x, y = part
    for chosen in (torch.randperm(len(x)) if shuffle else torch.arange(len(x))).split(size):
        yield x[chosen], y[chosen]


def score(model, part, size):
    model.eval()
    right = total = 0
    with torch.no_grad():
        for x, y in batches(part, size, False):
            right += int((model(x).argmax(1) == y).sum())
            total += int((y >= 0).sum())
    return right / total


# By name: data, network, batch size.
WORKLOADS = {
    "mlp": (fashion, lambda: mlp(784, 512, 3, 10), 128),
    "simplecnn": (fashion, simplecnn, 64),
    "bilstm": (utterances, lambda: BiLSTM(128, 2), 6),
    "digits": (digits, lambda: mlp(64, 128, 1, 10), 64),
    "frames": (lambda: frames(21), lambda: mlp(21 * 39, 256, 1, 51), 128),
    "textcnn": (austen, TextCNN, 64),
}

torch.set_num_threads(1)
data, network, size = WORKLOADS[sys.argv[1]]
epochs = int(sys.argv[2])
for seed in map(int, sys.argv[3:]):
    torch.manual_seed(seed)
    model = network()
    train, val, test = data()
    optimiser = torch.optim.Adam(model.parameters(), 0.001)
    start = None  # once the first step is done
    for _ in range(epochs):
        model.train()
        for x, y in batches(train, size, True):
            optimiser.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimiser.step()
            float(loss.detach())
            start = start or time.process_time()
        right = score(model, val, size if isinstance(val, list) else 64)
    used = time.process_time() - start
    print(json.dumps(dict(version=torch.__version__, cpu=used, accuracy=right, test=score(model, test, size))))
